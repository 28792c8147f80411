#include "base/json_scan.h"

#include <algorithm>
#include <string>

#include "base/percent.h"
#include "base/utf8.h"

namespace alarum {
namespace {

// The value of the four hex digits at `at`; -1 if there are none.
int code_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high(int unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(int unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

std::size_t put_utf8(std::uint32_t c, char* out) {
  const auto byte = [&](std::size_t i, std::uint32_t value) { out[i] = static_cast<char>(value); };
  if (c < 0x80) return byte(0, c), 1;
  if (c < 0x800) return byte(0, 0xC0 | c >> 6), byte(1, 0x80 | (c & 0x3F)), 2;
  if (c < 0x10000)
    return byte(0, 0xE0 | c >> 12), byte(1, 0x80 | (c >> 6 & 0x3F)), byte(2, 0x80 | (c & 0x3F)), 3;
  return byte(0, 0xF0 | c >> 18), byte(1, 0x80 | (c >> 12 & 0x3F)), byte(2, 0x80 | (c >> 6 & 0x3F)),
         byte(3, 0x80 | (c & 0x3F)), 4;
}

char plain_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

// Appends `text`, which is UTF-8, with an escaped U+FFFD in place of each escaped surrogate that
// stands alone.
void append_mended(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto at = std::min(text.find('\\'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    const int unit = text.starts_with("\\u") ? code_unit(text, 2) : -1;
    const bool pair =
        is_high(unit) && text.substr(6).starts_with("\\u") && is_low(code_unit(text, 8));
    const auto size = std::min<std::size_t>(text.size(), pair                            ? 12
                                                         : is_high(unit) || is_low(unit) ? 6
                                                                                         : 2);
    out += size == 6 ? "\\ufffd" : text.substr(0, size);
    text.remove_prefix(size);
  }
}

}  // namespace

std::string json_with_replacements(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto good = valid_utf8_prefix(json);
    append_mended(out, json.substr(0, good));
    if (good < json.size()) out += "\xEF\xBF\xBD";
    json.remove_prefix(std::min(good + 1, json.size()));
  }
  return out;
}

bool are_json_escapes(std::string_view inside) {
  for (auto at = inside.find('\\'); at != std::string_view::npos; at = inside.find('\\', at)) {
    if (++at == inside.size()) return false;
    const char kind = inside[at++];
    if (kind != 'u') {
      if (kind == '\0' || !std::strchr("\"\\/bfnrt", kind)) return false;
      continue;
    }
    const int unit = code_unit(inside, at);
    if (unit < 0 || is_low(unit)) return false;
    at += 4;
    if (!is_high(unit)) continue;
    if (inside.substr(at, 2) != "\\u" || !is_low(code_unit(inside, at + 2))) return false;
    at += 6;
  }
  return true;
}

std::size_t decode_json_string(std::string_view inside, char* out) {
  char* const begin = out;
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\') {
      *out++ = inside[at++];
      continue;
    }
    const char kind = inside[at + 1];
    at += 2;
    if (kind != 'u') {
      *out++ = plain_escape(kind);
      continue;
    }
    auto character = static_cast<std::uint32_t>(code_unit(inside, at));
    at += 4;
    if (is_high(static_cast<int>(character))) {
      character = 0x10000 + ((character - 0xD800) << 10) +
                  static_cast<std::uint32_t>(code_unit(inside, at + 2) - 0xDC00);
      at += 6;
    }
    out += put_utf8(character, out);
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace alarum
