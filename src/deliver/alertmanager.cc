// Another Alertmanager as the target: POST /api/v2/alerts takes an array of alerts. A firing one has no endsAt: it ends there when it is
// not told again within that Alertmanager's resolve_timeout (5 m), however long it waited here; the stage tells it again in time.
#include <utility>

#include "alert/json_writer.h"
#include "deliver/names.h"
#include "deliver/notifier.h"

namespace alarum::deliver {

model::Content alertmanager_content(const model::Message& message, const Setting& setting) {
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

}  // namespace alarum::deliver
