#include "ingest/stream/syslog.h"

#include <fmt/format.h>

#include <array>

#include "base/ascii.h"
#include "base/json.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/stream/syslog_header.h"
#include "ingest/stream/syslog_text.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {
namespace {

// RFC 5424 tables 1 and 2, by the short names that every syslog daemon uses.
constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};
constexpr std::size_t kMostParameters = 256;

std::string_view without_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0'))
    text.remove_suffix(1);
  return text;
}

// `<0>` to `<191>`.
bool take_priority(std::string_view& text, SyslogMessage& out) {
  if (!text.starts_with('<')) return false;
  const auto end = text.substr(0, 5).find('>');
  if (end == std::string_view::npos || end < 2) return false;
  unsigned value = 0;
  for (const char c : text.substr(1, end - 1)) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 191) return false;
  out.facility = value / 8;
  out.severity = value % 8;
  text.remove_prefix(end + 1);
  return true;
}

std::string field(std::string_view word) {
  return word == "-" ? "" : valid_syslog_text(word);
}

// `name="value"`, with \" \\ \] in it. False: it is none.
bool take_parameter(std::string_view& text, SyslogMessage::Parameters& into) {
  const auto equals = text.find("=\"");
  if (equals == std::string_view::npos || equals == 0 ||
      text.substr(0, equals).find_first_of(" ]\"") != std::string_view::npos)
    return false;
  const auto name = text.substr(0, equals);
  std::string value;
  for (std::size_t i = equals + 2; i < text.size(); ++i) {
    if (text[i] == '"') {
      into.emplace_back(valid_syslog_text(name), valid_syslog_text(value));
      text.remove_prefix(i + 1);
      return true;
    }
    const bool escape = text[i] == '\\' && i + 1 < text.size() &&
                        (text[i + 1] == '"' || text[i + 1] == '\\' || text[i + 1] == ']');
    value += text[escape ? ++i : i];
  }
  return false;
}

// `[id name="value" …]…` or `-`. False, and `text` as it was: the message begins here.
bool take_structured(std::string_view& text, SyslogMessage& out) {
  if (text == "-" || text.starts_with("- ")) {
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    return true;
  }
  auto rest = text;
  decltype(out.structured) found;
  std::size_t parameters = 0;
  while (rest.starts_with('[')) {
    rest.remove_prefix(1);
    const auto end = rest.find_first_of(" ]");
    if (end == std::string_view::npos || end == 0) return false;
    auto& [id, list] =
        found.emplace_back(valid_syslog_text(rest.substr(0, end)), SyslogMessage::Parameters{});
    rest.remove_prefix(end);
    while (rest.starts_with(' ')) {
      rest.remove_prefix(1);
      if (++parameters > kMostParameters || !take_parameter(rest, list)) return false;
    }
    if (!rest.starts_with(']')) return false;
    rest.remove_prefix(1);
  }
  if (found.empty() || found.size() > kMostParameters || (!rest.empty() && rest[0] != ' '))
    return false;
  text = rest.substr(std::min<std::size_t>(1, rest.size()));
  out.structured = std::move(found);
  return true;
}

// If the time cannot be read, the event has the time of its arrival. Check Point writes a blank
// instead of `T`, and no zone.
std::optional<Time> take_modern_time(std::string_view& text, const SyslogClock& clock) {
  auto rest = text;
  const auto word = take_syslog_word(rest);
  if (const auto time = word == "-" ? std::nullopt : read_moment(word)) {
    text = rest;
    return time;
  }
  const auto found = take_syslog_time(text, clock);
  if (!found) text = rest;
  if (found) take_syslog_char(text, ' ');
  return found ? found->time : std::nullopt;
}

Result<SyslogMessage> modern(std::string_view text, const SyslogClock& clock, SyslogMessage out) {
  out.time = take_modern_time(text, clock);
  out.host = field(take_syslog_word(text));
  out.app = field(take_syslog_word(text));
  out.procid = field(take_syslog_word(text));
  if (text.empty())
    return fail("bad_syslog",
                "an RFC 5424 message has <PRI>1, time, host, application, process and message id, "
                "each or \"-\"");
  out.msgid = field(take_syslog_word(text));
  take_structured(text, out);
  // rsyslog's RSYSLOG_SyslogProtocol23Format puts one before what it received behind a tag
  take_syslog_char(text, ' ');
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  out.message = valid_syslog_text(text);
  return out;
}

Result<SyslogMessage> old(std::string_view text, const SyslogClock& clock, bool has_priority,
                          SyslogMessage out) {
  if (!read_old_header(text, clock, out) && !has_priority) {
    return fail(
        "bad_syslog",
        "a syslog message begins with <PRI>, a number from 0 to 191, or (in a file) with a time");
  }
  return out;
}

// `<PRI>1 ` and no RFC 5424 behind it: an RFC 3164 time, or Meraki's `1 1563249630.774247467 host
// kind message`.
bool is_old_in_disguise(std::string_view text) {
  const auto word = syslog_word(text);
  return !word.empty() &&
         (!is_digit(word[0]) ? word != "-" && word.size() == 3
                             : word.find_first_not_of("0123456789.") == std::string_view::npos &&
                                   word.size() >= 10);
}

Result<SyslogMessage> meraki(std::string_view text, SyslogMessage out) {
  out.time = read_moment(take_syslog_word(text));
  out.host = field(take_syslog_word(text));
  out.app = field(take_syslog_word(text));
  out.message = valid_syslog_text(text);
  return out;
}

Result<SyslogMessage> versioned(std::string_view text, const SyslogClock& clock,
                                SyslogMessage out) {
  if (!is_old_in_disguise(text)) return modern(text, clock, std::move(out));
  if (is_digit(text[0])) return meraki(text, std::move(out));
  auto rest = text;
  return take_syslog_time(rest, clock) ? old(text, clock, true, std::move(out))
                                       : modern(text, clock, std::move(out));
}

void add(std::string& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json += fmt::format(",{}:{}", json_quote(name), json_quote(text));
}

std::string object_of(const SyslogMessage& message) {
  auto json = fmt::format(R"({{"facility":"{}","severity":"{}","priority":{})",
                          kFacilities[message.facility], kSeverities[message.severity],
                          message.facility * 8 + message.severity);
  add(json, "host", message.host);
  add(json, "app", message.app);
  add(json, "procid", message.procid);
  add(json, "msgid", message.msgid);
  json += ",\"message\":" + json_quote(message.message);
  if (message.structured.empty()) return json + '}';
  json += ",\"structured\":{";
  for (const auto& [id, parameters] : message.structured) {
    json += (json.back() == '{' ? "" : ",") + json_quote(id) + ":{";
    for (const auto& [name, value] : parameters)
      json += (json.back() == '{' ? "" : ",") + json_quote(name) + ':' + json_quote(value);
    json += '}';
  }
  return json + "}}";
}

}  // namespace

Result<SyslogMessage> parse_syslog(std::string_view text, const cctz::time_zone& zone, Time now) {
  text = without_end(text);
  const SyslogClock clock{zone, now};
  SyslogMessage out;
  const bool has_priority = take_priority(text, out);
  if (!has_priority || !text.starts_with("1 "))
    return old(text, clock, has_priority, std::move(out));
  return versioned(text.substr(2), clock, std::move(out));
}

Decoded decode_syslog(std::string_view text, std::string_view sender, std::string_view id,
                      const cctz::time_zone& zone, Time now) {
  const auto message = parse_syslog(text, zone, now);
  if (!message) return std::unexpected(message.error());
  const std::string_view host = !message->host.empty() ? std::string_view(message->host)
                                : !sender.empty()      ? sender
                                                       : "unknown";
  EventBuilder draft(model::Format::syslog);
  draft.id(id);
  draft.source(host);
  draft.type(!message->msgid.empty() ? message->msgid
             : !message->app.empty() ? message->app
                                     : "syslog");
  draft.subject(host);
  draft.severity(model::normalise_severity(kSeverities[message->severity]));
  // A time before 2010 is passed on. The engine does not use it, and lists senders with such
  // clocks.
  const bool counts = message->time && !message->clock_unset;
  draft.time(counts ? message->time : std::nullopt);
  return draft.finish(sender, object_of(*message));
}

}  // namespace alarum::ingest
