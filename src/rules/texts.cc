#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

using Kind = Node::Kind;

bool is_by(const Rule& rule, std::string_view name) {
  const auto same = [&](const ByTerm& term) { return term.label == name; };
  return std::any_of(rule.by.begin(), rule.by.end(), same);
}

std::vector<std::string> own_names(const Rule& rule) {
  std::vector<std::string> names{"alertname", "severity", "count", "startsAt"};
  if (rule.stage) names.emplace_back("stage");
  if (rule.unmatched) names.emplace_back("subjects");
  for (const auto& term : rule.by) names.push_back(term.label);
  for (const auto& [label, text] : rule.labels) names.push_back(label);
  return names;
}

// Puts the leaf path of a name into the rule. False and an error if the name means nothing.
bool resolve_name(const std::string& name, const Node& node, const std::vector<std::string>& own,
                  RuleDraft& draft, Diagnostics& out) {
  if (is_members_name(name)) return resolve_members_name(name, node.place, draft, out);
  if (const auto path = draft.names->resolve(name, node.place, out, own)) {
    draft.rule.names[name] = *path;
    return true;
  }
  return false;
}

std::optional<Template> parse_text(const Node& node, std::string_view key, const RuleDraft& draft,
                                   Diagnostics& out) {
  const auto text = read_text(node, key, out);
  if (!text) return std::nullopt;
  const auto& shared = draft.names->texts();
  auto parsed = Template::parse(
      *text, [&](std::string_view name) { return shared.find(name, node.place.file); });
  if (parsed) return std::move(*parsed);
  out.error(node.place, fmt::format("\"{}\": {}", key, parsed.error().message));
  return std::nullopt;
}

std::string allowed_in_labels(const RuleDraft& draft) {
  std::vector<std::string> names;
  for (const auto& term : draft.rule.by) names.push_back(term.label);
  for (const auto& name : draft.names->enriched()) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Template> read_label(const Node& node, const std::string& label, RuleDraft& draft,
                                   Diagnostics& out) {
  auto text = parse_text(node, label, draft, out);
  if (!text) return std::nullopt;
  bool good = true;
  for (const auto& name : text->names()) {
    if (is_by(draft.rule, name)) continue;
    if (draft.names->is_enriched(name)) {
      good &= resolve_name(name, node, {}, draft, out);
      continue;
    }
    out.error(node.place, fmt::format("label \"{}\" cannot use \"{}\": labels are fixed when the "
                                      "alert fires, so they are made of \"by\" and "
                                      "enrichment names only ({})",
                                      label, name, allowed_in_labels(draft)));
    good = false;
  }
  return good ? text : std::nullopt;
}

bool label_name_good(const Node& name, const Rule& rule, Diagnostics& out) {
  if (!legal_label(name.text)) {
    out.error(name.place,
              fmt::format("\"{}\" is not a label name: use letters, digits and _, as in \"{}\"",
                          name.text, as_label(name.text)));
  } else if (name.text == "alertname" || name.text == "severity") {
    out.error(name.place,
              fmt::format("every alert has the label \"{}\": choose another name", name.text));
  } else if (is_by(rule, name.text)) {
    out.error(name.place,
              fmt::format("\"{}\" is a label from \"by\" already: choose another name", name.text));
  } else {
    return true;
  }
  return false;
}

}  // namespace

std::optional<Template> read_annotation(const Node& node, std::string_view key, RuleDraft& draft,
                                        Diagnostics& out) {
  auto text = parse_text(node, key, draft, out);
  if (!text) return std::nullopt;
  auto own = own_names(draft.rule);
  if (key == "stage") std::erase(own, "stage");
  bool good = true;
  for (const auto& name : text->names()) {
    if (std::find(own.begin(), own.end(), name) != own.end()) continue;
    if (name == "stage") {
      out.error(node.place, fmt::format("\"{}\" names the stage, but rule \"{}\" has no \"stage\"",
                                        key, draft.rule.alert));
      good = false;
    } else {
      good &= resolve_name(name, node, own, draft, out);
    }
  }
  return good ? text : std::nullopt;
}

void read_severity(const Node& node, RuleDraft& draft, Diagnostics& out) {
  const auto text = read_string(node, "severity", out);
  if (!text) return;
  if (const auto word = model::parse_severity(*text)) {
    draft.rule.severity = *word;
    draft.rule.severity_template.reset();
    return;
  }
  if (text->find("{{") == std::string::npos) {
    static const std::vector<std::string> kWords{"critical", "major", "minor", "warning", "info"};
    out.error(node.place,
              fmt::format(
                  "\"{}\" is not a severity{}: critical, major, minor, warning, info or a template",
                  *text, did_you_mean(*text, kWords)));
    return;
  }
  auto parsed = parse_text(node, "severity", draft, out);
  if (!parsed) return;
  bool good = true;
  for (const auto& name : parsed->names()) {
    if (!is_by(draft.rule, name)) good &= resolve_name(name, node, {}, draft, out);
  }
  if (!good) return;
  draft.rule.severity = draft.defaults->severity;
  draft.rule.severity_template = std::move(parsed);
}

void read_labels(const Node& node, RuleDraft& draft, Diagnostics& out) {
  if (!expect_kind(node, Kind::mapping, "labels", "a mapping of label names to texts", out)) return;
  for (const auto& [name, value] : node.members) {
    if (!label_name_good(name, draft.rule, out)) continue;
    if (auto text = read_label(value, name.text, draft, out))
      draft.rule.labels.insert_or_assign(name.text, std::move(*text));
  }
}

void read_texts(const Node& entry, RuleDraft& draft, Diagnostics& out) {
  auto& rule = draft.rule;
  const auto read = [&](const char* key, std::optional<Template>& target) {
    if (const auto* node = entry.find(key)) target = read_annotation(*node, key, draft, out);
  };
  read("stage", rule.stage);
  read("summary", rule.summary);
  read("description", rule.description);
  read("runbook", rule.runbook);
}

}  // namespace alarum::rules
