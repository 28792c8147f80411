#include "config/payload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "base/template.h"

namespace alarum::config {

const std::vector<std::string>& template_names() {
  static const std::vector<std::string> kNames{"status",      "receiver", "group_key", "alertname", "severity", "summary",  "description",
                                               "runbook",     "stage",    "where",     "count",     "starts_at", "ends_at", "duration",
                                               "end_reason",  "firing",   "resolved",  "title",     "text",      "external_url",
                                               "fingerprint", "id"};
  return kNames;
}

bool is_template_name(std::string_view name) {
  const bool open = name.starts_with("labels.") || name.starts_with("annotations.") || name.starts_with("group.");
  return open || std::ranges::find(template_names(), name) != template_names().end();
}

void check_template(const Node& node, std::string_view key, Diagnostics& out) {
  const auto text = Template::parse(node.text);
  if (!text) return out.error(node.place, fmt::format("\"{}\": {} (templates are Mustache, not Go's: docs/delivery.md)", key, text.error().message));
  for (const auto& name : text->names()) {
    if (is_template_name(name)) continue;
    out.error(node.place, fmt::format("\"{}\": there is no \"{}\" to show{}", key, name, did_you_mean(name, template_names())));
  }
}

void check_payload(const Node& node, Diagnostics& out) {
  if (node.is(Node::Kind::string)) return check_template(node, "payload", out);
  if (is_ambiguous_number(node)) return out.error(node.place, fmt::format("\"payload\": YAML reads {} as a number: quote it", node.text));
  for (const auto& item : node.items) check_payload(item, out);
  for (const auto& [key, value] : node.members) {
    if (key.text == kEach && node.members.size() > 1) out.error(key.place, "\"$each\" stands alone in its mapping");
    check_payload(value, out);
  }
}

}  // namespace alarum::config
