#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace alarum {

/// Where the tokens of a JSON text begin: every `{ } [ ] : ,` outside of strings, every opening
/// quote, every first character of a number or word, in order. simdjson's first stage (Langdale and
/// Lemire, "Parsing gigabytes of JSON per second", §3.1): it checks UTF-8, that strings end, and
/// that no control character stands in one; the grammar is the reader's (base/json_scan.h). One
/// thread; keeps its memory from text to text, up to kKept bytes of text.
class JsonIndex {
 public:
  static constexpr std::size_t kKept = 1 << 20;

  JsonIndex();
  ~JsonIndex();
  JsonIndex(JsonIndex&&) noexcept;
  JsonIndex& operator=(JsonIndex&&) noexcept;

  /// False: what is checked here is wrong with it, or it is empty or longer than 4 GiB. Reads no
  /// byte past the text.
  bool read(std::string_view text);
  /// Of the last text, until the next; not empty. Behind the last one stands the text's size, so
  /// that each token's successor can be read.
  std::span<const std::uint32_t> tokens() const { return tokens_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::size_t capacity_ = 0;
  std::span<const std::uint32_t> tokens_;
};

}  // namespace alarum
