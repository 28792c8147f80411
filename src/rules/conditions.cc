// The keys that make a rule remember matches (docs/rules.md), and those that name other rules.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

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

struct Word {
  const char* key;
  Condition condition;
};
constexpr Word kConditions[] = {{"count", Condition::count},
                                {"distinct", Condition::distinct},
                                {"absent", Condition::absent},
                                {"sequence", Condition::sequence}};

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

// Finds the one condition of the rule. A second one is an error.
void choose_condition(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  const char* first = nullptr;
  for (const auto& [key, condition] : kConditions) {
    const auto* node = entry.find(key);
    if (!node) continue;
    if (first) {
      out.error(node->place, fmt::format("rule \"{}\" has both \"{}\" and \"{}\": a rule has at "
                                         "most one of count, distinct, absent and sequence; make "
                                         "two rules of it, and a third that matches their alerts",
                                         draft.rule.alert, first, key));
      continue;
    }
    first = key;
    draft.rule.condition = condition;
  }
}

void misplaced(const Node& entry, const char* key, const char* needs, Diagnostics& out) {
  if (const auto* node = entry.find(key))
    out.error(node->place, fmt::format("\"{}\" belongs to {}", key, needs));
}

bool has_window(const Rule& rule) {
  return rule.condition == Condition::count || rule.condition == Condition::distinct ||
         rule.condition == Condition::sequence;
}

void check_company(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  const auto& rule = draft.rule;
  if (has_window(rule) && !entry.find("within")) {
    out.error(
        rule.place,
        fmt::format("rule \"{}\" has no window: add \"within\", as in within: 10m", rule.alert));
  }
  if (!has_window(rule)) misplaced(entry, "within", "count, distinct or sequence", out);
  if (rule.condition != Condition::count) misplaced(entry, "apart", "count", out);
  if (rule.condition != Condition::count && rule.condition != Condition::distinct)
    misplaced(entry, "across_recoveries", "count or distinct", out);
  if (rule.condition != Condition::absent) {
    misplaced(entry, "expect", "absent", out);
    misplaced(entry, "silent_share", "absent", out);
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

void read_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out) {
  auto& rule = draft.rule;
  choose_condition(entry, draft, out);
  check_company(entry, draft, out);
  if (const auto* node = entry.find("count")) read_count_key(*node, rule, out);
  if (const auto* node = entry.find("distinct")) read_distinct(*node, draft, out);
  if (const auto* node = entry.find("sequence")) read_sequence(*node, draft, out);
  if (const auto* node = entry.find("expect")) read_expect(*node, draft, tables, out);
  if (const auto* node = entry.find("silent_share")) read_share(*node, rule, out);
  rule.within = read_span(entry, "within", out).value_or(rule.within);
  rule.absent = read_span(entry, "absent", out).value_or(rule.absent);
  if (const auto* node = entry.find("apart")) read_apart(*node, rule, out);
  if (const auto* node = entry.find("across_recoveries")) read_across(*node, rule, out);
  check_apart(rule, out);
}

void retune_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out) {
  auto& rule = draft.rule;
  const auto retune = [&](const char* key, bool has, const auto& read) {
    const auto* node = entry.find(key);
    if (!node) return;
    if (has) return read(*node);
    out.error(node->place,
              fmt::format("rule \"{}\" has no \"{}\" that could be overridden", rule.alert, key));
  };
  retune("count", rule.condition == Condition::count,
         [&](const Node& node) { read_count_key(node, rule, out); });
  retune("within", has_window(rule),
         [&](const Node&) { rule.within = read_span(entry, "within", out).value_or(rule.within); });
  retune("absent", rule.condition == Condition::absent,
         [&](const Node&) { rule.absent = read_span(entry, "absent", out).value_or(rule.absent); });
  retune("apart", rule.condition == Condition::count,
         [&](const Node& node) { read_apart(node, rule, out); });
  retune("across_recoveries",
         rule.condition == Condition::count || rule.condition == Condition::distinct,
         [&](const Node& node) { read_across(node, rule, out); });
  check_apart(rule, out);
  retune("expect", rule.condition == Condition::absent,
         [&](const Node& node) { read_expect(node, draft, tables, out); });
  retune("silent_share", rule.condition == Condition::absent,
         [&](const Node& node) { read_share(node, rule, out); });
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
