#include "ingest/stream/syslog_tag.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/stream/syslog_text.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kLongestTag = 128, kLongestHost = 255;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}
bool of_tag(char c) {
  return is_alphanumeric(c) || std::string_view("._-/%()@+#,").find(c) != std::string_view::npos;
}

// Names are in any script; what begins or fills a body is none.
bool of_host(char c) {
  return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._-/:%()@+~").find(c) != std::string_view::npos;
}

// Only digits, dots and colons, and no address: `2026`, `03:04:05`, `00076`.
bool is_number_or_time(std::string_view word) {
  return std::ranges::all_of(word, [](char c) {
    return is_digit(c) || std::string_view(":.,-/+").find(c) != std::string_view::npos;
  });
}

// A program's own line behind a time: `2026-01-02 03:04:05,123 ERROR …`.
bool is_level(std::string_view word) {
  constexpr std::array<std::string_view, 11> kLevels{"EMERG",  "ALERT", "CRITICAL", "CRIT",
                                                     "FATAL",  "ERROR", "WARNING",  "WARN",
                                                     "NOTICE", "INFO",  "DEBUG"};
  return std::ranges::count(kLevels, word) > 0;
}

void take_colon(std::string_view& text) {
  take_syslog_char(text, ':');
  take_syslog_char(text, ' ');
}

// `%STKUNIT0-M:CP %IFMGR-5-OSTATE_DN: `: the unit of a stack before the id.
void take_unit(std::string_view& text, SyslogMessage& out) {
  auto rest = text;
  const auto unit = take_syslog_word(rest);
  if (unit.size() > kLongestTag || !unit.starts_with('%') || is_mnemonic(unit) ||
      !is_mnemonic(rest.substr(0, rest.find_first_of(" :"))))
    return;
  out.procid = valid_syslog_text(unit.substr(1));
  text = rest;
}

bool take_mnemonic(std::string_view& text, SyslogMessage& out) {
  auto rest = text;
  if (!rest.starts_with('%')) return false;
  SyslogMessage unit;
  take_unit(rest, unit);
  const auto word = rest.substr(0, rest.find_first_of(" :"));
  if (!is_mnemonic(word)) return false;
  out.app = valid_syslog_text(word);
  out.procid = unit.procid;
  text = rest.substr(word.size());
  if (text.starts_with(" :")) text.remove_prefix(1);
  take_colon(text);
  return true;
}

// ONTAP: `[node:event.name:level]: `.
bool take_bracketed(std::string_view& text, SyslogMessage& out) {
  const auto end = text.substr(0, kLongestTag * 2).find("]:");
  if (!text.starts_with('[') || end == std::string_view::npos) return false;
  const auto inside = text.substr(1, end - 1);
  const auto first = inside.find(':'), last = inside.rfind(':');
  if (first == std::string_view::npos || first == last) return false;
  const auto node = trimmed(inside.substr(0, first)),
             event = trimmed(inside.substr(first + 1, last - first - 1));
  if (!is_host_name(node) || event.empty() || event.find(' ') != std::string_view::npos)
    return false;
  if (out.host.empty()) out.host = valid_syslog_text(node);
  out.app = valid_syslog_text(event);
  text.remove_prefix(end + 1);
  take_colon(text);
  return true;
}

bool take_plain_tag(std::string_view& text, SyslogMessage& out) {
  std::size_t n = 0;
  while (n < text.size() && n < kLongestTag && of_tag(text[n])) ++n;
  const auto name = text.substr(0, n);
  if (n == 0 || n == text.size() || is_number_or_time(name) || is_ip_address(syslog_word(text)))
    return false;
  auto rest = text.substr(n);
  std::string_view process;
  if (rest[0] == '[') {
    const auto end = rest.substr(0, 64).find(']');
    if (end == std::string_view::npos) return false;
    process = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  }
  if (!rest.starts_with(':')) return false;
  out.app = valid_syslog_text(name);
  out.procid = valid_syslog_text(process);
  take_colon(rest);
  text = rest;
  return true;
}

}  // namespace

bool is_mnemonic(std::string_view word) {
  if (word.size() < 5 || word.size() > kLongestTag || word[0] != '%') return false;
  for (std::size_t i = 2; i + 3 < word.size() + 1; ++i) {
    if (word[i] == '-' && i + 2 < word.size() && word[i + 1] >= '0' && word[i + 1] <= '7' &&
        word[i + 2] == '-')
      return true;
  }
  return false;
}

bool begins_with_message_id(std::string_view text) {
  if (text.starts_with("%%"))
    return text.size() > 4 && all_digits(text.substr(2, 2)) && text[4] >= 'A' && text[4] <= 'Z';
  SyslogMessage ignored;
  take_unit(text, ignored);
  return is_mnemonic(text.substr(0, text.find_first_of(" :")));
}

bool is_ip_address(std::string_view word) {
  if (word.size() > 64) return false;
  const std::string address(word.substr(0, word.find('%')));
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, address.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET, address.c_str(), &ignored) == 1;
}

bool is_host_name(std::string_view word) {
  if (word.empty() || word.size() > kLongestHost || !std::ranges::all_of(word, of_host))
    return false;
  // PowerConnect's has the unit of the stack behind it
  const auto address = word.substr(0, word.find('-'));
  if (is_ip_address(address) &&
      (address.size() == word.size() || all_digits(word.substr(address.size() + 1))))
    return address != "0.0.0.0" && address != "::";
  const char first = word[0], last = word.back();
  return first != '%' && first != '-' && first != '/' && first != '(' && last != ':' &&
         !is_number_or_time(word) && !is_level(word);
}

bool take_syslog_tag(std::string_view& text, SyslogMessage& out) {
  return take_mnemonic(text, out) || take_bracketed(text, out) || take_plain_tag(text, out);
}

}  // namespace alarum::ingest
