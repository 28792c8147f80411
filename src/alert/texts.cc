#include "alert/texts.h"

namespace alarum::alert {
namespace {

std::optional<std::string> of_alert(const model::Alert& alert, std::string_view name) {
  if (name == "count") return std::to_string(alert.count);
  if (name == "startsAt") return format_rfc3339(alert.starts_at);
  if (name == "stage") {
    const auto found = alert.annotations.find("stage");
    return found == alert.annotations.end() ? std::nullopt : std::optional(found->second);
  }
  return std::nullopt;
}

}  // namespace

std::string Texts::render(const Template& text, const model::Alert* alert, const model::Labels& labels) const {
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (const auto found = labels.find(std::string(name)); found != labels.end()) return found->second;
    if (alert) {
      if (auto value = of_alert(*alert, name)) return value;
    }
    const auto path = rule_.names.find(std::string(name));
    if (path == rule_.names.end()) return std::nullopt;
    const auto leaves = event_.at(path->second);
    if (leaves.empty() || leaves.front().kind == model::LeafKind::null) return std::nullopt;
    return std::string(leaves.front().text);
  };
  return text.render(lookup, missing_);
}

model::Severity Texts::severity(const model::Labels& by) const {
  if (!rule_.severity_template) return rule_.severity;
  const auto word = model::parse_severity(render(*rule_.severity_template, nullptr, by));
  if (!word) ++missing_;
  return word.value_or(rule_.severity);
}

model::Labels Texts::labels(const model::Labels& by, model::Severity severity) const {
  auto labels = by;
  for (const auto& [name, text] : rule_.labels) {
    auto value = render(text, nullptr, by);
    if (!value.empty()) labels[name] = std::move(value);
  }
  labels["alertname"] = rule_.alert;
  labels["severity"] = model::to_text(severity);
  return labels;
}

model::Labels Texts::additions(const std::map<std::string, Template>& texts, const model::Alert& alert) const {
  model::Labels out;
  for (const auto& [name, text] : texts) out[name] = render(text, &alert, alert.labels);
  return out;
}

model::Labels Texts::annotations(const model::Alert& alert) const {
  model::Labels out;
  const auto* shown = &alert;
  const auto add = [&](const char* name, const std::optional<Template>& text) {
    if (text) out[name] = render(*text, shown, alert.labels);
  };
  add("stage", rule_.stage);
  model::Alert staged;  // the other texts may name the stage, and mean the new one
  if (rule_.stage) {
    staged = alert;
    staged.annotations = out;
    shown = &staged;
  }
  add("summary", rule_.summary);
  add("description", rule_.description);
  add("runbook", rule_.runbook);
  return out;
}

}  // namespace alarum::alert
