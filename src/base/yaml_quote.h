#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alarum {

/// A YAML text with an index of its lines. It borrows the text. Lines and columns count from 1,
/// columns in bytes, offsets from 0 in bytes. A line ends with LF or CRLF.
class YamlLines {
 public:
  explicit YamlLines(std::string_view text);

  std::string_view text() const { return text_; }
  std::size_t count() const { return starts_.size(); }
  /// A line without its line break; empty if there is no such line.
  std::string_view line(int number) const;
  /// The offset of a place; the length of the text if the place is outside of it.
  std::size_t offset(int line, int column) const;
  /// The place of an offset. line_of() is a binary search over the lines.
  int line_of(std::size_t offset) const;
  int column_of(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// A fault of a YAML text in words for its author: what is wrong, where it begins, and what to
/// write.
struct YamlFault {
  int line = 0, column = 0;
  std::string message;
};

/// Whether a line looks like keys of a mapping (`severity: major`, `- alert: A`, `{by: x`) rather
/// than like a line of a text. Inside of a quoted text such a line is a sign of a forgotten quote.
bool looks_like_keys(std::string_view line);

/// As looks_like_keys(), for lines of a plain text: also true for `- x`, an item of a list that is
/// indented too far.
bool looks_like_entry(std::string_view line);

/// A line as a message quotes it: without white space around it, cut to 40 bytes between
/// characters.
std::string shown_line(std::string_view line);

/// The offset behind the closing quote of the quoted scalar that begins at `at`; npos if none
/// closes it. `at` must be the offset of a `'` or `"`.
std::size_t quote_end(std::string_view text, std::size_t at);

/// Finds what yaml-cpp accepts in a quoted scalar (YAML 1.2.2 sections 7.3.1 and 7.3.2) although it
/// is wrong, or hardly meant:
/// - no closing quote;
/// - a line that is not indented further than column `parent`, where the block around it begins,
///   which the grammar does not allow (rule s-flow-line-prefix);
/// - a line that looks like keys;
/// - text behind the closing quote.
///
/// `at` is the offset of the opening quote. `parent` is 0 if there is no block around it. nullopt
/// if all is well. Cost: the length of the scalar.
std::optional<YamlFault> check_quote(const YamlLines& lines, std::size_t at, int parent);

}  // namespace alarum
