#include "rules/rule_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/deprecation.h"
#include "base/fields.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

constexpr std::size_t kMaxName = 128;  // bytes of an alert name
constexpr std::size_t kMaxBy = 16;     // terms of `by`
constexpr Duration kLeastResolve = std::chrono::seconds(1);
constexpr Duration kMostResolve = std::chrono::days(10 * 365);

std::vector<std::string> with(std::vector<std::string> keys, const std::vector<std::string>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

// The keys that a rule and an override have, beside those of conditions.
const std::vector<std::string> kTunableKeys{
    "until",    "enabled",     "severity",     "resolve_after", "labels",
    "summary",  "description", "runbook",      "for",           "keep_firing_for",
    "hold",     "max_keys",    "inhibited_by", "unless",        "notify",
    "annotate", "wait",        "absorb",       "settle",        "updates"};

const KeySet& rule_keys() {
  static const KeySet kKeys{
      with(with(with({"alert", "match", "pattern", "unmatched", "by", "stage", "gather"},
                     kTunableKeys),
                condition_keys(true)),
           condition_keys(false)),
      {}};
  return kKeys;
}

const KeySet& override_keys() {
  static const KeySet kKeys{with(with({"enrich"}, kTunableKeys), condition_keys(true)),
                            condition_keys(false),
                            "cannot be overridden: copy the rule, change it there, and override "
                            "the first with enabled: false"};
  return kKeys;
}

const KeySet kDefaultKeys{
    {"severity", "resolve_after", "by"},
    {"within", "lateness", "for", "keep_firing_for", "hold", "inhibited_by", "notify", "labels"}};

std::optional<Duration> read_resolve_after(const Node& node, Diagnostics& out) {
  return read_duration(node, "resolve_after", kLeastResolve, kMostResolve, out);
}

bool good_name(const Node& name, Diagnostics& out) {
  if (!read_string(name, "alert", out)) return false;
  const bool control = std::any_of(name.text.begin(), name.text.end(),
                                   [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (is_builtin(name.text))
    return out.error(
               name.place,
               fmt::format("\"{}\" is an alert of Alarum's own: choose another name", name.text)),
           false;
  if (!name.text.empty() && name.text.size() <= kMaxName && !control) return true;
  out.error(name.place,
            fmt::format("\"alert\" must be a name of 1 to {} bytes without control characters",
                        kMaxName));
  return false;
}

template <class Visit>
void visit_fields(Pattern& pattern, const Visit& visit) {
  for (auto& clause : pattern.alternatives) for_each_field(clause, visit);
}

// A pattern as JSON text in a YAML string. Its faults get the place of the string, because the
// places of lines within it are not known.
std::optional<Clause> parse_json_pattern(const Node& node, Diagnostics& out) {
  Diagnostics inner;
  std::optional<Clause> clause;
  if (const auto tree = parse_json(node.text, node.place.file, inner))
    clause = parse_pattern(*tree, inner);
  for (const auto& fault : inner.sorted()) {
    out.error(node.place, fmt::format("line {}, column {} of the pattern: {}", fault.place.line,
                                      fault.place.column, fault.message));
  }
  if (clause) for_each_field(*clause, [&](FieldTest& field) { field.place = node.place; });
  return clause;
}

std::optional<Pattern> read_pattern(const Node& node, Diagnostics& out) {
  if (!node.is(Kind::string) &&
      !expect_kind(node, Kind::mapping, "pattern",
                   "an EventBridge pattern: a mapping, or JSON text", out))
    return std::nullopt;
  auto clause = node.is(Kind::string) ? parse_json_pattern(node, out) : parse_pattern(node, out);
  if (!clause) return std::nullopt;
  for_each_field(*clause, [](FieldTest& field) { field.path = from_eventbridge(field.path); });
  return Pattern{{std::move(*clause)}};
}

// `unmatched: true` is a key of the rule, with a pattern or without. `match: {unmatched: true}`
// would test an extension attribute, so it is reported.
void read_unmatched(const Node& node, RuleDraft& draft, Diagnostics& out) {
  const auto* match = node.find("match");
  if (const auto* misplaced =
          match && match->is(Kind::mapping) ? match->find("unmatched") : nullptr;
      misplaced && misplaced->is(Kind::boolean)) {
    out.error(misplaced->place, fmt::format("\"unmatched\" is a key of the rule, beside \"match\": "
                                            "write unmatched: true under \"alert: {}\"",
                                            draft.rule.alert));
  }
  const auto* key = node.find("unmatched");
  if (!key) return;
  draft.rule.unmatched = read_bool(*key, "unmatched", out).value_or(true);
  if (!draft.rule.unmatched || !node.find("sequence")) return;
  out.error(key->place, fmt::format("rule \"{}\" has \"unmatched\" and a \"sequence\": its steps "
                                    "say what it knows, leave one of them out",
                                    draft.rule.alert));
}

void read_match(const Node& node, RuleDraft& draft, Diagnostics& out) {
  const auto *match = node.find("match"), *pattern = node.find("pattern");
  if (match && pattern) {
    out.error(pattern->place,
              fmt::format("rule \"{}\" has both \"match\" and \"pattern\": keep one of them",
                          draft.rule.alert));
  }
  if (const auto* sequence = node.find("sequence")) {
    const auto* extra = match ? match : pattern;
    if (extra)
      out.error(
          sequence->place,
          fmt::format(
              "rule \"{}\" has a \"sequence\": its steps say what it matches, leave \"match\" out",
              draft.rule.alert));
    return;
  }
  if (!match && !pattern && draft.rule.unmatched) return;
  if (!match && !pattern) {
    out.error(draft.rule.place,
              fmt::format("rule \"{}\" says not what it matches: add \"match\" (or \"pattern\")",
                          draft.rule.alert));
    return;
  }
  auto parsed = match ? parse_match(*match, out) : read_pattern(*pattern, out);
  if (!parsed) return;
  draft.rule.names_status = resolve_paths(*parsed, *draft.names, out);
  visit_fields(*parsed,
               [&](const FieldTest& field) { draft.rule.names_format |= field.path == "format"; });
  draft.rule.match = std::move(*parsed);
}

void read_until(const Node& node, RuleDraft& draft, Diagnostics& out) {
  draft.rule.until.emplace();
  auto parsed = parse_match(node, out);
  if (!parsed) return;
  resolve_paths(*parsed, *draft.names, out);
  draft.rule.until = std::move(parsed);
}

void read_identity(const Node& node, RuleDraft& draft, Diagnostics& out) {
  auto& rule = draft.rule;
  const auto* by = node.find("by");
  if (by) {
    rule.by = read_by(*by, *draft.names, out);
  } else if (!draft.defaults->by.empty()) {
    rule.by = draft.defaults->by;
  } else {
    rule.by_is_default = true;
  }
  if (rule.by.empty()) rule.by = {{"subject", "subject"}};
}

// The keys that a rule and an override have in common.
void read_tunable(const Node& node, RuleDraft& draft, Diagnostics& out) {
  if (const auto* enabled = node.find("enabled"))
    draft.enabled = read_bool(*enabled, "enabled", out).value_or(true);
  if (const auto* severity = node.find("severity")) read_severity(*severity, draft, out);
  if (const auto* after = node.find("resolve_after")) {
    draft.rule.resolve_after = read_resolve_after(*after, out);
    draft.resolve_after_written = true;
  }
  if (const auto* labels = node.find("labels")) read_labels(*labels, draft, out);
  read_texts(node, draft, out);
  read_behaviour(node, draft, out);
}

class ByReader {
 public:
  ByReader(const Names& names, Diagnostics& out) : names_(names), out_(out) {}

  void term(const Node& node) {
    if (node.is(Kind::mapping)) {
      for (const auto& [label, path] : node.members) {
        if (read_string(path, "by", out_)) add(label.text, label.place, path);
      }
      return;
    }
    if (!node.is(Kind::string))
      return out_.error(node.place, fmt::format("\"by\" takes paths and {{label: path}}, not {}",
                                                describe(node)));
    const auto label = node.text.substr(node.text.rfind('.') + 1);  // npos + 1 is 0
    if (legal_label(label)) return add(label, node.place, node);
    out_.error(node.place, fmt::format("\"{}\" gives no label name: give one, as in {{{}: {}}}",
                                       node.text, as_label(label), node.text));
  }

  std::vector<ByTerm> terms;

 private:
  void add(const std::string& label, const Place& place, const Node& path) {
    const auto same = [&](const ByTerm& term) { return term.label == label; };
    if (!legal_label(label)) {
      out_.error(place,
                 fmt::format("\"{}\" is not a label name: use letters, digits and _, as in \"{}\"",
                             label, as_label(label)));
    } else if (label == "alertname" || label == "severity") {
      out_.error(
          place,
          fmt::format("every alert has the label \"{}\": give another name, as in {{event_{}: {}}}",
                      label, label, path.text));
    } else if (std::any_of(terms.begin(), terms.end(), same)) {
      out_.error(place,
                 fmt::format(
                     "\"by\" has the label \"{}\" twice: give one another name, as in {{{}_2: {}}}",
                     label, label, path.text));
    } else if (terms.size() == kMaxBy) {
      out_.error(place, fmt::format("\"by\" has more than {} terms", kMaxBy));
    } else if (auto leaf = names_.resolve(path.text, path.place, out_)) {
      terms.push_back({label, std::move(*leaf)});
    }
  }

  const Names& names_;
  Diagnostics& out_;
};

}  // namespace

// Events of /ingest/eventbridge had the format `eventgrid` until they got one of their own. For one
// release a test of the old one takes both.
bool add_eventbridge(std::vector<Predicate>& any) {
  using Op = Predicate::Op;
  const auto has = [&](std::string_view format) {
    return std::ranges::any_of(
        any, [&](const auto& one) { return one.op == Op::string && one.text == format; });
  };
  bool added = has("eventgrid") && !has("eventbridge");
  if (added) any.push_back({.op = Op::string, .text = "eventbridge"});
  for (auto& one : any) {
    if (one.op == Op::anything_but_values) added |= add_eventbridge(one.operands);
  }
  return added;
}

void take_old_format(FieldTest& field, Diagnostics& out) {
  if (field.path != "format" || !add_eventbridge(field.any)) return;
  deprecation(
      out, field.place,
      "format \"eventgrid\" also means events of /ingest/eventbridge, in this release only: "
      "write eventbridge for these, or a list of both; for Event Grid nothing changes");
}

bool resolve_paths(Pattern& pattern, const Names& names, Diagnostics& out) {
  bool names_status = false;
  visit_fields(pattern, [&](FieldTest& field) {
    names_status |= field.path == "status";
    if (auto path = names.resolve(field.path, field.place, out)) field.path = std::move(*path);
    take_old_format(field, out);
  });
  return names_status;
}

std::vector<ByTerm> read_by(const Node& node, const Names& names, Diagnostics& out) {
  ByReader reader(names, out);
  if (!node.is(Kind::sequence)) reader.term(node);
  for (const auto& item : node.items) reader.term(item);
  const bool nothing = node.items.empty() && node.members.empty() && !node.is(Kind::string) &&
                       !node.is(Kind::number);
  if (nothing && !node.is(Kind::null))
    out.error(node.place, "\"by\" names nothing: leave it out for one alert per subject");
  return std::move(reader.terms);
}

Defaults read_defaults(const Node& node, const Names& names, Diagnostics& out) {
  Defaults defaults;
  if (!expect_kind(node, Kind::mapping, "defaults", "a mapping", out)) return defaults;
  check_keys(node, kDefaultKeys, "defaults", out);
  if (const auto* severity = node.find("severity");
      severity && read_string(*severity, "severity", out)) {
    const auto word = model::parse_severity(severity->text);
    if (!word)
      out.error(severity->place, fmt::format("\"{}\" is not a severity that can be a default: "
                                             "critical, major, minor, warning or info",
                                             severity->text));
    defaults.severity = word.value_or(defaults.severity);
  }
  if (const auto* after = node.find("resolve_after"))
    defaults.resolve_after = read_resolve_after(*after, out);
  if (const auto* by = node.find("by")) defaults.by = read_by(*by, names, out);
  return defaults;
}

std::optional<RuleDraft> read_rule(const Node& node, const Surroundings& around, Diagnostics& out) {
  if (!expect_kind(node, Kind::mapping, "rules",
                   "a list of rules, each a mapping with \"alert\" and \"match\"", out))
    return std::nullopt;
  const auto* name = node.find("alert");
  if (!name) out.error(node.place, "a rule without a name: add \"alert\"");
  const bool named = name && good_name(*name, out);
  check_keys(node, rule_keys(), named ? fmt::format("rule \"{}\"", name->text) : "a rule", out);
  RuleDraft draft;
  draft.names = &around.names;
  draft.defaults = &around.defaults;
  draft.rule.alert = named ? name->text : "";
  draft.rule.place = named ? name->place : node.place;
  draft.rule.scope = around.scope;
  draft.rule.severity = around.defaults.severity;
  if (!read_gather(node, draft, out)) {
    read_unmatched(node, draft, out);
    read_match(node, draft, out);
    if (const auto* until = node.find("until")) read_until(*until, draft, out);
    read_identity(node, draft, out);
    read_condition(node, draft, around.tables, out);
  }
  read_tunable(node, draft, out);
  return named ? std::optional(std::move(draft)) : std::nullopt;
}

void apply_override(const Node& name, const Node& entry, const Tables& tables, RuleDraft& draft,
                    Diagnostics& out) {
  if (!expect_kind(entry, Kind::mapping, name.text,
                   "a mapping such as {severity: major, resolve_after: 48h}", out))
    return;
  check_keys(entry, override_keys(), fmt::format("the override of \"{}\"", name.text), out);
  if (draft.rule.gather) {
    retune_gather(entry, draft, out);
  } else {
    if (const auto* until = entry.find("until")) read_until(*until, draft, out);
    retune_condition(entry, draft, tables, out);
  }
  read_tunable(entry, draft, out);
}

void settle_end(RuleDraft& draft, Diagnostics& out) {
  auto& rule = draft.rule;
  if (rule.gather) return;  // it ends when no member fires
  const bool must_write = rule.severity_template || rule.severity == model::Severity::critical;
  if (!draft.resolve_after_written && !must_write)
    rule.resolve_after = draft.defaults->resolve_after;
  if (rule.until || rule.resolve_after || draft.resolve_after_written || ends_by_condition(rule))
    return;
  constexpr auto kAdd = "add \"until\" (the events that end it) or \"resolve_after\" (such as 24h)";
  if (!draft.defaults->resolve_after) {
    out.error(rule.place, fmt::format("rule \"{}\" has no end: {}", rule.alert, kAdd));
  } else {
    out.error(
        rule.place,
        fmt::format(
            "rule \"{}\" has no end: the default resolve_after is not for {}: {} to the rule",
            rule.alert,
            rule.severity_template ? "rules with a severity template" : "critical rules", kAdd));
  }
}

}  // namespace alarum::rules
