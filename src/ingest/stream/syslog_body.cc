#include "ingest/stream/syslog_body.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/push/moment.h"
#include "ingest/stream/syslog_tag.h"
#include "ingest/stream/syslog_text.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kMostPairs = 48;

// `key=value` or `key="value"`, and the blank after it. Empty key: there is none.
std::pair<std::string_view, std::string_view> take_pair(std::string_view& text) {
  skip_syslog_blanks(text);
  const auto equals = syslog_word(text).find('=');
  if (equals == std::string_view::npos) return {};
  const auto key = text.substr(0, equals);
  text.remove_prefix(equals + 1);
  if (!take_syslog_char(text, '"')) return {key, take_syslog_word(text)};
  const auto value = text.substr(0, text.find('"'));
  text.remove_prefix(std::min(value.size() + 1, text.size()));
  return {key, value};
}

struct Pairs {
  std::string_view id, date, time, zone, moment, host, address, kind, part;
};

struct PairName {
  std::string_view name;
  std::string_view Pairs::*into;
};

// FortiOS, SonicOS, SFOS.
constexpr std::array kPairNames{PairName{"id", &Pairs::id},
                                PairName{"date", &Pairs::date},
                                PairName{"time", &Pairs::time},
                                PairName{"tz", &Pairs::zone},
                                PairName{"eventtime", &Pairs::moment},
                                PairName{"devname", &Pairs::host},
                                PairName{"device_name", &Pairs::host},
                                PairName{"fw", &Pairs::address},
                                PairName{"type", &Pairs::kind},
                                PairName{"subtype", &Pairs::part},
                                PairName{"log_type", &Pairs::kind},
                                PairName{"log_component", &Pairs::part}};

Pairs read_pairs(std::string_view text) {
  Pairs out;
  for (std::size_t n = 0; n < kMostPairs; ++n) {
    const auto [key, value] = take_pair(text);
    if (key.empty()) break;
    const auto name = std::ranges::find(kPairNames, key, &PairName::name);
    if (name != kPairNames.end() && (out.*name->into).empty()) out.*name->into = value;
  }
  return out;
}

std::optional<Time> time_of_pairs(const Pairs& pairs, const SyslogClock& clock) {
  if (const auto moment = pairs.moment.empty() ? std::nullopt : read_moment(pairs.moment))
    return moment;
  std::string said(pairs.date);
  if (!said.empty()) said += ' ';
  (said += pairs.time) += pairs.zone;
  std::string_view text = said;
  const auto found = take_syslog_time(text, clock);
  return found ? found->time : std::nullopt;
}

bool read_key_values(std::string_view text, const SyslogClock& clock, SyslogMessage& out) {
  if (!text.starts_with("date=") && !text.starts_with("device=") && !text.starts_with("id=") &&
      !text.starts_with("logver="))
    return false;
  const auto pairs = read_pairs(text);
  if (pairs.time.empty()) return false;
  if (!out.time) out.time = time_of_pairs(pairs, clock);
  const auto host = !pairs.host.empty() ? pairs.host : pairs.address;
  if (out.host.empty() && is_host_name(host)) out.host = valid_syslog_text(host);
  out.app = valid_syslog_text(!pairs.kind.empty() ? pairs.kind : pairs.id);
  if (!pairs.kind.empty() && !pairs.part.empty()) out.app += '/' + valid_syslog_text(pairs.part);
  return true;
}

// PAN-OS: `1,2026/01/02 03:04:05,serial,SYSTEM,general,…`.
bool read_pan_os(std::string_view text, const SyslogClock& clock, SyslogMessage& out) {
  if (!take_syslog_number(text, 1, 4) || !take_syslog_char(text, ',')) return false;
  const auto received = take_syslog_time(text, clock);
  if (!received || !take_syslog_char(text, ',')) return false;
  const auto serial = text.find(',');
  if (serial > 32) return false;
  text.remove_prefix(serial + 1);
  const auto kind = text.substr(0, text.find(','));
  if (kind.empty() || is_digit(kind[0]) || kind.size() > 32 || kind.size() == text.size() ||
      kind.find(' ') != std::string_view::npos)
    return false;
  out.app = valid_syslog_text(kind);
  if (!out.time) out.time = received->time;
  return true;
}

// iDRAC: `Severity: Critical, Category: System Health, MessageID: PSU0003, Message: …`.
bool read_idrac(std::string_view text, const SyslogClock&, SyslogMessage& out) {
  constexpr std::string_view kKey = ", MessageID: ";
  const auto at = text.substr(0, 256).find(kKey);
  if (!text.starts_with("Severity: ") || at == std::string_view::npos) return false;
  const auto id = text.substr(at + kKey.size(), text.substr(at + kKey.size()).find_first_of(", "));
  if (id.empty() || id.size() > 32) return false;
  out.msgid = valid_syslog_text(id);
  return true;
}

// Fabric OS: `raslogd: 2026/01/02-03:04:05, [FW-1424], 2387, …`, also without the name.
bool read_raslog(std::string_view text, const SyslogClock& clock, SyslogMessage& out) {
  if (text.starts_with("raslogd: ")) text.remove_prefix(9);
  if (text.size() < 20 || text[4] != '/') return false;
  const auto found = take_syslog_time(text, clock);
  const auto id = text.substr(0, text.find("],"));
  if (!found || !id.starts_with(", [") || id.size() > 32 || id.size() == text.size()) return false;
  out.app = "raslogd";
  out.msgid = valid_syslog_text(id.substr(3));
  if (!out.time) out.time = found->time;
  return true;
}

bool is_upper_word(std::string_view word) {
  return word.size() > 1 && word.size() <= 64 &&
         std::ranges::all_of(
             word, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c); }) &&
         !is_digit(word[0]);
}

// NetScaler: `0-PPE-0 : default SSLVPN LOGIN 1234567 0 : …`.
bool read_netscaler(std::string_view text, const SyslogClock&, SyslogMessage& out) {
  const auto engine = take_syslog_word(text);
  if (engine.empty() || engine.size() > 32 || !take_syslog_char(text, ':')) return false;
  skip_syslog_blanks(text);
  if (text.starts_with("default ")) text.remove_prefix(8);
  const auto feature = take_syslog_word(text), event = take_syslog_word(text);
  if (!is_upper_word(feature) || !is_upper_word(event) || !all_digits(syslog_word(text)))
    return false;
  out.procid = valid_syslog_text(engine);
  out.app = valid_syslog_text(feature);
  out.msgid = valid_syslog_text(event);
  return true;
}

// RouterOS: `system,info,account user admin logged in`; ISE: `CISE_Passed_Authentications
// 0000012345 1 0 …`.
bool read_first_word(std::string_view text, const SyslogClock&, SyslogMessage& out) {
  const auto word = syslog_word(text);
  const bool topics = word.size() <= 64 && word.size() < text.size() &&
                      word.find(',') != std::string_view::npos && word.back() != ',' &&
                      std::ranges::all_of(word,
                                          [](char c) {
                                            return (c >= 'a' && c <= 'z') || c == ',' || c == '-' ||
                                                   c == '!' || is_digit(c);
                                          }) &&
                      word[0] >= 'a';
  const bool category =
      word.size() <= 64 && (word.starts_with("CISE_") || word.starts_with("CSCOacs_"));
  if (topics || category) out.app = valid_syslog_text(word);
  return topics || category;
}

using Body = bool (*)(std::string_view, const SyslogClock&, SyslogMessage&);
constexpr std::array<Body, 6> kBodies{read_key_values, read_pan_os,    read_idrac,
                                      read_raslog,     read_netscaler, read_first_word};

}  // namespace

bool read_known_body(std::string_view text, const SyslogClock& clock, SyslogMessage& out) {
  return std::ranges::any_of(kBodies, [&](Body body) { return body(text, clock, out); });
}

}  // namespace alarum::ingest
