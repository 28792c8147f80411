#include "receivers/text/escape.h"

#include <algorithm>

#include "base/printable.h"
#include "base/utf8.h"

namespace alarum::receivers {
namespace {

template <class Replace>
std::string replaced(std::string_view text, const Replace& replace) {
  std::string out;
  for (const char c : escape_plain(text)) {
    const std::string_view other = replace(c);
    if (other.empty())
      out += c;
    else
      out += other;
  }
  return out;
}

std::string_view entity(char c) {
  return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "";
}

}  // namespace

std::string escape_plain(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0)
      out += "\xEF\xBF\xBD";
    else if (text.front() != '\n' && is_unprintable(utf8_code_point(text.substr(0, length))))
      out += ' ';
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string escape_html(std::string_view text) {
  return replaced(text, [](char c) -> std::string_view {
    return c == '"' ? "&quot;" : c == '\'' ? "&#39;" : entity(c);
  });
}

std::string escape_slack(std::string_view text) {
  return replaced(text, [](char c) { return entity(c); });
}

std::string escape_markdown(std::string_view text) {
  static constexpr std::string_view kMarks = "\\`*_[]()#~|!";
  static constexpr std::string_view kEscaped = "\\\\\\`\\*\\_\\[\\]\\(\\)\\#\\~\\|\\!";
  return replaced(text, [](char c) {
    const auto at = kMarks.find(c);
    return at == std::string_view::npos ? entity(c) : kEscaped.substr(2 * at, 2);
  });
}

std::string escape_room_markdown(std::string_view text) {
  std::string out;
  for (const char c : escape_markdown(text)) c == '@' ? out.append("＠") : out.append(1, c);
  return out;
}

std::string escape_robot(std::string_view text) {
  return replaced(text, [](char c) -> std::string_view {
    return c == '<'   ? "＜"
           : c == '>' ? "＞"
           : c == '[' ? "［"
           : c == ']' ? "］"
           : c == '@' ? "＠"
           : c == '*' ? "＊"
           : c == '`' ? "ˋ"
                      : "";
  });
}

std::string cut(std::string text, std::size_t most, std::string_view mark) {
  if (text.size() <= most) return text;
  text.resize(most > mark.size() ? most - mark.size() : 0);
  text.resize(valid_utf8_prefix(text));
  return text.append(most >= mark.size() ? mark : "");
}

std::string cut_units(std::string text, std::size_t most, std::string_view mark) {
  const auto units_of = [](std::string_view character) {
    return character.size() == 4 ? std::size_t{2} : std::size_t{1};
  };
  const auto prefix = [&](std::string_view whole, std::size_t room) {
    std::size_t at = 0;
    while (at < whole.size()) {
      const auto length = std::max<std::size_t>(utf8_sequence(whole.substr(at)), 1);
      const auto units = units_of(whole.substr(at, length));
      if (units > room) break;
      room -= units, at += length;
    }
    return at;
  };
  if (prefix(text, most) == text.size()) return text;
  std::size_t marks = 0;
  for (std::size_t at = 0; at < mark.size(); ++marks)
    at += std::max<std::size_t>(utf8_sequence(mark.substr(at)), 1);
  text.resize(prefix(text, most > marks ? most - marks : 0));
  return text.append(most >= marks ? mark : "");
}

}  // namespace alarum::receivers
