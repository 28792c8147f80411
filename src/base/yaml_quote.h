#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alarum {

/// A YAML text by lines. Borrows the text. Lines and columns count from 1, columns in bytes; a line
/// ends with LF or CRLF.
class YamlLines {
 public:
  explicit YamlLines(std::string_view text);

  std::string_view text() const { return text_; }
  std::size_t count() const { return starts_.size(); }
  /// Without its line break; empty outside of the text
  std::string_view line(int number) const;
  std::size_t offset(int line, int column) const;  ///< at most the text's length
  int line_of(std::size_t offset) const;
  int column_of(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// A fault of a YAML text, in words for who wrote it: what is wrong, where, and what to write.
struct YamlFault {
  int line = 0, column = 0;
  std::string message;
};

/// What a line looks like that has no business in a text: `severity: major`, `- alert: A`, `{by:
/// x`.
bool looks_like_keys(std::string_view line);

/// The same of what a plain text swallows: also `- x`, an item of a list that stands too far right.
bool looks_like_entry(std::string_view line);

/// A line as a message quotes it: without blanks around, cut to 40 bytes.
std::string shown_line(std::string_view line);

/// Where the quoted scalar that begins at `at` ends: behind its closing quote. npos when nothing
/// closes it.
std::size_t quote_end(std::string_view text, std::size_t at);

/// What is wrong with the quoted scalar (YAML 1.2.2, 7.3.1 and 7.3.2) that begins at `at`, beyond
/// what the parser refuses: no closing quote; a line in it that stands no further right than column
/// `parent` of the block around it, which the grammar does not allow (rule s-flow-line-prefix) and
/// the parser takes; a line in it that looks like keys; text behind its end. `parent` 0: none
/// around. Cost: the length of the scalar.
std::optional<YamlFault> check_quote(const YamlLines& lines, std::size_t at, int parent);

}  // namespace alarum
