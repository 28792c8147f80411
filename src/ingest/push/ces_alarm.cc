#include "ingest/push/ces_alarm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"

namespace alarum::ingest {
namespace {

using model::Severity;
using model::Status;

struct SubjectWords {
  Severity severity = Severity::none;
  Status status = Status::none;
};

// `Critical Alarm`, `Critical Ok`, `OK`; `紧急告警`, `紧急告警恢复`, whose levels have two
// characters of three bytes.
SubjectWords words_of_bracket(std::string_view text) {
  constexpr std::size_t kLevel = 6;
  const auto is_end = [](std::string_view word) {
    return word.ends_with("恢复") || model::normalise_status(word) == Status::resolved;
  };
  if (text == "恢复" || text == "已恢复" || model::normalise_status(text) == Status::resolved)
    return {Severity::none, Status::resolved};
  for (const auto end : {std::min(text.find(' '), text.size()), std::min(kLevel, text.size())}) {
    const auto severity = model::normalise_severity(text.substr(0, end));
    if (severity == Severity::none) continue;
    const auto rest = text.substr(end);
    return {severity, is_end(rest.substr(rest.rfind(' ') + 1)) ? Status::resolved : Status::firing};
  }
  return {};
}

// Reads severity and status from `[华为云][紧急告警恢复]云监控通知：…` or `[Critical Alarm]From
// Cloud Eye: …`: the first bracket that has a known word. The text behind the brackets contains
// names that people chose (`灾难恢复`), so only its end counts, and only if no bracket has a known
// word.
SubjectWords words_of_subject(std::string_view subject) {
  auto rest = trimmed(subject);
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>("[", "]"), {"【", "】"}}) {
    while (rest.starts_with(open)) {
      const auto end = rest.find(close);
      if (end == std::string_view::npos) break;
      if (const auto words = words_of_bracket(trimmed(rest.substr(open.size(), end - open.size())));
          words.status != Status::none)
        return words;
      rest = trimmed(rest.substr(end + close.size()));
    }
  }
  for (const std::string_view stop : {"。", "."}) {
    if (rest.ends_with(stop)) rest.remove_suffix(stop.size());
  }
  const bool over = rest.ends_with("已恢复正常") || rest.ends_with("has changed to OK from Alarm");
  return {Severity::none, over ? Status::resolved : Status::none};
}

// `instance_id:1111,disk:sda`: the first value, which is the resource's.
std::string_view resource_of(std::string_view dimension) {
  const auto colon = dimension.find(':');
  return colon == std::string_view::npos
             ? dimension
             : dimension.substr(colon + 1, dimension.find(',') - colon - 1);
}

// The parts in a fixed order, because Cloud Eye sends them in any: `disk:sda,instance_id:1111`.
std::string sorted_parts(std::string_view dimension) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < dimension.size();) {
    const auto end = std::min(dimension.find(',', at), dimension.size());
    if (const auto part = trimmed(dimension.substr(at, end - at)); !part.empty())
      parts.push_back(part);
    at = end + 1;
  }
  std::ranges::sort(parts);
  return fmt::format("{}", fmt::join(parts, ","));
}

// Two of Cloud Eye's five words say nothing about the resource and give no status:
// `insufficient_data`, and `invalid` for a rule that has expired.
Status status_of_word(std::string_view word) {
  return lowered(word) == "ok_manual" ? Status::resolved : model::normalise_status(word);
}

// The status in a template: a boolean, or the word that a person made of it. Event alarms have no
// such variable, and have no end.
Status status_of_template(const Object& variables, const SubjectWords& subject) {
  if (!variables.find("IsAlarm"))
    return subject.status == Status::resolved ? Status::resolved : Status::firing;
  const auto word = lowered(trimmed(variables.scalar("IsAlarm")));
  constexpr std::array<std::string_view, 5> kOver{"", "false", "0", "no", "否"};
  return std::ranges::find(kOver, word) != kOver.end() ? Status::resolved : Status::firing;
}

// Whether the object comes from a template. People write templates, so two of the variables that
// hardly anything else has are enough.
bool is_template(const Object& variables) {
  constexpr std::array<std::string_view, 6> kNames{"IsAlarm",       "AlarmLevel",    "AlarmTime",
                                                   "AlarmRecordID", "AlarmRuleName", "MetricName"};
  return std::ranges::count_if(
             kNames, [&](std::string_view name) { return variables.find(name) != nullptr; }) >= 2;
}

bool is_cloud_eyes_own(const Object& body) {
  return body.find("alarm_id") &&
         (!body.text("metric_name").empty() || body.text("message_type") == "alarm");
}

Object variables_of(const Object& body) {
  if (is_cloud_eyes_own(body)) return body.object("template_variable");
  auto inner = body.object("data");
  return is_template(inner) ? inner : body;
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  const auto found =
      std::ranges::find_if(texts, [](std::string_view text) { return !trimmed(text).empty(); });
  return found == texts.end() ? std::string_view() : *found;
}

}  // namespace

bool is_ces_alarm(const Object& body) {
  return is_cloud_eyes_own(body) || is_template(body.object("data")) || is_template(body);
}

Decoded decode_ces_alarm(const SignedMessage& message, const Object& body, std::string_view sender,
                         std::string_view json) {
  const auto variables = variables_of(body);
  const auto subject = words_of_subject(message.subject);
  const auto dimension = body.text("dimension");
  const auto severity = model::normalise_severity(trimmed(variables.scalar("AlarmLevel")));
  EventBuilder draft(model::Format::smn);
  draft.id(message.id);
  draft.source(first_of({body.text("namespace"), variables.text("Namespace"), message.topic}));
  draft.type(
      first_of({body.text("metric_name"), variables.text("MetricName"), variables.text("EventName"),
                body.text("alarm_name"), variables.text("AlarmRuleName"), "alarm"}));
  draft.subject(first_of(
      {variables.scalar("ResourceId"), resource_of(dimension), variables.scalar("ResourceName")}));
  draft.extension("topic", message.topic);
  draft.extension("dimension", sorted_parts(dimension));
  draft.extension("alarm", first_of({body.scalar("alarm_id"), variables.scalar("AlarmRuleName"),
                                     variables.scalar("AlarmId")}));
  draft.status(body.find("alarm_status") ? status_of_word(body.scalar("alarm_status"))
                                         : status_of_template(variables, subject));
  draft.severity(severity == Severity::none ? subject.severity : severity);
  draft.time(message.timestamp);
  if (const auto time = read_moment(first_of({body.scalar("time"), variables.scalar("AlarmTime")})))
    draft.time(time);
  return draft.finish(sender, json);
}

}  // namespace alarum::ingest
