// Another Alertmanager as the target: POST /api/v2/alerts takes an array of alerts. A firing alert
// has no endsAt, so it ends there unless it is sent again within that Alertmanager's
// resolve_timeout (5 m). The delivery stage sends it again in time (deliver/resend.h).
#include <memory>
#include <utility>

#include "alert/json_writer.h"
#include "receivers/kind.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Alertmanager final : public Receiver {
 public:
  explicit Alertmanager(FieldReader& entry) {
    entry.duration("resend_every", resend_every_, 1s, 1h);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    alert::JsonWriter out;
    out.raw("[");
    for (bool first = true; const auto& change : message.changes) {
      const auto& alert = change.alert;
      out.raw(std::exchange(first, false) ? R"({"labels":)" : R"(,{"labels":)");
      out.labels(alert.labels);
      out.raw(R"(,"annotations":)"), out.labels(told_annotations(change));
      out.raw(R"(,"startsAt":)"), out.text(format_rfc3339(alert.starts_at));
      out.raw(R"(,"generatorURL":)"), out.text(generator_url(alert, setting.external_url));
      if (alert.state == model::AlertState::resolved) {
        out.raw(R"(,"endsAt":)"), out.text(format_rfc3339(alert.ends_at.value_or(change.at)));
      }
      out.raw("}");
    }
    out.raw("]");
    return {out.take(), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    while (attempt.url.ends_with('/')) attempt.url.pop_back();
    if (!attempt.url.ends_with("/api/v2/alerts")) attempt.url += "/api/v2/alerts";
  }

  Duration resend_every() const override { return resend_every_; }

 private:
  Duration resend_every_ = 1min;  ///< more often than its resolve_timeout
};

void read_alertmanager(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  read_http(entry, into.http);
  into.as = std::make_shared<const Alertmanager>(entry);
}

}  // namespace

ReceiverKind alertmanager_kind() {
  return {"alertmanager",
          {{"alertmanager_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"resend_every", Form::value, Type::duration}},
          {},
          {},
          read_alertmanager};
}

}  // namespace alarum::receivers
