// ServiceNow Event Management, `em/jsonv2`: an event for each alert of a message, by its
// message_key. Severity 0 clears the alert that it made.
#include <fmt/format.h>

#include <array>
#include <memory>

#include "base/hash.h"
#include "base/url.h"
#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

class ServiceNow final : public Receiver {
 public:
  explicit ServiceNow(FieldReader& entry) {
    entry.plain_text("source", source_);
    entry.plain_text("event_class", event_class_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    auto records = Json::array();
    for (const auto& change : message.changes) records.push_back(record_of(change, setting));
    return {dump(Json{{"records", records}}), {}};
  }

  // Of an instance's address alone: the place of its events.
  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url = without_slashes(std::move(attempt.url));
    if (Url(attempt.url).rest.empty()) attempt.url += "/api/global/em/jsonv2";
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (!json.is_object() || !json.contains("result"))
      return verdict_of_failure("an answer without result");
    if (dump(json["result"]).find("\"0 events were inserted\"") != std::string::npos)
      return {Verdict::Kind::dead, "0 events were inserted", {}, false, true};
    return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
  }

 private:
  static constexpr std::size_t kShort = 100, kDescription = 4000, kInfo = 4000;  // characters

  static const char* severity_of(const model::Alert& alert) {
    if (alert.state == model::AlertState::resolved) return "0";
    constexpr std::array kWords{"5", "5", "4", "3", "2", "1"};
    return kWords.at(static_cast<std::size_t>(alert.severity));
  }

  static std::string time_of(Time time) {
    auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
    text[10] = ' ';
    text.pop_back();
    return text;
  }

  static std::string node_of(const model::Alert& alert) {
    for (const char* name : {"server", "subject", "instance", "source"}) {
      if (auto text = said_of(alert, name); !text.empty()) return text;
    }
    return "alarum";
  }

  // A JSON text in a string, as the API has it.
  static std::string info_of(const model::Change& change, const Setting& setting) {
    auto info = Json::object();
    std::size_t size = 0;
    const auto add = [&](const std::string& name, const std::string& value) {
      size += name.size() + value.size() + 6;
      if (size <= kInfo) info[name] = value;
    };
    add("severity", std::string(model::to_text(change.alert.severity)));
    add("link", alert_link(change.alert, setting.external_url));
    for (const auto& [name, value] : change.alert.labels) add(name, value);
    for (const auto& [name, value] : told_annotations(change)) add(name, value);
    return dump(info);
  }

  Json record_of(const model::Change& change, const Setting& setting) const {
    const auto& alert = change.alert;
    const model::Message alone{"", "", {}, {change}};
    const auto card = card_of(alone, {setting.how.words.language, setting.external_url});
    const auto text = card.title + '\n' + body_text(card, plain_markup(), kDescription);
    return Json{{"source", cut_units(source_.empty() ? "Alarum" : source_, kShort)},
                {"event_class", cut_units(event_class_.empty() ? "Alarum" : event_class_, kShort)},
                {"node", cut_units(node_of(alert), kShort)},
                {"resource", cut_units(where_of(alert), kShort)},
                {"metric_name", cut_units(alert.rule, kShort)},
                {"type", cut_units(alert.rule, kShort)},
                {"message_key", "alarum-" + sha256_hex(alert.rule + '\n' + alert.key)},
                {"severity", severity_of(alert)},
                {"time_of_event", time_of(change.at)},
                {"description", cut_units(text, kDescription)},
                {"additional_info", info_of(change, setting)}};
  }

  std::string source_, event_class_;
};

void read_servicenow(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  read_http(entry, into.http);
  entry.language(into.words);
  into.as = std::make_shared<const ServiceNow>(entry);
}

}  // namespace

ReceiverKind servicenow_kind() {
  return {"servicenow",
          {{"servicenow_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"source"},
           {"event_class"},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_servicenow};
}

}  // namespace alarum::receivers
