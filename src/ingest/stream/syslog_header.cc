#include "ingest/stream/syslog_header.h"

#include <algorithm>
#include <array>

#include "ingest/stream/syslog_body.h"
#include "ingest/stream/syslog_items.h"
#include "ingest/stream/syslog_tag.h"
#include "ingest/stream/syslog_text.h"

namespace alarum::ingest {
namespace {

constexpr int kMostHeaderItems = 10;

class OldHeader {
 public:
  OldHeader(std::string_view text, const SyslogClock& clock, SyslogMessage& out)
      : text_(text), clock_(clock), out_(out) {}

  bool read() {
    using Step = bool (OldHeader::*)();
    constexpr std::array<Step, 7> kSteps{&OldHeader::relay, &OldHeader::counter, &OldHeader::uptime,
                                         &OldHeader::time,  &OldHeader::place,   &OldHeader::origin,
                                         &OldHeader::device};
    for (int n = 0; n < kMostHeaderItems; ++n) {
      colon_ = take_syslog_separator(text_);
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
    // Of a relay's and the device's own the later one is the device's, and counts if it says
    // anything.
    if (found->time && (!out_.time || !found->unset))
      out_.time = found->time, out_.clock_unset = found->marked;
    again_ = saw_time_ && out_.host.empty();
    saw_time_ = true;
    return item();
  }

  bool counter() {
    const auto before = text_;
    if (!take_syslog_counter(text_)) return false;
    item();
    counter_ = before;
    return true;
  }

  bool uptime() { return (take_syslog_uptime(text_)) && item(); }
  bool place() { return (take_syslog_place(text_)) && item(); }

  // AIX's `Message forwarded from host: `.
  bool relay() {
    auto rest = text_;
    if (rest.starts_with("Message ")) rest.remove_prefix(8);
    if (!rest.starts_with("forwarded from ") && !rest.starts_with("Forwarded from ")) return false;
    rest.remove_prefix(15);
    const auto word = rest.substr(0, rest.find(": "));
    return word.size() < rest.size() && host(word, rest.substr(word.size()));
  }

  // `host: ` or `host : ` where a Cisco's message id follows, at once or behind a counter, a time
  // …; `host: host: `; `10.0.0.1: `.
  bool origin() {
    auto word = syslog_word(text_);
    auto rest = text_.substr(word.size());
    const bool apart = rest.starts_with(" : ");
    if (!apart && !word.ends_with(':')) return false;
    if (!apart) word.remove_suffix(1);
    const auto ahead = syslog_ahead(rest, clock_, false);
    // What the device says of itself in front of its own time counts more than what a relay says of
    // it.
    if (ahead.id && ahead.time && is_host_name(word)) out_.host.clear();
    auto next = rest;
    skip_syslog_blanks(next);
    const bool twice = saw_time_ && !apart && word.size() > 1 && next.starts_with(word) &&
                       next.substr(word.size()).starts_with(": ");
    if (twice) rest = next.substr(word.size());
    return (ahead.id || twice || (!apart && is_ip_address(word))) && host(word, rest);
  }

  // `host ` where only the device's own header follows: behind a relay's time, before IOS XR's
  // card, and where no time stands.
  bool device() {
    const auto word = syslog_word(text_);
    auto rest = text_.substr(word.size());
    if (rest.empty() || word.ends_with(':')) return false;
    const auto ahead = syslog_ahead(rest, clock_, true);
    skip_syslog_blanks(rest);
    auto card = rest;
    // EOS's `process: 100: %ID` is no origin and counter: a device that names itself before a
    // counter names a time too.
    const bool own = ahead.items > 0 && !colon_ && (ahead.time || !ahead.origin);
    const bool known = take_syslog_place(card) ||
                       (ahead.id && (saw_time_ ? own : ahead.items == 0 && !ahead.origin));
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

  // A vendor's message id is the type, and stays a part of the message, as people search for it
  // there.
  bool kind() {
    const auto before = text_;
    const bool found = read_known_body(text_, clock_, out_) || take_syslog_tag(text_, out_);
    if (found && begins_with_message_id(before)) text_ = before;
    return found;
  }

  // `host tag: …`. A tag where the host would stand is a message without one, as a machine's own
  // programs write it. Behind a second time without a host between them stands a program's text.
  bool named() {
    if (!saw_time_ || again_ || colon_ || !out_.host.empty() ||
        text_.starts_with("last message repeated "))
      return false;
    auto rest = text_;
    const auto word = take_syslog_word(rest);
    if (word != "-" && !is_host_name(word)) return false;
    skip_syslog_blanks(rest);
    if (word != "-") out_.host = valid_syslog_text(word);
    text_ = rest;
    take_syslog_separator(text_);
    if (!kind()) kind_behind_word();
    return true;
  }

  // F5's level, Junos' other routing engine, AOS-S's event number: one word between host and tag.
  void kind_behind_word() {
    auto rest = text_;
    const auto word = take_syslog_word(rest);
    const bool number = all_digits(word);
    constexpr std::array<std::string_view, 11> kWords{"emerg", "alert",   "crit",   "err",
                                                      "error", "warning", "notice", "info",
                                                      "debug", "re0",     "re1"};
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

bool read_old_header(std::string_view text, const SyslogClock& clock, SyslogMessage& out) {
  return OldHeader(text, clock, out).read();
}

}  // namespace alarum::ingest
