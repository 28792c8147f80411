#include "ingest/stream/syslog_items.h"

#include <algorithm>

#include "base/ascii.h"
#include "ingest/stream/syslog_tag.h"
#include "ingest/stream/syslog_text.h"

namespace alarum::ingest {
namespace {

bool only(std::string_view word, std::string_view characters) {
  return word.find_first_not_of(characters) == std::string_view::npos;
}

// Up to the colon that a blank follows: `00:20:10` of `00:20:10: %SYS…`.
std::string_view word_before_colon(std::string_view text) {
  const auto word = syslog_word(text.substr(0, 24));
  return word.size() < text.size() && word.ends_with(':') ? word.substr(0, word.size() - 1)
                                                          : std::string_view();
}

// `00:20:10`, `12:03:04:05`.
bool is_running_clock(std::string_view word) {
  const auto colons = std::ranges::count(word, ':');
  return (colons == 2 || colons == 3) && only(word, "0123456789:") && is_digit(word.front()) &&
         is_digit(word.back());
}

// `1d02h`, `3w2d`, `1y12w`.
bool is_running_units(std::string_view word) {
  if (word.size() < 2 || !only(word, "0123456789ywdhms") || !is_digit(word.front())) return false;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (!is_digit(word[i]) && !is_digit(word[i - 1])) return false;
  }
  return !is_digit(word.back());
}

// VRP's and Comware's `0.166970 sysname %`: without what follows it could be any number.
bool take_boot_time(std::string_view& text) {
  auto rest = text;
  const auto word = take_syslog_word(rest);
  const auto dot = word.find('.');
  if (dot == std::string_view::npos || dot != word.rfind('.') || word.size() > 24 ||
      !only(word, "0123456789."))
    return false;
  auto after = rest;
  if (!is_digit(word.front()) || word.size() < dot + 5 || !is_host_name(take_syslog_word(after)) ||
      !after.starts_with('%'))
    return false;
  text = rest;
  return true;
}

// `101 21: %`: days and hours.
bool take_days_and_hours(std::string_view& text) {
  auto rest = text;
  if (!take_syslog_number(rest, 1, 4) || !take_syslog_char(rest, ' ') ||
      !take_syslog_number(rest, 1, 2) || !rest.starts_with(": %"))
    return false;
  text = rest;
  return true;
}

// IOS XR's line card, `RP/0/RSP1/CPU0:`, and a wireless controller's task, `*spamApTask1: `.
bool take_card_or_task(std::string_view& text) {
  const auto word = text.substr(0, std::min(text.find_first_of(": "), std::size_t{64}));
  const auto rest = text.substr(word.size());
  const bool card = word.find("/CPU") != std::string_view::npos;
  const bool task = word.size() > 1 && word[0] == '*' && word[1] >= 'a' && word[1] <= 'z';
  if (!rest.starts_with(':') || !(card || task)) return false;
  text = rest.substr(1);
  return true;
}

// NX-OS's `%$VRF default%$ ` and `%$VDC-1 %$ ` before the message id.
bool take_context(std::string_view& text) {
  if (!text.starts_with("%$")) return false;
  const auto end = text.substr(0, 80).find("%$", 2);
  if (end == std::string_view::npos) return false;
  text.remove_prefix(end + 2);
  return true;
}

}  // namespace

bool take_syslog_separator(std::string_view& text) {
  skip_syslog_blanks(text);
  if (!text.starts_with(':') || text.starts_with("::")) return false;
  text.remove_prefix(1);
  skip_syslog_blanks(text);
  return true;
}

bool take_syslog_counter(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && n < 11 && is_digit(text[n])) ++n;
  if (n == 0 || n > 10 || n + 1 >= text.size() || text[n] != ':' ||
      (n < 3 && is_digit(text[n + 1])) || is_ip_address(syslog_word(text)))
    return false;
  text.remove_prefix(n + 1);
  return true;
}

bool take_syslog_uptime(std::string_view& text) {
  const auto word = word_before_colon(text);
  if (word.empty() || !(is_running_clock(word) || is_running_units(word)))
    return take_days_and_hours(text) || take_boot_time(text);
  text.remove_prefix(word.size() + 1);
  return true;
}

bool take_syslog_place(std::string_view& text) {
  return take_card_or_task(text) || take_context(text);
}

SyslogAhead syslog_ahead(std::string_view text, const SyslogClock& clock, bool over_origin) {
  SyslogAhead out;
  for (int n = 0; n <= 6; ++n) {
    take_syslog_separator(text);
    out.id = begins_with_message_id(text);
    if (out.id) break;
    const auto word = text.substr(0, text.find_first_of(": "));
    if (take_syslog_uptime(text) || take_syslog_time(text, clock)) {
      out.time = true, ++out.items;
    } else if (take_syslog_counter(text) || take_syslog_place(text)) {
      ++out.items;
    } else if (over_origin && !out.origin && is_host_name(word) &&
               text.substr(word.size()).starts_with(':')) {
      out.origin = true;
      text.remove_prefix(word.size());
    } else {
      break;
    }
  }
  return out;
}

}  // namespace alarum::ingest
