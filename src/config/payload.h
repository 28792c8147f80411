#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace alarum::config {

/// The names that templates of a receiver may use (docs/delivery.md); beside them `labels.NAME`,
/// `annotations.NAME` and `group.NAME`.
const std::vector<std::string>& template_names();
bool is_template_name(std::string_view name);

/// The key of a list that stands once for each alert: `alerts: {$each: {name: "{{alertname}}"}}`.
constexpr std::string_view kEach = "$each";

/// Whether a text is a Go template (text/template), as Alertmanager's are: `{{ .CommonLabels.x }}`,
/// `{{- end }}`, `{{ if … }}`.
bool is_go_template(std::string_view text);

/// Checks a template text, and a whole tree of them: every fault with its place.
void check_template(const Node& node, std::string_view key, Diagnostics& out);
void check_payload(const Node& node, Diagnostics& out);

}  // namespace alarum::config
