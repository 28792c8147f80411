#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace alarum {

/// Values one after the other as bytes: numbers as LEB128 (signed ones zigzag), times as
/// microseconds, texts with their length before them.
class ByteWriter {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void integer(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void time(Time value) { integer(value.time_since_epoch().count()); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  /// Bytes that were written as they stand.
  void bytes(std::string_view value) { bytes_ += value; }
  std::size_t size() const { return bytes_.size(); }
  /// What was written so far; it is then empty again.
  std::string take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

/// The other way. What is not there reads as zero or empty, and `good` becomes false for ever: look
/// at it at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  std::int64_t integer() {
    const auto value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  Time time() { return Time(Duration(integer())); }
  std::string_view text() {
    const auto size = number();
    if (size > bytes_.size()) return good_ = false, std::string_view();
    const auto value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }
  /// How many things follow, each of at least one byte: never more than there are bytes.
  std::size_t count() {
    const auto value = number();
    if (value > bytes_.size()) return good_ = false, 0;
    return value;
  }
  /// All that is left.
  std::string_view rest() { return std::exchange(bytes_, {}); }
  bool good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace alarum
