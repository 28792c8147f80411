#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::import {

/// A template of Alertmanager (Go's text/template; Alertmanager's docs/notifications.md) after its
/// translation to Alarum's templates (Mustache, docs/delivery.md).
struct Translation {
  std::string text;
  std::vector<std::string> differs;  ///< what it shows differently from the original, each once
};

/// Where the template is used: in a title, loops over alerts are replaced by Alarum's own title.
enum class Field { title, text };
/// Translates a template. Understood are the fields of the data (`.Status`, `.CommonLabels.x`,
/// `.GroupLabels.x`, `.CommonAnnotations.x`, `.Alerts.Firing | len`, …), `if`, `else`, `with`,
/// `range` over alerts (replaced by Alarum's own list of alerts), the default templates by name,
/// trim marks and comments, nested 16 deep at most. A text without tags is unchanged. Error
/// `not_translated`, naming what cannot be translated: comparisons of labels, variables, `printf`,
/// templates of files. Pure.
Result<Translation> translate_go_template(std::string_view text, Field field = Field::text);

/// Whether the text is nothing but one of Alertmanager's default templates: `{{ template
/// "slack.default.title" . }}`.
bool is_default_template(std::string_view text);

}  // namespace alarum::import
