// The keys that make a rule remember matches (docs/rules.md), and those that name other rules.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/deprecation.h"
#include "base/fields.h"
#include "rules/rule_draft.h"
#include "rules/tables.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

// For count and distinct. It bounds what one key may have to remember.
constexpr std::uint64_t kMostThreshold = 100'000;
constexpr std::uint32_t kMostApart = 1'000;  // for count with `apart`, which costs more
constexpr std::size_t kMostSteps = 16;
constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kLongest = std::chrono::days(366);

std::optional<Duration> read_span(const Node& entry, const char* key, Diagnostics& out) {
  const auto* node = entry.find(key);
  return node ? read_duration(*node, key, kShortest, kLongest, out) : std::nullopt;
}

void read_count_key(const Node& node, Rule& rule, Diagnostics& out) {
  if (const auto n = read_count(node, "count", 1, kMostThreshold, out))
    rule.threshold = static_cast<std::uint32_t>(*n);
}

void read_distinct(const Node& node, RuleDraft& draft, Diagnostics& out) {
  if (!node.is(Kind::mapping) || node.members.size() != 1) {
    return out.error(
        node.place,
        "\"distinct\" takes one path and how many different values of it, as in {subject: 5}");
  }
  const auto& [path, n] = node.members.front();
  draft.rule.distinct = draft.names->resolve(path.text, path.place, out).value_or("");
  if (const auto many = read_count(n, path.text, 1, kMostThreshold, out))
    draft.rule.threshold = static_cast<std::uint32_t>(*many);
}

void read_expect(const Node& node, RuleDraft& draft, const Tables& tables, Diagnostics& out) {
  if (!read_string(node, "expect", out)) return;
  draft.rule.expect = tables.find(node, out);
  if (draft.rule.by_is_default || draft.rule.by.size() != 1) {
    out.error(node.place, fmt::format("rule \"{}\" expects the members of table \"{}\": \"by\" "
                                      "must be the one path that holds its key, as in by: subject",
                                      draft.rule.alert, node.text));
  }
}

void read_share(const Node& node, Rule& rule, Diagnostics& out) {
  const auto text = node.text;
  const auto percent = text.ends_with('%') &&
                               text.find_first_not_of("0123456789") == text.size() - 1 &&
                               text.size() > 1 && text.size() < 5
                           ? std::stoi(text)
                           : -1;
  if (percent < 1 || percent > 100) {
    return out.error(
        node.place,
        fmt::format("\"silent_share\" must be a share from 1% to 100%, not {}", describe(node)));
  }
  rule.silent_share = percent / 100.0;
}

void read_step(const Node& node, RuleDraft& draft, Diagnostics& out) {
  const auto* absent =
      node.is(Kind::mapping) && node.members.size() == 1 ? node.find("absent") : nullptr;
  auto pattern = parse_match(absent ? *absent : node, out);
  Step step{pattern ? std::move(*pattern) : Pattern{}, absent != nullptr, false};
  step.names_status = resolve_paths(step.pattern, *draft.names, out);
  draft.rule.steps.push_back(std::move(step));
}

void read_sequence(const Node& node, RuleDraft& draft, Diagnostics& out) {
  if (!node.is(Kind::sequence) || node.items.size() < 2 || node.items.size() > kMostSteps) {
    return out.error(
        node.place,
        fmt::format(
            "\"sequence\" must be a list of 2 to {} steps, each a pattern or {{absent: pattern}}",
            kMostSteps));
  }
  for (const auto& item : node.items) read_step(item, draft, out);
  if (draft.rule.steps.front().absent) {
    out.error(node.items.front().place,
              "a sequence begins with an event: put the step that is absent after it (for silence "
              "alone there is \"absent\")");
  }
}

void read_apart(const Node& node, Rule& rule, Diagnostics& out) {
  rule.apart = read_duration(node, "apart", kShortest, kLongest, out).value_or(rule.apart);
}

// Checked after an override too, with its numbers. The message has the place of the rule, because
// either file may have the wrong number.
void check_apart(Rule& rule, Diagnostics& out) {
  if (rule.condition != Condition::count || rule.apart == Duration::zero()) return;
  if (rule.threshold > kMostApart) {
    out.error(rule.place,
              fmt::format("rule \"{}\" counts {} matches that lie \"apart\": at most {} can be",
                          rule.alert, rule.threshold, kMostApart));
  } else if (rule.within > Duration::zero() && rule.apart * (rule.threshold - 1) >= rule.within) {
    out.error(rule.place, fmt::format("rule \"{}\" can never fire: {} matches that lie more than "
                                      "{} apart do not fit within {}",
                                      rule.alert, rule.threshold, format_duration(rule.apart),
                                      format_duration(rule.within)));
  }
}

void read_across(const Node& node, Rule& rule, Diagnostics& out) {
  rule.across_recoveries =
      read_bool(node, "across_recoveries", out).value_or(rule.across_recoveries);
}

void read_within(const Node& node, Rule& rule, Diagnostics& out) {
  rule.within = read_duration(node, "within", kShortest, kLongest, out).value_or(rule.within);
}

void read_absent(const Node& node, Rule& rule, Diagnostics& out) {
  rule.absent = read_duration(node, "absent", kShortest, kLongest, out).value_or(rule.absent);
}

// A key of a rule that belongs to conditions.
struct ConditionKey {
  const char* name;
  std::vector<Condition> of;
  std::function<void(const Node&, RuleDraft&, const Tables&, Diagnostics&)> read;
  // A key that is there chooses its condition; the others go with a condition that was chosen.
  enum class Part { condition, company } part = Part::company;
  bool overridable = true;

  bool goes_with(Condition condition) const { return std::ranges::count(of, condition) > 0; }
};

// What reads into a rule, where neither names nor tables are asked.
auto plain(void (*read)(const Node&, Rule&, Diagnostics&)) {
  return [read](const Node& node, RuleDraft& draft, const Tables&, Diagnostics& out) {
    read(node, draft.rule, out);
  };
}
auto drafted(void (*read)(const Node&, RuleDraft&, Diagnostics&)) {
  return [read](const Node& node, RuleDraft& draft, const Tables&, Diagnostics& out) {
    read(node, draft, out);
  };
}

// All keys of conditions, in the order in which they are read. What a rule and an override may say
// follows from it (CONTRIBUTING.md, "How to add a condition").
const std::vector<ConditionKey>& all_keys() {
  using enum Condition;
  constexpr auto kCondition = ConditionKey::Part::condition;
  static const std::vector<ConditionKey> kKeys{
      {"count", {count}, plain(read_count_key), kCondition},
      {"distinct", {distinct}, drafted(read_distinct), kCondition, false},
      {"absent", {absent}, plain(read_absent), kCondition},
      {"sequence", {sequence}, drafted(read_sequence), kCondition, false},
      {"within", {count, distinct, sequence}, plain(read_within)},
      {"apart", {count}, plain(read_apart)},
      {"across_recoveries", {count, distinct}, plain(read_across)},
      {"expect", {absent}, read_expect},
      {"silent_share", {absent}, plain(read_share)}};
  return kKeys;
}

const char* word_of(Condition condition) {
  for (const auto& key : all_keys())
    if (key.part == ConditionKey::Part::condition && key.goes_with(condition)) return key.name;
  return "";
}

// `count, distinct or sequence`
std::string listed(const std::vector<Condition>& conditions, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const bool ends = i > 0 && i + 1 == conditions.size();
    text += ends ? fmt::format(" {} ", last) : i > 0 ? ", " : "";
    text += word_of(conditions[i]);
  }
  return text;
}

std::string all_conditions() {
  std::vector<Condition> all;
  for (const auto& key : all_keys())
    if (key.part == ConditionKey::Part::condition) all.push_back(key.of.front());
  return listed(all, "and");
}

// Finds the one condition of the rule. A second one is an error.
void choose_condition(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  const char* first = nullptr;
  for (const auto& key : all_keys()) {
    const auto* node = key.part == ConditionKey::Part::condition ? entry.find(key.name) : nullptr;
    if (!node) continue;
    if (first) {
      out.error(node->place, fmt::format("rule \"{}\" has both \"{}\" and \"{}\": a rule has at "
                                         "most one of {}; make two rules of it, and a third that "
                                         "matches their alerts",
                                         draft.rule.alert, first, key.name, all_conditions()));
      continue;
    }
    first = key.name;
    draft.rule.condition = key.of.front();
  }
}

void check_company(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  const auto& rule = draft.rule;
  for (const auto& key : all_keys()) {
    const auto* node = entry.find(key.name);
    const bool goes = key.goes_with(rule.condition);
    if (goes && !node && std::string_view(key.name) == "within")
      out.error(
          rule.place,
          fmt::format("rule \"{}\" has no window: add \"within\", as in within: 10m", rule.alert));
    if (!goes && node && key.part == ConditionKey::Part::company)
      out.error(node->place, fmt::format("\"{}\" belongs to {}", key.name, listed(key.of, "or")));
  }
}

void read_annotate(const Node& node, RuleDraft& draft, Diagnostics& out) {
  const auto* match = node.is(Kind::mapping) ? node.find("match") : nullptr;
  if (!match)
    return out.error(node.place,
                     "\"annotate\" is a mapping with \"match\" and the texts to add, as in {match: "
                     "ResetSOC, advice: \"{{type}}\"}");
  Annotate annotate;
  if (auto pattern = parse_match(*match, out)) annotate.pattern = std::move(*pattern);
  resolve_paths(annotate.pattern, *draft.names, out);
  static const std::vector<std::string> kTaken{"stage", "summary", "description", "runbook",
                                               "flapping"};
  for (const auto& [name, text] : node.members) {
    if (name.text == "match") continue;
    if (!legal_label(name.text) ||
        std::find(kTaken.begin(), kTaken.end(), name.text) != kTaken.end()) {
      out.error(name.place,
                fmt::format(
                    "\"{}\" cannot be the name of an annotation here: choose another, as in advice",
                    name.text));
    } else if (auto parsed = read_annotation(text, name.text, draft, out)) {
      annotate.texts.emplace(name.text, std::move(*parsed));
    }
  }
  if (node.members.size() < 2)
    out.error(node.place, "\"annotate\" adds nothing: give it a text, as in advice: \"{{type}}\"");
  draft.rule.annotate = std::move(annotate);
}

std::vector<std::string> read_names(const Node& node, const char* key, Diagnostics& out) {
  std::vector<std::string> names;
  for (const auto* name : read_strings(node, key, out)) {
    if (std::find(names.begin(), names.end(), name->text) == names.end())
      names.push_back(name->text);
  }
  return names;
}

}  // namespace

std::vector<std::string> condition_keys(bool overridable) {
  std::vector<std::string> names;
  for (const auto& key : all_keys())
    if (key.overridable == overridable) names.emplace_back(key.name);
  return names;
}

void read_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out) {
  choose_condition(entry, draft, out);
  check_company(entry, draft, out);
  for (const auto& key : all_keys())
    if (const auto* node = entry.find(key.name)) key.read(*node, draft, tables, out);
  check_apart(draft.rule, out);
}

void retune_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out) {
  for (const auto& key : all_keys()) {
    const auto* node = key.overridable ? entry.find(key.name) : nullptr;
    if (!node) continue;
    if (key.goes_with(draft.rule.condition))
      key.read(*node, draft, tables, out);
    else
      out.error(node->place, fmt::format("rule \"{}\" has no \"{}\" that could be overridden",
                                         draft.rule.alert, key.name));
  }
  check_apart(draft.rule, out);
}

// `hold` is the older name. Users' rules, and generations in journals, still have it.
void read_keep_firing(const Node& entry, Rule& rule, Diagnostics& out) {
  const auto* older = entry.find("hold");
  if (older && entry.find("keep_firing_for"))
    return out.error(older->place, fmt::format("rule \"{}\" says \"keep_firing_for\" and \"hold\", "
                                               "which is its older name: take \"hold\" away",
                                               rule.alert));
  if (older)
    deprecation(
        out, older->place,
        "\"hold\" is the older name of \"keep_firing_for\", and still read: write keep_firing_for");
  rule.hold = read_span(entry, older ? "hold" : "keep_firing_for", out).value_or(rule.hold);
}

void read_behaviour(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  auto& rule = draft.rule;
  rule.delay = read_span(entry, "for", out).value_or(rule.delay);
  read_keep_firing(entry, rule, out);
  if (const auto* node = entry.find("max_keys"))
    rule.max_keys = read_count(*node, "max_keys", 1, 100'000'000, out).value_or(rule.max_keys);
  if (const auto* node = entry.find("inhibited_by")) {
    rule.inhibited_by = read_names(*node, "inhibited_by", out);
    draft.inhibited_by_place = node->place;
  }
  if (const auto* node = entry.find("unless")) {
    rule.unless = read_names(*node, "unless", out);
    draft.unless_place = node->place;
  }
  if (const auto* node = entry.find("absorb")) {
    const auto absorb = read_bool(*node, "absorb", out).value_or(true);
    (rule.gather ? rule.gather->absorb : rule.absorb) = absorb;
  }
  if (const auto* node = entry.find("notify")) rule.notify = read_names(*node, "notify", out);
  if (const auto* node = entry.find("annotate")) read_annotate(*node, draft, out);
}

bool ends_by_condition(const Rule& rule) {
  const bool waits = std::any_of(rule.steps.begin(), rule.steps.end(),
                                 [](const Step& step) { return step.absent; });
  return rule.condition == Condition::count || rule.condition == Condition::distinct ||
         rule.condition == Condition::absent || waits;
}

}  // namespace alarum::rules
