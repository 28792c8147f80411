#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace alarum {
namespace {

struct Lead {
  std::size_t length;  // of the whole sequence; 0: not a lead byte
  // The range of the second byte. It rules out overlong forms and surrogates.
  unsigned char low, high;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte < 0xF0)
    return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
  if (byte < 0xF5)
    return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

// The length of the character at `at`; 0 if it is not valid.
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const auto lead = lead_of(byte(0));
  if (lead.length < 2) return lead.length;
  if (at + lead.length > text.size() || byte(1) < lead.low || byte(1) > lead.high) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return lead.length;
}

// How many bytes at the beginning are certainly ASCII, in steps of eight.
std::size_t ascii_run(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t eight; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (eight & 0x8080808080808080) break;
  }
  return at;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  return text.empty() ? 0 : sequence(text, 0);
}

char32_t utf8_code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
  };
  if (sequence.size() == 1) return byte(0);
  char32_t value = byte(0) & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) value = value << 6 | (byte(i) & 0x3F);
  return value;
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (const auto plain = ascii_run(text.substr(at)); plain > 0) {
      at += plain;
      continue;
    }
    const auto length = sequence(text, at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text = text.substr(0, most);
  return text.substr(0, valid_utf8_prefix(text));
}

bool check_utf8(std::string_view text, const std::string& file, Diagnostics& out) {
  const auto good = valid_utf8_prefix(text);
  if (good == text.size()) return true;
  const auto before = text.substr(0, good);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto column = good - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  out.error(
      {file, static_cast<int>(line), static_cast<int>(column)},
      fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[good])));
  return false;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

}  // namespace alarum
