#include "ingest/stream/syslog_header.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/stream/syslog_tag.h"
#include "ingest/stream/syslog_text.h"

namespace alarum::ingest {
namespace {

constexpr int kMostItems = 10;

// Blanks, and one colon among them: `: `, ` : `. No IPv6 address.
bool take_separator(std::string_view& text) {
  skip_syslog_blanks(text);
  if (!text.starts_with(':') || text.starts_with("::")) return false;
  text.remove_prefix(1);
  skip_syslog_blanks(text);
  return true;
}

// IOS's and IOS XR's `000123: `, Ruijie's `226:Mar` and `226:12:03:04:05: `. Not the hour of a time.
bool take_counter(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && n < 11 && is_digit(text[n])) ++n;
  if (n == 0 || n > 10 || n + 1 >= text.size() || text[n] != ':' || (n < 3 && is_digit(text[n + 1])) || is_ip_address(syslog_word(text))) return false;
  text.remove_prefix(n + 1);
  return true;
}

// How long the device runs: `00:20:10: `, `1d02h: `, `3w2d: `, `12:03:04:05: `, `101 21: ` before a message id, VRP's `0.166970 `.
bool take_uptime(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && n < 20 && (is_digit(text[n]) || std::string_view(":.ywdhms").find(text[n]) != std::string_view::npos)) ++n;
  auto word = text.substr(0, n);
  if (n == 0 || !is_digit(word[0])) return false;
  const auto rest = text.substr(n);
  const bool colon = word.ends_with(':');
  if (colon) word.remove_suffix(1);
  const auto colons = std::ranges::count(word, ':');
  const bool clock = colon && (colons == 2 || colons == 3) && word.find_first_not_of("0123456789:") == std::string_view::npos && is_digit(word.back());
  const bool units = colon && colons == 0 && word.find_first_of("ywdh") != std::string_view::npos && !is_digit(word.back()) && is_digit(word[word.size() - 2]);
  const auto dot = word.find('.');
  const bool boot = !colon && dot != std::string_view::npos && dot == word.rfind('.') && word.size() >= dot + 5 && colons == 0 && is_digit(word.back());
  if (!rest.starts_with(' ') || !(clock || units || boot)) return false;
  text = rest;
  return true;
}

// `101 21: %`: days and hours.
bool take_days_and_hours(std::string_view& text) {
  auto rest = text;
  if (!take_syslog_number(rest, 1, 4) || !take_syslog_char(rest, ' ') || !take_syslog_number(rest, 1, 2) || !rest.starts_with(": %")) return false;
  text = rest;
  return true;
}

// IOS XR's line card, `RP/0/RSP1/CPU0:`, and a wireless controller's task, `*spamApTask1: `.
bool take_place(std::string_view& text) {
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

// What stands before a message id as Cisco writes it.
struct Ahead {
  bool id = false;      // such an id follows
  int items = 0;        // counters, times … before it
  bool time = false;    // one of them says when
  bool origin = false;  // and a `host: ` stands among them
};

Ahead look_ahead(std::string_view text, const SyslogClock& clock, bool over_origin) {
  Ahead out;
  for (int n = 0; n <= 6; ++n) {
    take_separator(text);
    out.id = begins_with_message_id(text);
    if (out.id) break;
    const auto word = text.substr(0, text.find_first_of(": "));
    if (take_uptime(text) || take_syslog_time(text, clock)) {
      out.time = true, ++out.items;
    } else if (take_counter(text) || take_days_and_hours(text) || take_place(text) || take_context(text)) {
      ++out.items;
    } else if (over_origin && !out.origin && is_host_name(word) && text.substr(word.size()).starts_with(':')) {
      out.origin = true;
      text.remove_prefix(word.size());
    } else {
      break;
    }
  }
  return out;
}

class OldHeader {
 public:
  OldHeader(std::string_view text, const SyslogClock& clock, SyslogMessage& out) : text_(text), clock_(clock), out_(out) {}

  bool read() {
    using Step = bool (OldHeader::*)();
    constexpr std::array<Step, 7> kSteps{&OldHeader::relay, &OldHeader::counter, &OldHeader::uptime, &OldHeader::time, &OldHeader::place, &OldHeader::origin, &OldHeader::device};
    for (int n = 0; n < kMostItems; ++n) {
      colon_ = take_separator(text_);
      if (!std::ranges::any_of(kSteps, [this](Step step) { return (this->*step)(); })) break;
    }
    if (!kind() && !named()) text_ = counter_.empty() ? text_ : counter_;
    out_.message = valid_syslog_text(text_);
    return saw_time_;
  }

 private:
  bool time() {
    const auto found = take_syslog_time(text_, clock_);
    if (!found) return false;
    // Of a relay's and the device's own the later one is the device's, and counts if it says anything.
    if (found->time && (!out_.time || !found->unset)) out_.time = found->time, out_.clock_unset = found->unset;
    again_ = saw_time_ && out_.host.empty();
    saw_time_ = true;
    return item();
  }

  bool counter() {
    const auto before = text_;
    if (!take_counter(text_)) return false;
    item();
    counter_ = before;
    return true;
  }

  bool uptime() { return (take_uptime(text_) || take_days_and_hours(text_)) && item(); }
  bool place() { return (take_place(text_) || take_context(text_)) && item(); }

  // AIX's `Message forwarded from host: `.
  bool relay() {
    auto rest = text_;
    if (rest.starts_with("Message ")) rest.remove_prefix(8);
    if (!rest.starts_with("forwarded from ") && !rest.starts_with("Forwarded from ")) return false;
    rest.remove_prefix(15);
    const auto word = rest.substr(0, rest.find(": "));
    return word.size() < rest.size() && host(word, rest.substr(word.size()));
  }

  // `host: ` or `host : ` where a Cisco's message id follows, at once or behind a counter, a time …; `host: host: `; `10.0.0.1: `.
  bool origin() {
    auto word = syslog_word(text_);
    auto rest = text_.substr(word.size());
    const bool apart = rest.starts_with(" : ");
    if (!apart && !word.ends_with(':')) return false;
    if (!apart) word.remove_suffix(1);
    const auto ahead = look_ahead(rest, clock_, false);
    // What the device says of itself in front of its own time counts more than what a relay says of it.
    if (ahead.id && ahead.time && is_host_name(word)) out_.host.clear();
    auto next = rest;
    skip_syslog_blanks(next);
    const bool twice = saw_time_ && !apart && word.size() > 1 && next.starts_with(word) && next.substr(word.size()).starts_with(": ");
    if (twice) rest = next.substr(word.size());
    return (ahead.id || twice || (!apart && is_ip_address(word))) && host(word, rest);
  }

  // `host ` where only the device's own header follows: behind a relay's time, before IOS XR's card, and where no time stands.
  bool device() {
    const auto word = syslog_word(text_);
    auto rest = text_.substr(word.size());
    if (rest.empty() || word.ends_with(':')) return false;
    const auto ahead = look_ahead(rest, clock_, true);
    skip_syslog_blanks(rest);
    auto card = rest;
    // EOS's `process: 100: %ID` is no origin and counter: a device that names itself before a counter names a time too.
    const bool own = ahead.items > 0 && !colon_ && (ahead.time || !ahead.origin);
    const bool known = take_place(card) || (ahead.id && (saw_time_ ? own : ahead.items == 0 && !ahead.origin));
    return known && host(word, rest);
  }

  bool host(std::string_view word, std::string_view rest) {
    if (!out_.host.empty() || !is_host_name(word)) return false;
    out_.host = valid_syslog_text(word);
    text_ = rest;
    return item();
  }

  bool item() {
    counter_ = {};
    return true;
  }

  bool kind() { return read_known_body(text_, clock_, out_) || take_syslog_tag(text_, out_); }

  // `host tag: …`. A tag where the host would stand is a message without one, as a machine's own programs write it. Behind a second time
  // without a host between them stands a program's text.
  bool named() {
    if (!saw_time_ || again_ || colon_ || !out_.host.empty() || text_.starts_with("last message repeated ")) return false;
    auto rest = text_;
    const auto word = take_syslog_word(rest);
    if (word != "-" && !is_host_name(word)) return false;
    skip_syslog_blanks(rest);
    if (word != "-") out_.host = valid_syslog_text(word);
    text_ = rest;
    take_separator(text_);
    if (!kind()) kind_behind_word();
    return true;
  }

  // F5's level, Junos' other routing engine, AOS-S's event number: one word between host and tag.
  void kind_behind_word() {
    auto rest = text_;
    const auto word = take_syslog_word(rest);
    const bool number = all_digits(word);
    constexpr std::array<std::string_view, 11> kWords{"emerg", "alert", "crit", "err", "error", "warning", "notice", "info", "debug", "re0", "re1"};
    if (!number && std::ranges::count(kWords, word) == 0) return;
    SyslogMessage found;
    if (!take_syslog_tag(rest, found)) return;
    out_.app = found.app;
    out_.procid = number ? std::string(word) : found.procid;
    text_ = rest;
  }

  std::string_view text_;
  const SyslogClock& clock_;
  SyslogMessage& out_;
  std::string_view counter_;  // the text from the counter on, while nothing proved that it is one
  bool saw_time_ = false;
  bool again_ = false;  // two, and no host between them
  bool colon_ = false;  // one stands before text_
};

}  // namespace

bool read_old_header(std::string_view text, const SyslogClock& clock, SyslogMessage& out) { return OldHeader(text, clock, out).read(); }

}  // namespace alarum::ingest
