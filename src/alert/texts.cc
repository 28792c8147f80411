#include "alert/texts.h"

#include <algorithm>
#include <functional>

#include "base/utf8.h"
#include "rules/inventory.h"
#include "rules/rule_set.h"

namespace alarum::alert {
namespace {

std::optional<std::string> of_alert(const model::Alert& alert, const model::Labels& annotations,
                                    std::string_view name) {
  if (name == "count") return std::to_string(alert.count);
  if (name == "startsAt") return format_rfc3339(alert.starts_at);
  if (name == "stage" || name == "subjects") {
    const auto found = annotations.find(std::string(name));
    return found == annotations.end() ? std::nullopt : std::optional(found->second);
  }
  return std::nullopt;
}

constexpr std::size_t kMostSubjects = 16, kMostSubject = 80;  // names, and bytes of each
constexpr std::string_view kMore = ", and more";

// Adds a name to the list in the annotation, which is all that the alert remembers. Each name is
// there once, and a comma in it is replaced, because commas separate names.
std::string with_subject(std::string list, std::string_view subject) {
  std::string name(utf8_prefix(subject, kMostSubject));
  std::ranges::replace(name, ',', ';');
  if (name.empty() || list.ends_with(kMore) ||
      (", " + list + ", ").find(", " + name + ", ") != std::string::npos)
    return list;
  if (std::ranges::count(list, ',') + 1 >= std::ptrdiff_t{kMostSubjects})
    return list + std::string(kMore);
  return list.empty() ? name : list + ", " + name;
}

model::Labels below(const model::FlatEvent& event, const std::string& prefix) {
  model::Labels out;
  for (const auto& leaf : event.under(prefix))
    out.try_emplace(std::string(leaf.path.substr(prefix.size())), leaf.text);
  return out;
}

}  // namespace

void Texts::add_known(const model::Alert& alert, model::Labels& out) const {
  if (!rule_.inventory) return;
  if (!rule_.of_one_server) return out.merge(rule_.inventory->agreed_annotations(alert.labels));
  if (!event_.at(rules::kInventoryRow).empty())
    return out.merge(below(event_, rules::kInventoryAnnotation));
  for (const auto& name : rule_.inventory->names()) {
    const auto before =
        name.annotated ? alert.annotations.find(name.text) : alert.annotations.end();
    if (before != alert.annotations.end()) out.insert(*before);
  }
}

std::string Texts::subjects(const model::Alert& alert) const {
  const auto known = alert.annotations.find("subjects");
  const auto leaves = event_.at("subject");
  return with_subject(known == alert.annotations.end() ? "" : known->second,
                      leaves.empty() ? std::string_view("(none)") : leaves.front().text);
}

std::string Texts::render(const Template& text, const model::Alert* alert,
                          const model::Labels& annotations, const model::Labels& labels) const {
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (const auto found = labels.find(std::string(name)); found != labels.end())
      return found->second;
    if (alert) {
      if (auto value = of_alert(*alert, annotations, name)) return value;
    }
    const auto path = rule_.names.find(std::string(name));
    if (path == rule_.names.end()) return std::nullopt;
    const auto leaves = event_.at(path->second);
    if (leaves.empty() || leaves.front().kind == model::LeafKind::null) return std::nullopt;
    return std::string(leaves.front().text);
  };
  return text.render(std::cref(lookup),
                     missing_);  // by reference, because a copy of the lambda would be allocated
}

model::Severity Texts::severity(const model::Labels& by) const {
  if (!rule_.severity_template) return rule_.severity;
  const auto word = model::parse_severity(render(*rule_.severity_template, nullptr, {}, by));
  if (!word) ++missing_;
  return word.value_or(rule_.severity);
}

model::Labels Texts::labels(const model::Labels& by, model::Severity severity) const {
  auto labels = by;
  for (const auto& [name, text] : rule_.labels) {
    auto value = render(text, nullptr, {}, by);
    if (!value.empty()) labels[name] = std::move(value);
  }
  if (rule_.inventory)
    labels.merge(rule_.of_one_server ? below(event_, rules::kInventoryLabel)
                                     : rule_.inventory->agreed_labels(by));
  labels["alertname"] = rule_.alert;
  labels["severity"] = model::to_text(severity);
  return labels;
}

model::Labels Texts::additions(const std::map<std::string, Template>& texts,
                               const model::Alert& alert) const {
  model::Labels out;
  for (const auto& [name, text] : texts)
    out[name] = render(text, &alert, alert.annotations, alert.labels);
  return out;
}

model::Labels Texts::annotations(const model::Alert& alert) const {
  model::Labels out;
  const auto* shown = &alert.annotations;
  const auto add = [&](const char* name, const std::optional<Template>& text) {
    if (text) out[name] = render(*text, &alert, *shown, alert.labels);
  };
  add("stage", rule_.stage);
  if (rule_.unmatched) out["subjects"] = subjects(alert);
  // The other texts may contain the stage and the subjects, and must show the new ones.
  const auto staged = out;
  if (rule_.stage || rule_.unmatched) shown = &staged;
  add("summary", rule_.summary);
  add("description", rule_.description);
  add("runbook", rule_.runbook);
  add_known(alert, out);
  out.insert(more_.begin(), more_.end());
  return out;
}

}  // namespace alarum::alert
