#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace alarum {

/// SHA-256 (FIPS 180-4).
using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);
/// Of what the pieces are one behind the other.
Sha256 sha256_joined(std::initializer_list<std::string_view> pieces);
/// The same as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), continued from `seed` (0 to begin).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

/// FNV-1a, 64 bits, continued from `seed`: what Alertmanager's fingerprints are made of.
constexpr std::uint64_t kFnvOffset = 14695981039346656037ULL;
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed = kFnvOffset) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return seed;
}

/// 16 lower-case hex digits.
std::string hex64(std::uint64_t value);

}  // namespace alarum
