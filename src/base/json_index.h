#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace alarum {

/// Finds where the tokens of a JSON text begin: every `{ } [ ] : ,` outside of strings, every
/// opening quote, and the first character of every number or word, in the order of the text. It is
/// the first stage of simdjson (Langdale and Lemire, "Parsing gigabytes of JSON per second",
/// section 3.1).
///
/// The index checks that the text is UTF-8, that its strings end, and that no control character is
/// in a string. It does not check the grammar: base/json_scan.h does that. simdjson's own second
/// stage is not used because it cannot keep numbers as they were written.
///
/// One thread at a time; usually there is one for each thread. It owns its memory, about four bytes
/// for each byte of the longest text so far, and reuses it for the next text.
class JsonIndex {
 public:
  /// Memory for texts of up to this many bytes is kept. If a text was longer, the memory is given
  /// back when the next text of at most this size is read.
  static constexpr std::size_t kKept = 1 << 20;

  JsonIndex();
  ~JsonIndex();
  JsonIndex(JsonIndex&&) noexcept;
  JsonIndex& operator=(JsonIndex&&) noexcept;

  /// Indexes the text, which is borrowed during the call only. False if one of the checks above
  /// fails, if the text is empty or 4 GiB or longer, or if there is no memory. Never reads past the
  /// end.
  bool read(std::string_view text);
  /// Byte positions of the tokens of the last text, valid until the next read(). Not empty after a
  /// read() that returned true. One more number is readable behind the last one: the size of the
  /// text, so that each token has a next one.
  std::span<const std::uint32_t> tokens() const { return tokens_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::size_t capacity_ = 0;
  std::span<const std::uint32_t> tokens_;
};

}  // namespace alarum
