#include "base/hash.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#if defined(__SSE4_2__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace alarum {
namespace {

constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    auto crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t add_byte(std::uint32_t crc, unsigned char byte) {
  return (crc >> 8) ^ kCrcTable[(crc ^ byte) & 0xFF];
}

std::uint32_t add_word([[maybe_unused]] std::uint32_t crc, [[maybe_unused]] std::uint64_t word) {
#if defined(__SSE4_2__)
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, word));
#elif defined(__ARM_FEATURE_CRC32)
  return __crc32cd(crc, word);
#else
  for (int shift = 0; shift < 64; shift += 8)
    crc = add_byte(crc, static_cast<unsigned char>(word >> shift));
  return crc;
#endif
}

}  // namespace

// OpenSSL 3 deprecates these functions in favour of EVP objects. Setting up such an object costs as
// much as hashing an event's identity.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Sha256 sha256_joined(std::initializer_list<std::string_view> pieces) {
  SHA256_CTX context;
  Sha256 digest{};
  SHA256_Init(&context);
  for (const auto piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}
#pragma GCC diagnostic pop

Sha256 sha256(std::string_view bytes) {
  return sha256_joined({bytes});
}

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * Sha256().size());
  for (const auto byte : sha256(bytes)) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
  auto crc = ~seed;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;  // all supported machines are little-endian
    std::memcpy(&word, bytes.data(), 8);
    crc = add_word(crc, word);
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) crc = add_byte(crc, static_cast<unsigned char>(c));
  return ~crc;
}

std::string hex64(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

}  // namespace alarum
