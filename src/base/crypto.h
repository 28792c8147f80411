#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum {

/// HMAC-SHA-256 (RFC 2104): 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// RFC 4648 §4, with padding.
std::string base64(std::string_view bytes);
/// nullopt for what base64() would not write.
std::optional<std::string> unbase64(std::string_view text);

/// Lower-case hex digits.
std::string hex(std::string_view bytes);

/// Whether two secrets are the same, in a time that does not depend on where they differ.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace alarum
