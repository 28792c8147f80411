// VictorOps (Splunk On-Call), REST endpoint: one incident a group, by its entity_id; RECOVERY
// closes it. The API key is in the URL; it is added at the moment of an attempt.
#include <algorithm>
#include <memory>

#include "base/percent.h"
#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

class VictorOps final : public Receiver {
 public:
  explicit VictorOps(FieldReader& entry) {
    entry.required_secret("api_key", api_key_);
    entry.required_text("routing_key", routing_key_);
    entry.plain_text("routing_key", routing_key_);
    entry.plain_text("monitoring_tool", monitoring_tool_);
    if (const auto word = entry.choice("message_type", {"CRITICAL", "WARNING", "INFO"}))
      message_type_ = *word == 0 ? "CRITICAL" : *word == 1 ? "WARNING" : "INFO";
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kMessage);
    Json body{{"message_type", type_of(message, chat.card)},
              {"entity_id", "alarum-" + incident_key(message)},
              {"entity_display_name", chat.title},
              {"state_message", chat.text},
              {"state_start_time", seconds_of(message)},
              {"monitoring_tool", monitoring_tool_.empty() ? "Alarum" : monitoring_tool_},
              {"host_name", place_of(message)}};
    if (!chat.card.link.empty()) body["alert_url"] = chat.card.link;
    return {dump(body), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url = without_slashes(std::move(attempt.url)) + '/' +
                  percent_encode(api_key_.reveal()) + '/' + percent_encode(routing_key_);
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (!json.is_object()) return verdict_of_failure("an answer without result");
    if (json.value("result", Json()) == "success")
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return {Verdict::Kind::dead, "a result that is no success", {}, false, true};
  }

  std::vector<std::string> secrets() const override {
    return {api_key_.reveal(), percent_encode(api_key_.reveal())};
  }
  std::string destination() const override { return api_key_.reveal() + '\n' + routing_key_; }

 private:
  static constexpr std::size_t kMessage = 20480;  // bytes, as Alertmanager has it

  std::string type_of(const model::Message& message, const Card& card) const {
    if (!card.firing) return "RECOVERY";
    const bool acknowledged = std::ranges::all_of(message.changes, [](const auto& change) {
      return change.kind == model::Change::Kind::acknowledged;
    });
    if (acknowledged) return "ACKNOWLEDGEMENT";
    if (!message_type_.empty()) return message_type_;
    return card.worst >= model::Severity::major  ? "CRITICAL"
           : card.worst == model::Severity::info ? "INFO"
                                                 : "WARNING";
  }

  static std::int64_t seconds_of(const model::Message& message) {
    const auto worst = worst_first(message.changes);
    const auto since = worst.front().alert.starts_at.time_since_epoch();
    return std::chrono::floor<std::chrono::seconds>(since).count();
  }

  config::Secret api_key_;
  std::string routing_key_, monitoring_tool_, message_type_;
};

void read_victorops(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://alert.victorops.com/integrations/generic/20131114/alert");
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  read_http(entry, into.http);
  entry.words(into.words);
  read_confirmed_ends(entry, into);
  into.as = std::make_shared<const VictorOps>(entry);
}

}  // namespace

ReceiverKind victorops_kind() {
  return {
      "victorops",
      {{"victorops_configs", true}},
      {{"api_key", Form::secret},
       {"routing_key", Form::nullable},
       {"api_url", Form::url},
       {"http_config", Form::transport, Type::mapping},
       {"message_type", Form::nullable},
       {"monitoring_tool", Form::nullable},
       {"title"},
       {"text"},
       {"language", Form::value, Type::language}},
      {"entity_display_name", "state_message", "custom_fields"},
      {{"victorops_api_key", "api_key"},
       {"victorops_api_key_file", "api_key_file"},
       {"victorops_api_url", "api_url"}},
      read_victorops,
      config::ReceiverKind::Import{true,
                                   {"api_key", "routing_key"},
                                   true,
                                   {{"entity_display_name", "title"}, {"state_message", "text"}}}};
}

}  // namespace alarum::receivers
