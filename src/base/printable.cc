#include "base/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"

namespace alarum {
namespace {

void append_shown(std::string& out, std::string_view sequence, bool one_line) {
  const auto c = utf8_code_point(sequence);
  if (one_line && (c == '\n' || c == '\r' || c == '\t')) {
    out += ' ';
  } else if (c != '\n' && c != '\t' && is_unprintable(c)) {
    out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  } else {
    out += sequence;
  }
}

std::string shown(std::string_view text, bool one_line) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::ranges::find_if_not(text, [](char c) { return c >= 0x20 && c < 0x7F; }) -
        text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto length = utf8_sequence(text);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else {
      append_shown(out, text.substr(0, length), one_line);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

// How many bytes at the end may be the first bytes of a character whose other bytes are still to
// come.
std::size_t unfinished(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

bool is_unprintable(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return true;
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string printable(std::string_view text) {
  return shown(text, false);
}

std::string printable_line(std::string_view text) {
  return shown(text, true);
}

void PrintableOutput::restore() {
  if (!target_) return;
  write(true);
  out_.rdbuf(target_);
  target_ = nullptr;
}

PrintableOutput::int_type PrintableOutput::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  pending_ += traits_type::to_char_type(c);
  return write(false) ? c : traits_type::eof();
}

std::streamsize PrintableOutput::xsputn(const char* text, std::streamsize size) {
  pending_.append(text, static_cast<std::size_t>(size));
  return write(false) ? size : 0;
}

int PrintableOutput::sync() {
  return target_->pubsync();
}

bool PrintableOutput::write(bool all) {
  const auto rest = all ? 0 : unfinished(pending_);
  const auto text = printable(std::string_view(pending_).substr(0, pending_.size() - rest));
  pending_.erase(0, pending_.size() - rest);
  return target_->sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
         static_cast<std::streamsize>(text.size());
}

}  // namespace alarum
