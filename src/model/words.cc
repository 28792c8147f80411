// The spellings of our enumerations, and those of the senders.
#include <algorithm>
#include <array>

#include "model/event.h"

namespace alarum::model {
namespace {

std::string lower(std::string_view word) {
  std::string out(word);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

template <class T>
struct Word {
  std::string_view text;
  T value;
};

template <class T, std::size_t N>
std::optional<T> find(const std::array<Word<T>, N>& words, std::string_view text) {
  const auto wanted = lower(text);
  for (const auto& word : words) {
    if (word.text == wanted) return word.value;
  }
  return std::nullopt;
}

constexpr std::array<Word<Severity>, 5> kOurs{{{"critical", Severity::critical},
                                               {"major", Severity::major},
                                               {"minor", Severity::minor},
                                               {"warning", Severity::warning},
                                               {"info", Severity::info}}};

// Cloud Eye's rules have 1 to 4, and its Chinese messages four words. Redfish has OK. Syslog has
// eight words (RFC 5424 table 2) and their short forms.
constexpr std::array<Word<Severity>, 28> kTheirs{{{"1", Severity::critical},
                                                  {"2", Severity::major},
                                                  {"3", Severity::minor},
                                                  {"4", Severity::info},
                                                  {"informational", Severity::info},
                                                  {"information", Severity::info},
                                                  {"ok", Severity::info},
                                                  {"notice", Severity::info},
                                                  {"debug", Severity::info},
                                                  {"warn", Severity::warning},
                                                  {"err", Severity::major},
                                                  {"error", Severity::major},
                                                  {"crit", Severity::critical},
                                                  {"alert", Severity::critical},
                                                  {"emerg", Severity::critical},
                                                  {"emergency", Severity::critical},
                                                  {"panic", Severity::critical},
                                                  {"fatal", Severity::critical},
                                                  {"high", Severity::major},
                                                  {"medium", Severity::minor},
                                                  {"low", Severity::warning},
                                                  {"page", Severity::critical},
                                                  {"none", Severity::none},
                                                  {"severe", Severity::critical},
                                                  {"紧急", Severity::critical},
                                                  {"重要", Severity::major},
                                                  {"次要", Severity::minor},
                                                  {"提示", Severity::info}}};

constexpr std::array<Word<Status>, 14> kStatus{{{"firing", Status::firing},
                                                {"alarm", Status::firing},
                                                {"alarming", Status::firing},
                                                {"triggered", Status::firing},
                                                {"trigger", Status::firing},
                                                {"problem", Status::firing},
                                                {"resolved", Status::resolved},
                                                {"resolve", Status::resolved},
                                                {"ok", Status::resolved},
                                                {"clear", Status::resolved},
                                                {"cleared", Status::resolved},
                                                {"recovered", Status::resolved},
                                                {"recovery", Status::resolved},
                                                {"closed", Status::resolved}}};

}  // namespace

std::string_view to_text(Format format) {
  constexpr std::array<std::string_view, 12> names{
      "",        "cloudevents",  "ces",    "smn",  "sns",      "eventgrid",
      "redfish", "alertmanager", "syslog", "json", "internal", "eventbridge"};
  return names[static_cast<std::size_t>(format)];
}

std::string_view to_text(Status status) {
  constexpr std::array<std::string_view, 3> names{"", "firing", "resolved"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_text(Severity severity) {
  constexpr std::array<std::string_view, 6> names{"",      "info",  "warning",
                                                  "minor", "major", "critical"};
  return names[static_cast<std::size_t>(severity)];
}

std::optional<Severity> parse_severity(std::string_view word) {
  return find(kOurs, word);
}

Severity normalise_severity(std::string_view word) {
  if (const auto ours = find(kOurs, word)) return *ours;
  return find(kTheirs, word).value_or(Severity::none);
}

Status normalise_status(std::string_view word) {
  return find(kStatus, word).value_or(Status::none);
}

}  // namespace alarum::model
