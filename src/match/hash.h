#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace alarum::match {

/// The hash functions of the index's tables. They are fast and not cryptographic: the tables are
/// filled from rules alone, so a sender cannot choose keys that collide, and a look-up always
/// compares the bytes. Nothing of them is stored on disk. Little-endian machines only.
///
/// Mixes two numbers by one 128-bit multiplication (as wyhash does).
inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// The bytes at `at` as a number, at any alignment.
inline std::uint64_t load8(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, 8);
  return value;
}
/// As load8(), for 4 bytes.
inline std::uint32_t load4(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, 4);
  return value;
}

/// The first `size` bytes at `at`, fewer than 8, as a number that no other text of this size has.
/// Reads no byte beyond them.
inline std::uint64_t load_few(const char* at, std::size_t size) {
  if (size >= 4) return load4(at) | static_cast<std::uint64_t>(load4(at + size - 4)) << 32;
  if (size == 0) return 0;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i]));
  };
  return byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
}

/// Whether two texts are equal. Faster than memcmp for texts of up to 64 bytes, because there is no
/// call.
inline bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8) return load_few(a.data(), a.size()) == load_few(b.data(), b.size());
  if (a.size() > 64) return std::memcmp(a.data(), b.data(), a.size()) == 0;
  for (std::size_t at = 0; at + 8 < a.size(); at += 8) {
    if (load8(a.data() + at) != load8(b.data() + at)) return false;
  }
  return load8(a.data() + a.size() - 8) == load8(b.data() + b.size() - 8);
}

/// Hashes of the first n bytes of a text (or the last n, if `ends`) for several n. All of them
/// together cost one pass over the text, because the hash takes 8 bytes at a time and keeps its
/// state between calls. The text is borrowed.
template <bool ends>
class AffixHash {
 public:
  AffixHash(std::string_view text, std::uint64_t seed) : text_(text), state_(seed) {}

  /// `n` is at most the length of the text and at least that of the call before.
  std::uint64_t of(std::size_t n) {
    while (taken_ + 8 <= n) {
      state_ = mixed(
          state_, load8(ends ? text_.data() + text_.size() - taken_ - 8 : text_.data() + taken_));
      taken_ += 8;
    }
    const auto rest = n - taken_;
    return mixed(state_ + n,
                 load_few(ends ? text_.data() + text_.size() - n : text_.data() + taken_, rest));
  }

 private:
  std::string_view text_;
  std::uint64_t state_;
  std::size_t taken_ = 0;
};

/// The hash of a member name. It reads the size and the first and last 8 bytes only, because these
/// differ for most names.
inline std::uint64_t name_hash(std::string_view name, std::uint64_t seed) {
  const auto size = name.size();
  if (size < 8) return mixed(load_few(name.data(), size), seed << 32 | size);
  return mixed(load8(name.data()), load8(name.data() + size - 8) + (seed << 32 | size));
}

/// The hash of a whole text, 16 bytes at a time.
inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  const char* at = text.data();
  auto left = text.size();
  if (left < 8) return mixed(load_few(at, left) ^ seed, left);
  for (; left > 16; left -= 16, at += 16) seed = mixed(load8(at) ^ seed, load8(at + 8));
  // The last ones may have been taken already.
  return left > 8 ? mixed(load8(at) ^ seed, load8(at + left - 8) + text.size())
                  : mixed(load8(text.data() + text.size() - 8) ^ seed, text.size());
}

}  // namespace alarum::match
