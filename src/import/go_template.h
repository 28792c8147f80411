#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::import {

/// A Go template of Alertmanager (text/template with its data, docs/notifications.md) as one of
/// ours (Mustache, docs/delivery.md).
struct Translation {
  std::string text;
  std::vector<std::string> differs;  ///< what it shows otherwise than the original, each once
};

/// Fields of the data (`.Status`, `.CommonLabels.x`, `.GroupLabels.x`, `.CommonAnnotations.x`,
/// `.Alerts.Firing | len`, …), `if`, `else`, `with`, `range` over alerts (our own list of them
/// stands instead, in a title our own title), the default templates by name, trim marks and
/// comments. Error `not_translated`, which says what stands in the way: comparisons of labels,
/// variables, `printf`, templates of files. A text without tags stays as it is. Nesting at most 16.
enum class Field { title, text };
Result<Translation> translate_go_template(std::string_view text, Field field = Field::text);

/// Whether the text is no more than one of Alertmanager's default templates: `{{ template
/// "slack.default.title" . }}`.
bool is_default_template(std::string_view text);

}  // namespace alarum::import
