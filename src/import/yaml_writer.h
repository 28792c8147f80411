#pragma once
#include <string>
#include <string_view>

#include "base/node.h"

namespace alarum::import {

/// Writes YAML in block style, with comments. Indentation is in columns; texts are quoted where
/// YAML or our readers would take them for something else.
class YamlWriter {
 public:
  void line(int indent, std::string_view text);
  /// Each line of `text` behind `# `; control characters become `?`.
  void comment(int indent, std::string_view text);
  /// `key: value`, the value in lines of its own where it has parts.
  void entry(int indent, std::string_view key, const Node& value);
  void entry(int indent, std::string_view key, std::string_view text);
  /// The items of a list of mappings, each behind a dash in that column.
  void items(int indent, const Node& list) { value(indent, list); }
  /// The same as a comment: what is left out.
  void left_out(int indent, std::string_view key, const Node& value);
  /// `- key: value`, …: the next line that is written begins an item of a list at `indent`; the
  /// rest of it stands two columns further right.
  void item(int indent);

  const std::string& text() const { return text_; }

 private:
  void value(int indent, const Node& node);
  std::string text_;
  bool dash_ = false;
};

/// A text as a YAML scalar that is read back as this string.
std::string yaml_scalar(std::string_view text);

}  // namespace alarum::import
