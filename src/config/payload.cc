#include "config/payload.h"

#include <fmt/format.h>

#include <re2/re2.h>

#include <algorithm>

#include "base/fields.h"
#include "base/template.h"

namespace alarum::config {

const std::vector<std::string>& template_names() {
  static const std::vector<std::string> kNames{"status",
                                               "receiver",
                                               "group_key",
                                               "alertname",
                                               "severity",
                                               "summary",
                                               "description",
                                               "runbook",
                                               "stage",
                                               "where",
                                               "count",
                                               "starts_at",
                                               "ends_at",
                                               "duration",
                                               "end_reason",
                                               "firing",
                                               "resolved",
                                               "title",
                                               "text",
                                               "external_url",
                                               "fingerprint",
                                               "id",
                                               "is_firing",
                                               "is_resolved",
                                               "server",
                                               "rack",
                                               "owner",
                                               "job",
                                               "link",
                                               "last_reported",
                                               "acknowledged_by",
                                               "acknowledged_at",
                                               "acknowledgement"};
  return kNames;
}

bool is_template_name(std::string_view name) {
  const bool open =
      name.starts_with("labels.") || name.starts_with("annotations.") || name.starts_with("group.");
  return open || std::ranges::find(template_names(), name) != template_names().end();
}

bool is_go_template(std::string_view text) {
  static const re2::RE2 go(
      R"(\{\{-|-\}\}|\{\{\s*([.$"`(]|/\*)|\{\{\s*(else|end)\s*\}\}|\{\{\s*(if|else|range|with|template|define|block|len|index|printf|join|toUpper|toLower)\s|\{\{[^}]*\|)");
  return re2::RE2::PartialMatch(text, go);
}

void check_template(const Node& node, std::string_view key, Diagnostics& out) {
  if (is_go_template(node.text)) {
    return out.error(
        node.place,
        fmt::format("\"{}\" is a Go template, and templates are Mustache here: {{{{status}}}}, "
                    "{{{{labels.instance}}}}, {{{{annotations.summary}}}}, {{{{text}}}} "
                    "(docs/delivery.md); \"alarum import alertmanager FILE\" turns the usual ones",
                    key));
  }
  const auto text = Template::parse(node.text);
  if (!text)
    return out.error(node.place,
                     fmt::format("\"{}\": {} (docs/delivery.md)", key, text.error().message));
  for (const auto& name : text->names()) {
    if (is_template_name(name)) continue;
    out.error(node.place, fmt::format("\"{}\": there is no \"{}\" to show{}", key, name,
                                      did_you_mean(name, template_names())));
  }
}

void check_payload(const Node& node, Diagnostics& out) {
  if (node.is(Node::Kind::string)) return check_template(node, "payload", out);
  if (is_ambiguous_number(node))
    return out.error(node.place,
                     fmt::format("\"payload\": YAML reads {} as a number: quote it", node.text));
  for (const auto& item : node.items) check_payload(item, out);
  for (const auto& [key, value] : node.members) {
    if (key.text == kEach && node.members.size() > 1)
      out.error(key.place, "\"$each\" must be the only key of its mapping");
    check_payload(value, out);
  }
}

}  // namespace alarum::config
