// PagerDuty Events API v2: one incident a group, by its dedup_key; it resolves when all alerts of
// the message have. The routing key is added at the moment of an attempt.
#include <algorithm>
#include <memory>

#include "base/json.h"
#include "receivers/chat.h"
#include "receivers/text/card.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

constexpr std::size_t kSummary = 1024,
                      kDetails = 400 * 1024;  // bytes; a whole event is at most 512 KB

std::string_view severity_of(model::Severity severity) {
  if (severity == model::Severity::critical) return "critical";
  if (severity == model::Severity::major) return "error";
  return severity == model::Severity::info ? "info" : "warning";
}

class PagerDuty final : public Receiver {
 public:
  explicit PagerDuty(FieldReader& entry) {
    entry.required_secret("routing_key", routing_key_);
    entry.plain_text("client", client_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto card = card_of(message, {setting.how.words.language, setting.external_url, 20});
    const bool acknowledged = std::ranges::all_of(message.changes, [](const auto& change) {
      return change.kind == model::Change::Kind::acknowledged;
    });
    Json event{{"event_action", !card.firing   ? "resolve"
                                : acknowledged ? "acknowledge"
                                               : "trigger"},
               {"dedup_key", "alarum-" + incident_key(message)}};
    if (!card.firing || acknowledged) return {dump(event), {}};
    const auto same = [](const std::string& text) { return text; };
    const auto worst = worst_first(message.changes).front();  // a copy: the list ends with the line
    event["payload"] = {{"summary", cut(escape_plain(card.title), kSummary)},
                        {"source", cut(place_of(message), kSummary)},
                        {"severity", severity_of(card.worst)},
                        {"timestamp", format_rfc3339(worst.alert.starts_at)},
                        {"custom_details",
                         {{"alerts", body_text(card, {escape_plain, same, same, "\n"}, kDetails)},
                          {"labels", common_labels(message)}}}};
    event["client"] = client_.empty() ? "Alarum" : client_;
    if (!setting.external_url.empty()) event["client_url"] = setting.external_url;
    if (!card.link.empty())
      event["links"] = Json::array({Json{
          {"href", card.link},
          {"text", message.changes.size() == 1 ? "The alert and what became of it" : "Alarum"}}});
    return {dump(event), {}};
  }

  // The routing key is a secret: it is not in the outbox.
  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.body =
        "{\"routing_key\":" + json_quote(routing_key_.reveal()) + "," + attempt.body.substr(1);
  }

  std::vector<std::string> secrets() const override { return {routing_key_.reveal()}; }
  std::string destination() const override { return routing_key_.reveal(); }

 private:
  config::Secret routing_key_;
  std::string client_;
};

void read_pagerduty(FieldReader& entry, Integration& into) {
  into.as = std::make_shared<const PagerDuty>(entry);
  into.url = config::Secret("https://events.pagerduty.com/v2/enqueue");
  if (entry.find("url") || entry.find("url_file")) entry.url("url", into.url);
  read_http(entry, into.http);
  entry.language(into.words);
  read_confirmed_ends(entry, into);
}

}  // namespace

ReceiverKind pagerduty_kind() {
  return {"pagerduty",
          {{"pagerduty_configs", true}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"routing_key", Form::secret},
           {"client", Form::nullable},
           {"language", Form::value, Type::language}},
          {"service_key", "service_key_file", "client_url", "description", "severity", "details",
           "images", "links", "source", "class", "component", "group"},
          {{"pagerduty_url", "url"}},
          read_pagerduty};
}

}  // namespace alarum::receivers
