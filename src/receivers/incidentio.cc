// incident.io, Alert Events API: one alert a group by its deduplication_key; for a source of the
// kind Alertmanager the body that Alertmanager sends.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"
#include "receivers/text/version4.h"

namespace alarum::receivers {
namespace {

class IncidentIo final : public Receiver {
 public:
  explicit IncidentIo(FieldReader& entry) {
    entry.required_secret("alert_source_token", token_);
    entry.count("max_alerts", max_alerts_, 0, 1000000);
    as_alertmanager_ = entry.choice("source", {"http", "alertmanager"}) == 1;
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    if (as_alertmanager_) return {version4(message, setting.external_url, max_alerts_), {}};
    const auto chat = chat_of(message, setting, plain_markup(), kDescription);
    Json metadata{{"severity", std::string(model::to_text(worst_of(message)))},
                  {"labels", common_labels(message)}};
    Json event{{"title", chat.title},
               {"description", chat.text},
               {"deduplication_key", "alarum-" + incident_key(message)},
               {"status", chat.card.firing ? "firing" : "resolved"},
               {"metadata", metadata}};
    if (!chat.card.link.empty()) event["source_url"] = chat.card.link;
    return {dump(event), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.headers.push_back("Authorization: Bearer " + token_.reveal());
  }

  std::vector<std::string> secrets() const override { return {token_.reveal()}; }
  bool as_alertmanager() const { return as_alertmanager_; }

 private:
  static constexpr std::size_t kDescription = 256 * 1024;  // bytes; a whole event has 512 KB

  static model::Severity worst_of(const model::Message& message) {
    return worst_first(message.changes).front().alert.severity;
  }

  config::Secret token_;
  std::uint64_t max_alerts_ = 0;  ///< 0: all
  bool as_alertmanager_ = false;
};

// Each kind of source has a place of its own; the other's body means nothing there.
void check_place(FieldReader& entry, const IncidentIo& receiver, const std::string& url) {
  const bool alertmanager = url.find("/alert_events/alertmanager/") != std::string::npos;
  const bool http = url.find("/alert_events/http/") != std::string::npos;
  if (receiver.as_alertmanager() ? !http : !alertmanager) return;
  const auto* node = entry.find("url") ? entry.find("url") : entry.find("url_file");
  entry.fault(*node, std::string("the URL is that of ") +
                         (http ? "an HTTP source: leave out \"source\""
                               : "an Alertmanager source: write source: alertmanager"));
}

void read_incidentio(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  read_http(entry, into.http);
  into.http.authorization = {};  // the token is the one that is sent
  entry.words(into.words);
  read_confirmed_ends(entry, into);
  const auto receiver = std::make_shared<const IncidentIo>(entry);
  if (!into.url.empty()) check_place(entry, *receiver, into.url.reveal());
  into.as = receiver;
}

}  // namespace

ReceiverKind incidentio_kind() {
  return {"incidentio",
          {{"incidentio_configs", true}},
          {{"url", Form::url},
           {"alert_source_token", Form::secret},
           {"http_config", Form::transport, Type::mapping},
           {"source"},
           {"max_alerts", Form::nullable, Type::number},
           {"title"},
           {"text"},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_incidentio,
          config::ReceiverKind::Import{true, {"url", "alert_source_token"}, true}};
}

}  // namespace alarum::receivers
