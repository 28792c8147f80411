#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace alarum {

/// Hash functions whose values are stored on disk or sent to others, so they must never change. All
/// are pure and may be called on any thread.
///
/// SHA-256 (FIPS 180-4): identities of events and of generations.
using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);
/// The digest of the pieces one behind the other, without copying them into one text.
Sha256 sha256_joined(std::initializer_list<std::string_view> pieces);
/// The digest as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// CRC-32C (Castagnoli polynomial; RFC 3720 appendix B.4), which guards the journal's frames
/// against damage, not against forgery. `seed` is 0, or the result for the bytes before, to
/// continue it. Uses the processor's instruction where it has one. Little-endian machines only.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

/// FNV-1a, 64 bits (draft-eastlake-fnv). `seed` is the offset basis, or the result for the bytes
/// before, to continue it. Alertmanager's label fingerprints are made with it. It is not for tables
/// whose keys an attacker can choose.
constexpr std::uint64_t kFnvOffset = 14695981039346656037ULL;
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed = kFnvOffset) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return seed;
}

/// 16 lower-case hex digits with leading zeros.
std::string hex64(std::uint64_t value);

}  // namespace alarum
