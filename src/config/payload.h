#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace alarum::config {

/// The names that templates of a receiver may use (docs/delivery.md), besides `labels.NAME`,
/// `annotations.NAME` and `group.NAME`.
const std::vector<std::string>& template_names();
/// Whether a template may use this name, those with a prefix included.
bool is_template_name(std::string_view name);

/// A key that is repeated for each alert: in `alerts: {$each: {name: "{{alertname}}"}}`, `alerts`
/// becomes a list with one mapping an alert.
constexpr std::string_view kEach = "$each";

/// Whether a text is a Go template (text/template) such as Alertmanager's `{{ .CommonLabels.x }}`,
/// `{{- end }}` or `{{ if … }}`. Templates are Mustache here, so this is an error that says so.
bool is_go_template(std::string_view text);

/// Check one template text, and all texts in a payload tree: syntax and names. Every fault goes to
/// `out` with its place.
void check_template(const Node& node, std::string_view key, Diagnostics& out);
void check_payload(const Node& node, Diagnostics& out);

}  // namespace alarum::config
