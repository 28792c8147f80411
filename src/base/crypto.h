#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum {

/// Keyed digests and text encodings of bytes for signatures and tokens. OpenSSL does the arithmetic
/// and stays in crypto.cc. All functions are pure and may be called on any thread. Texts are
/// shorter than 2 GiB, because OpenSSL counts their bytes in an int.
///
/// HMAC-SHA-256 (RFC 2104 with FIPS 180-4). Returns 32 bytes, not hex digits.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Base64 with the standard alphabet and with padding (RFC 4648 section 4), without line breaks.
std::string base64(std::string_view bytes);
/// The bytes of a base64 text. Strict: nullopt for every text that base64() would not have written,
/// for example white space, missing padding, or bits in the padding (RFC 4648 section 3.5).
std::optional<std::string> unbase64(std::string_view text);

/// So many random bytes from the system, for tokens that nobody may guess.
std::string random_bytes(std::size_t count);

/// Two lower-case hex digits for each byte.
std::string hex(std::string_view bytes);

/// Whether two secrets are equal. The time it takes does not depend on where they differ, so that a
/// client cannot guess a token byte by byte. It still grows with the lengths of the texts.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace alarum
