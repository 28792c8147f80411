#include "base/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
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

std::uint32_t add_byte(std::uint32_t crc, unsigned char byte) { return (crc >> 8) ^ kCrcTable[(crc ^ byte) & 0xFF]; }

std::uint32_t add_word([[maybe_unused]] std::uint32_t crc, [[maybe_unused]] std::uint64_t word) {
#if defined(__SSE4_2__)
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, word));
#elif defined(__ARM_FEATURE_CRC32)
  return __crc32cd(crc, word);
#else
  for (int shift = 0; shift < 64; shift += 8) crc = add_byte(crc, static_cast<unsigned char>(word >> shift));
  return crc;
#endif
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  // To look the algorithm up costs more than to hash an event: each thread does it once.
  struct Hasher {
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
  };
  thread_local const Hasher hasher;
  auto* const context = hasher.context.get();
  Sha256 digest{};
  const bool done = EVP_DigestInit_ex2(context, hasher.algorithm.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  if (!done) throw std::bad_alloc();  // nothing else can fail
  return digest;
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
    std::uint64_t word = 0;  // little-endian machines only, as the presets are
    std::memcpy(&word, bytes.data(), 8);
    crc = add_word(crc, word);
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) crc = add_byte(crc, static_cast<unsigned char>(c));
  return ~crc;
}

std::string hex64(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace alarum
