#include "ingest/stream/syslog.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"
#include "ingest/push/draft.h"
#include "ingest/push/moment.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {
namespace {

// RFC 5424 tables 1 and 2, by the short names that every syslog daemon uses.
constexpr std::array<std::string_view, 24> kFacilities{"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
                                                       "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
constexpr std::array<std::string_view, 8> kSeverities{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
constexpr std::size_t kMostParameters = 256;

std::string valid(std::string_view text) {
  std::string out;
  while (true) {
    const auto good = valid_utf8_prefix(text);
    out += text.substr(0, good);
    if (good == text.size()) return out;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(good + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
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

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::string field(std::string_view word) { return word == "-" ? "" : valid(word); }

// `name="value"`, with \" \\ \] in it. False: it is none.
bool take_parameter(std::string_view& text, SyslogMessage::Parameters& into) {
  const auto equals = text.find("=\"");
  if (equals == std::string_view::npos || equals == 0 || text.substr(0, equals).find_first_of(" ]\"") != std::string_view::npos) return false;
  const auto name = text.substr(0, equals);
  std::string value;
  for (std::size_t i = equals + 2; i < text.size(); ++i) {
    if (text[i] == '"') {
      into.emplace_back(valid(name), valid(value));
      text.remove_prefix(i + 1);
      return true;
    }
    const bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\' || text[i + 1] == ']');
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
    auto& [id, list] = found.emplace_back(valid(rest.substr(0, end)), SyslogMessage::Parameters{});
    rest.remove_prefix(end);
    while (rest.starts_with(' ')) {
      rest.remove_prefix(1);
      if (++parameters > kMostParameters || !take_parameter(rest, list)) return false;
    }
    if (!rest.starts_with(']')) return false;
    rest.remove_prefix(1);
  }
  if (found.empty() || found.size() > kMostParameters || (!rest.empty() && rest[0] != ' ')) return false;
  text = rest.substr(std::min<std::size_t>(1, rest.size()));
  out.structured = std::move(found);
  return true;
}

Result<SyslogMessage> modern(std::string_view text, SyslogMessage out) {
  const auto time = take_word(text);
  out.time = time == "-" ? std::nullopt : read_moment(time);
  out.host = field(take_word(text));
  out.app = field(take_word(text));
  out.procid = field(take_word(text));
  if (text.empty()) return fail("bad_syslog", "an RFC 5424 message has <PRI>1, time, host, application, process and message id, each or \"-\"");
  out.msgid = field(take_word(text));
  take_structured(text, out);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  out.message = valid(text);
  return out;
}

bool of_tag(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || std::string_view("._-/%()@+").find(c) != std::string_view::npos; }

// An IPv6 address is full of colons, and no tag.
bool is_ipv6(std::string_view word) {
  const std::string address(word.substr(0, word.find('%')));
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, address.c_str(), &ignored) == 1;
}

// `app[12]: ` or `app: `. False: the text begins with none.
bool take_tag(std::string_view& text, SyslogMessage& out) {
  std::size_t n = 0;
  while (n < text.size() && n < 128 && of_tag(text[n])) ++n;
  if (n == 0 || n == text.size() || is_ipv6(text.substr(0, text.find(' ')))) return false;
  auto rest = text.substr(n);
  std::string_view process;
  if (rest[0] == '[') {
    const auto end = rest.substr(0, 64).find(']');
    if (end == std::string_view::npos) return false;
    process = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  }
  if (!rest.starts_with(':')) return false;
  out.app = valid(text.substr(0, n));
  out.procid = valid(process);
  rest.remove_prefix(1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  text = rest;
  return true;
}

// Cisco's `29: ` before the time.
void skip_counter(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && n < 10 && is_digit(text[n])) ++n;
  if (n > 0 && text.substr(n).starts_with(": ")) text.remove_prefix(n + 2);
}

Result<SyslogMessage> old(std::string_view text, SyslogMessage out, bool has_priority, const cctz::time_zone& zone, Time now) {
  skip_counter(text);
  out.time = take_syslog_time(text, zone, now);
  if (!has_priority && !out.time) return fail("bad_syslog", "a syslog message begins with <PRI>, a number from 0 to 191, or (in a file) with a time");
  const bool by_colon = out.time && text.starts_with(':');
  if (by_colon) text.remove_prefix(1);
  if (out.time && text.starts_with(' ')) text.remove_prefix(1);
  // `host tag: …`; a tag where the host would stand is a message without one, as a machine's own programs write it.
  if (!take_tag(text, out) && out.time && !by_colon) {
    out.host = valid(take_word(text));
    take_tag(text, out);
  }
  out.message = valid(text);
  return out;
}

void add(std::string& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json += fmt::format(",{}:{}", json_quote(name), json_quote(text));
}

std::string object_of(const SyslogMessage& message) {
  auto json = fmt::format(R"({{"facility":"{}","severity":"{}","priority":{})", kFacilities[message.facility], kSeverities[message.severity], message.facility * 8 + message.severity);
  add(json, "host", message.host);
  add(json, "app", message.app);
  add(json, "procid", message.procid);
  add(json, "msgid", message.msgid);
  json += ",\"message\":" + json_quote(message.message);
  if (message.structured.empty()) return json + '}';
  json += ",\"structured\":{";
  for (const auto& [id, parameters] : message.structured) {
    json += (json.back() == '{' ? "" : ",") + json_quote(id) + ":{";
    for (const auto& [name, value] : parameters) json += (json.back() == '{' ? "" : ",") + json_quote(name) + ':' + json_quote(value);
    json += '}';
  }
  return json + "}}";
}

}  // namespace

Result<SyslogMessage> parse_syslog(std::string_view text, const cctz::time_zone& zone, Time now) {
  text = trimmed(text);
  SyslogMessage out;
  const bool has_priority = take_priority(text, out);
  if (!has_priority || !text.starts_with("1 ")) return old(text, std::move(out), has_priority, zone, now);
  return modern(text.substr(2), std::move(out));
}

Decoded decode_syslog(std::string_view text, std::string_view sender, std::string_view id, const cctz::time_zone& zone, Time now) {
  const auto message = parse_syslog(text, zone, now);
  if (!message) return std::unexpected(message.error());
  const std::string_view host = !message->host.empty() ? std::string_view(message->host) : !sender.empty() ? sender : "unknown";
  Draft draft(model::Format::syslog);
  draft.id(id);
  draft.source(host);
  draft.type(!message->msgid.empty() ? message->msgid : !message->app.empty() ? message->app : "syslog");
  draft.subject(host);
  draft.severity(model::normalise_severity(kSeverities[message->severity]));
  draft.time(message->time);
  return draft.finish(sender, object_of(*message));
}

}  // namespace alarum::ingest
