// `gather`: roll-ups, which are about the alerts of other rules that fire at present
// (docs/rules-gather.md).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/fields.h"
#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

constexpr std::size_t kMostMemberRules = 64;
constexpr std::size_t kMostGatherBy = 16;
constexpr std::size_t kMostUpdates = 16;
// The largest `distinct`. It bounds the cost of each member before the roll-up fires with a
// `within`.
constexpr std::uint64_t kMostGathered = 10'000;
constexpr std::uint64_t kMostUpdate = 1'000'000;
constexpr Duration kMostGatherSpan = std::chrono::days(366);
// Somebody waits for the notification about the member meanwhile.
constexpr Duration kMostWait = std::chrono::minutes(10);

const std::vector<std::string> kMembersNames{
    "members.distinct", "members.peak",          "members.back",        "members.count",
    "members.first",    "members.first_summary", "members.names",       "members.kinds",
    "members.leading",  "members.summary",       "members.description", "members.runbook",
    "members.severity", "members.reporters",     "members.step",        "members.several",
    "members.latest",   "members.recovery"};

bool has_label(const std::vector<ByTerm>& terms, const std::string& label) {
  return std::ranges::any_of(terms, [&](const ByTerm& term) { return term.label == label; });
}

// The keys of conditions that a roll-up does not have. It has a `distinct` and a `within` of its
// own.
void append_conditions(bool overridable, std::vector<std::string>& keys) {
  for (auto& key : condition_keys(overridable))
    if (key != "distinct" && key != "within") keys.push_back(std::move(key));
}

class GatherReader {
 public:
  GatherReader(RuleDraft& draft, Diagnostics& out) : draft_(draft), rule_(draft.rule), out_(out) {}

  void run(const Node& entry, const Node& names) {
    rule_.condition = Condition::gather;
    draft_.gather_place = names.place;
    read_rules(names);
    refuse_others(entry);
    rule_.by.clear();
    if (const auto* by = entry.find("by")) read_labels_by(*by);
    if (const auto* distinct = entry.find("distinct")) read_threshold(*distinct);
    if (!entry.find("stage")) add_stage();
    tune(entry);
  }

  void tune(const Node& entry) {
    auto& gather = *rule_.gather;
    read_span("within", entry, std::chrono::milliseconds(1), kMostGatherSpan, rule_.within);
    read_span("wait", entry, Duration::zero(), kMostWait, gather.wait);
    read_span("settle", entry, Duration::zero(), kMostGatherSpan, gather.settle);
    if (const auto* updates = entry.find("updates")) read_updates(*updates);
  }

 private:
  void read_rules(const Node& names) {
    for (const auto* name : read_strings(names, "gather", out_)) {
      auto& rules = rule_.gather->rules;
      if (std::ranges::find(rules, name->text) == rules.end()) rules.push_back(name->text);
    }
    if (rule_.gather->rules.empty())
      out_.error(names.place,
                 "\"gather\" names nothing: give it the rules whose alerts are its members, as in "
                 "gather: [ServerDown, NetworkDown]");
    if (rule_.gather->rules.size() > kMostMemberRules)
      out_.error(names.place, fmt::format("\"gather\" names more than {} rules", kMostMemberRules));
  }

  void refuse_others(const Node& entry) {
    std::vector<std::string> others{"match",         "pattern",  "unmatched", "until",
                                    "resolve_after", "annotate", "max_keys",  "unless"};
    for (const bool overridable : {true, false}) append_conditions(overridable, others);
    for (const auto& key : others) {
      const auto* node = entry.find(key);
      if (!node) continue;
      out_.error(
          node->place,
          fmt::format("rule \"{}\" has \"gather\" and \"{}\": a roll-up is about the alerts of "
                      "other rules and ends when none of them fires any more; leave \"{}\" out",
                      rule_.alert, key, key));
    }
  }

  // A label of the members, with its name in the roll-up. Other rules find the roll-up for
  // `inhibited_by` by the field of events that has the same name.
  void add_term(const std::string& label, const std::string& from, const Place& place) {
    if (!legal_label(label) || !legal_label(from)) {
      out_.error(place,
                 fmt::format(
                     "\"by\" of a roll-up takes labels of its members, and \"{}\" is no label name",
                     legal_label(label) ? from : label));
    } else if (label == "alertname" || label == "severity") {
      out_.error(place,
                 fmt::format(
                     "every alert has the label \"{}\": give another name, as in {{member_{}: {}}}",
                     label, label, from));
    } else if (has_label(rule_.by, label)) {
      out_.error(place, fmt::format("\"by\" has the label \"{}\" twice", label));
    } else if (rule_.by.size() == kMostGatherBy) {
      out_.error(place, fmt::format("\"by\" has more than {} terms", kMostGatherBy));
    } else {
      // A label need not be the name of a field of events, so these faults are not reported.
      Diagnostics unasked;
      const auto path =
          from == "alertname" ? std::nullopt : draft_.names->resolve(from, place, unasked);
      rule_.by.push_back({label, path.value_or("data.labels." + from)});
      rule_.gather->by.push_back({label, from});
    }
  }

  void read_term(const Node& node) {
    if (node.is(Kind::string)) return add_term(node.text, node.text, node.place);
    if (!node.is(Kind::mapping))
      return out_.error(node.place, fmt::format("\"by\" of a roll-up takes labels of its members "
                                                "and {{label: label of the members}}, not {}",
                                                describe(node)));
    for (const auto& [label, from] : node.members) {
      if (read_string(from, "by", out_)) add_term(label.text, from.text, label.place);
    }
  }

  void read_labels_by(const Node& node) {
    if (!node.is(Kind::sequence)) return read_term(node);
    for (const auto& item : node.items) read_term(item);
  }

  void read_threshold(const Node& node) {
    if (!node.is(Kind::mapping) || node.members.size() != 1) {
      return out_.error(node.place,
                        "\"distinct\" of a roll-up takes one label of its members and how many "
                        "different values of it, as in {server: 3}");
    }
    const auto& [label, n] = node.members.front();
    if (!legal_label(label.text))
      out_.error(label.place, fmt::format("\"{}\" is no label name: \"distinct\" of a roll-up "
                                          "counts values of a label of its members",
                                          label.text));
    rule_.gather->distinct = label.text;
    if (const auto many = read_count(n, label.text, 1, kMostGathered, out_))
      rule_.threshold = static_cast<std::uint32_t>(*many);
  }

  void add_stage() {
    rule_.stage = *Template::parse("{{members.recovery}}");
    rule_.names["members.recovery"] = "members.recovery";
  }

  void read_span(const char* key, const Node& entry, Duration least, Duration most, Duration& to) {
    const auto* node = entry.find(key);
    if (!node) return;
    if (least == Duration::zero() && (node->text == "0s" || node->text == "0"))
      to = Duration::zero();
    else
      to = read_duration(*node, key, std::max<Duration>(least, std::chrono::milliseconds(1)), most,
                         out_)
               .value_or(to);
  }

  void read_updates(const Node& node) {
    if (!node.is(Kind::sequence) || node.items.size() > kMostUpdates) {
      return out_.error(node.place,
                        fmt::format("\"updates\" is a list of at most {} numbers, as in [50, 200]",
                                    kMostUpdates));
    }
    std::vector<std::uint32_t> steps;
    for (const auto& item : node.items) {
      const auto n = read_count(item, "updates", 1, kMostUpdate, out_);
      if (!n) return;
      if (!steps.empty() && *n <= steps.back())
        return out_.error(item.place, "\"updates\" must ascend, as in [50, 200]");
      steps.push_back(static_cast<std::uint32_t>(*n));
    }
    rule_.gather->updates = std::move(steps);
  }

  RuleDraft& draft_;
  Rule& rule_;
  Diagnostics& out_;
};

// Each change of the stage is notified. A stage that changes with each member would notify each
// member.
void warn_of_stage(const Rule& rule, const Place& place, Diagnostics& out) {
  if (!rule.stage) return;
  static const std::set<std::string> kRestless{
      "members.distinct", "members.count", "members.names",     "members.kinds",
      "members.back",     "members.peak",  "members.reporters", "members.latest"};
  for (const auto& name : rule.stage->names()) {
    if (kRestless.contains(name)) {
      out.warning(place,
                  fmt::format("rule \"{}\": \"stage\" names \"{}\", which moves with each member, "
                              "and each change of the stage is notified; \"members.recovery\" and "
                              "\"members.step\" move when there is news",
                              rule.alert, name));
    }
  }
}

}  // namespace

bool read_gather(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  if (const auto* names = entry.find("gather")) {
    draft.rule.gather.emplace();
    GatherReader(draft, out).run(entry, *names);
    return true;
  }
  for (const auto* key : {"wait", "settle", "updates"}) {
    if (const auto* node = entry.find(key))
      out.error(node->place, fmt::format("\"{}\" belongs to gather", key));
  }
  return false;
}

void retune_gather(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  std::vector<std::string> others{"until", "resolve_after", "annotate", "max_keys"};
  append_conditions(true, others);
  for (const auto& key : others) {
    if (const auto* node = entry.find(key))
      out.error(node->place,
                fmt::format("rule \"{}\" has no \"{}\" that could be overridden: it is a roll-up",
                            draft.rule.alert, key));
  }
  GatherReader(draft, out).tune(entry);
}

bool is_members_name(std::string_view name) {
  return name.starts_with("members.");
}

bool resolve_members_name(const std::string& name, const Place& place, RuleDraft& draft,
                          Diagnostics& out) {
  if (!draft.rule.gather) {
    out.error(place, fmt::format("\"{}\" is a name of roll-ups: rule \"{}\" has no \"gather\"",
                                 name, draft.rule.alert));
  } else if (std::ranges::find(kMembersNames, name) == kMembersNames.end()) {
    out.error(place,
              fmt::format("there is no \"{}\"{}; there are {}", name,
                          did_you_mean(name, kMembersNames), fmt::join(kMembersNames, ", ")));
  } else {
    draft.rule.names[name] = name;
    return true;
  }
  return false;
}

void check_gather(const std::vector<RuleDraft>& drafts, Diagnostics& out) {
  std::unordered_map<std::string, const RuleDraft*> by_name;
  std::vector<std::string> names;
  for (const auto& draft : drafts)
    by_name[draft.rule.alert] = &draft, names.push_back(draft.rule.alert);
  for (const auto& draft : drafts) {
    const auto& rule = draft.rule;
    if (!rule.gather) continue;
    const auto known = [&](const std::string& name) {
      return by_name.contains(name) || is_builtin(name);
    };
    const bool none = std::ranges::none_of(rule.gather->rules, known);
    for (const auto& name : rule.gather->rules) {
      const auto found = by_name.find(name);
      if (known(name)) {
        if (draft.enabled && found != by_name.end() && !found->second->enabled)
          out.warning(draft.gather_place,
                      fmt::format("rule \"{}\" gathers no alerts of \"{}\": that rule is disabled",
                                  rule.alert, name));
        continue;
      }
      const auto text = fmt::format("rule \"{}\" gathers \"{}\", and there is no such rule{}",
                                    rule.alert, name, did_you_mean(name, names));
      none ? out.error(draft.gather_place, text) : out.warning(draft.gather_place, text);
    }
    if (draft.enabled) warn_of_stage(rule, draft.gather_place, out);
  }
}

}  // namespace alarum::rules
