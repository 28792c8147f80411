#include "engine/internal_event.h"

#include "base/json.h"
#include "rules/inventory.h"

namespace alarum::engine {
namespace {

std::string object_of(const model::Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels)
    out += (out.size() > 1 ? "," : "") + json_quote(name) + ':' + json_quote(value);
  return out + '}';
}

std::string value_of(const model::Labels& labels, const char* name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

// Labels that are no attribute become extensions, as in other formats.
bool is_attribute(const std::string& name) {
  return name == "id" || name == "source" || name == "type" || name == "subject" ||
         name == "time" || name == "severity" || name == "status";
}

void add_labels(model::EventFields& fields, const model::Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (!is_attribute(name)) fields.extensions.emplace_back(name, json_quote(value));
  }
}

}  // namespace

model::Event event_of(const model::Change& change) {
  const auto& alert = change.alert;
  const bool over = change.kind == model::Change::Kind::resolved;
  // Posted: no rule made it
  const auto name = alert.rule.empty() ? value_of(alert.labels, "alertname") : alert.rule;
  const auto id = alert.id + '/' + std::string(to_text(alert.state));
  const auto subject = value_of(alert.labels, "subject");
  const auto data = "{\"labels\":" + object_of(alert.labels) +
                    ",\"annotations\":" + object_of(alert.annotations) + '}';
  model::EventFields fields;
  fields.id = id, fields.source = "alarum", fields.type = name, fields.subject = subject,
  fields.data = data;
  fields.data_kind = model::DataKind::json;
  fields.format = model::Format::internal;
  fields.time = over ? alert.ends_at.value_or(alert.last_seen) : alert.starts_at;
  fields.status = over ? model::Status::resolved : model::Status::firing;
  fields.severity = alert.severity;
  fields.extensions.emplace_back("alert", json_quote(name));
  add_labels(fields, alert.labels);
  return model::Event(fields);
}

model::Event event_of(const model::Labels& labels) {
  const auto subject = value_of(labels, "subject"), source = value_of(labels, "source");
  model::EventFields fields;
  fields.source = source.empty() ? "alarum" : std::string_view(source);
  fields.subject = subject;
  fields.format = model::Format::internal;
  add_labels(fields, labels);
  return model::Event(fields);
}

model::FlatEvent flat_of(const rules::RuleSet& rules, const model::Event& event,
                         const model::Labels& labels) {
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules, flat);
  const auto stand_in = [&](const std::string& path) {
    const auto label = labels.find(path.substr(path.find('.') + 1));
    if (label != labels.end() && flat.at(path).empty())
      flat.add(path, model::LeafKind::string, label->second);
  };
  if (rules.inventory) {
    for (const auto& name : rules.inventory->names()) {
      if (name.wanted) stand_in(name.leaf);
    }
  }
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts) stand_in(extract.name);
    for (const auto& enrich : scope.enriches) {
      for (const auto& [path, column] : enrich.add) stand_in(path);
    }
  }
  return flat;
}

}  // namespace alarum::engine
