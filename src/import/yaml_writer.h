#pragma once
#include <string>
#include <string_view>

#include "base/node.h"

namespace alarum::import {

/// Writes YAML in block style, with comments. `indent` is in columns. Texts are quoted if YAML or
/// Alarum's parser would read them as something else. Builds one text in memory; cannot fail.
class YamlWriter {
 public:
  /// A line as it is given; the caller has quoted what needs quotes.
  void line(int indent, std::string_view text);
  /// Each line of `text` behind `# `; control characters become `?`.
  void comment(int indent, std::string_view text);
  /// `key: value`; a mapping or list follows in lines of its own.
  void entry(int indent, std::string_view key, const Node& value);
  void entry(int indent, std::string_view key, std::string_view text);
  /// The items of a list of mappings, each behind a dash in that column.
  void items(int indent, const Node& list) { value(indent, list); }
  /// An entry as a comment, because it was not translated.
  void left_out(int indent, std::string_view key, const Node& value);
  /// The next line that is written begins an item of a list: `- key: value`, with the dash at
  /// `indent`. The caller writes the rest of the item two columns further right.
  void item(int indent);

  const std::string& text() const { return text_; }

 private:
  void value(int indent, const Node& node);
  std::string text_;
  bool dash_ = false;  // item() was called, and no line was written since
};

/// A text as a YAML scalar that is read back as this string.
std::string yaml_scalar(std::string_view text);

}  // namespace alarum::import
