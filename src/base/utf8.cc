#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace alarum {
namespace {

struct Lead {
  std::size_t length;       // of the whole sequence; 0: not a lead byte
  unsigned char low, high;  // what the second byte may be: this rules out overlong forms and surrogates
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte < 0xF0) return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80), static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
  if (byte < 0xF5) return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80), static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

// Length of the sequence at `at`; 0 when it is not valid.
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

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = sequence(text, at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool check_utf8(std::string_view text, const std::string& file, Diagnostics& out) {
  const auto good = valid_utf8_prefix(text);
  if (good == text.size()) return true;
  const auto before = text.substr(0, good);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto column = good - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  out.error({file, static_cast<int>(line), static_cast<int>(column)},
            fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[good])));
  return false;
}

namespace {

// The code unit of an escape `\uXXXX` at the start of `text`.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const auto [stop, fault] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return fault == std::errc() && stop == text.data() + 6 ? std::optional(unit) : std::nullopt;
}

bool is_low(std::optional<unsigned> unit) { return unit && *unit >= 0xDC00 && *unit < 0xE000; }

// What an escape becomes, and how many bytes of `text` it was.
std::pair<std::string_view, std::size_t> escape_at(std::string_view text) {
  const auto unit = escaped_unit(text);
  if (!unit || *unit < 0xD800 || *unit >= 0xE000) return {text.substr(0, 2), std::min<std::size_t>(2, text.size())};
  if (!is_low(unit) && is_low(escaped_unit(text.substr(6)))) return {text.substr(0, 12), 12};
  return {"\\ufffd", 6};
}

}  // namespace

std::string json_with_replacements(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto length = sequence(json, 0);
    if (json.front() == '\\') {
      const auto [text, taken] = escape_at(json);
      out += text;
      json.remove_prefix(taken);
    } else {
      out += length == 0 ? "\xEF\xBF\xBD" : json.substr(0, length);
      json.remove_prefix(std::max<std::size_t>(1, length));
    }
  }
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
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
