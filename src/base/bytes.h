#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace alarum {

/// Writes values one behind the other into a byte string. The state in a checkpoint is written with
/// this class (docs/formats/checkpoint.md).
///
/// - Unsigned numbers are LEB128: seven bits a byte, lowest first, at most 10 bytes.
/// - Signed numbers are zigzag-encoded first, so that small negative ones are short as well.
/// - Times are microseconds since 1970-01-01T00:00:00Z, as a signed number.
/// - Texts are their length in bytes (a number) and then their bytes.
///
/// A value type: it owns its bytes, cannot fail (but for std::bad_alloc), and belongs to one thread
/// at a time. The bytes carry no types: the reader must ask for the same kinds in the same order.
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
  /// Appends bytes as they are, without a length. The reader must know how many there are.
  void bytes(std::string_view value) { bytes_ += value; }
  std::size_t size() const { return bytes_.size(); }
  /// Returns what was written so far. The writer is empty afterwards and can be used again.
  std::string take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter wrote. The bytes may be damaged or cut off: a read never goes past the
/// end. A value that is not there reads as zero or as the empty text, and good() is false from then
/// on. So a caller can read a whole structure and check good() once at the end, before it uses a
/// value.
///
/// The reader borrows the bytes, and text() and rest() return views into them. One thread at a
/// time.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  /// Fails (see good()) if the bytes end within the number or if it takes more than 10 bytes.
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
  /// Fails if the length that stands before the text is more than the bytes that are left.
  std::string_view text() {
    const auto size = number();
    if (size > bytes_.size()) return good_ = false, std::string_view();
    const auto value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }
  /// The number of items that follow. Fails if it is more than the bytes that are left, because
  /// each item takes at least one byte. So a damaged count cannot make the caller reserve more
  /// memory than the size of the input.
  std::size_t count() {
    const auto value = number();
    if (value > bytes_.size()) return good_ = false, 0;
    return value;
  }
  /// All bytes that are left. The reader is at its end afterwards.
  std::string_view rest() { return std::exchange(bytes_, {}); }
  /// Whether every read so far found its value. Once false, it stays false.
  bool good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace alarum
