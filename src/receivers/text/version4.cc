#include "receivers/text/version4.h"

#include <algorithm>

#include "alert/json_writer.h"
#include "base/hash.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

void write_alert(alert::JsonWriter& out, const model::Change& change,
                 const std::string& external_url) {
  const auto& alert = change.alert;
  out.raw(R"({"status":)"), out.text(model::to_text(alert.state));
  out.raw(R"(,"labels":)"), out.labels(alert.labels);
  out.raw(R"(,"annotations":)"), out.labels(told_annotations(change));
  out.raw(R"(,"startsAt":)"), out.text(format_rfc3339(alert.starts_at));
  out.raw(R"(,"endsAt":)");
  out.text(alert.ends_at ? format_rfc3339(*alert.ends_at) : "0001-01-01T00:00:00Z");
  out.raw(R"(,"generatorURL":)"), out.text(generator_url(alert, external_url));
  out.raw(R"(,"fingerprint":)"), out.text(hex64(model::fingerprint(alert.labels)));
  out.raw("}");
}

}  // namespace

std::string version4(const model::Message& message, const std::string& external_url,
                     std::uint64_t max_alerts) {
  const auto& changes = message.changes;
  const auto shown =
      max_alerts == 0 ? changes.size() : std::min<std::size_t>(changes.size(), max_alerts);
  alert::JsonWriter out;
  out.raw(R"({"version":"4","groupKey":)"), out.text(message.group_key);
  out.raw(R"(,"truncatedAlerts":)"), out.number(changes.size() - shown);
  out.raw(R"(,"status":)"), out.text(status_of(message));
  out.raw(R"(,"receiver":)"), out.text(message.receiver);
  out.raw(R"(,"groupLabels":)"), out.labels(message.group_labels);
  out.raw(R"(,"commonLabels":)"), out.labels(common_labels(message));
  out.raw(R"(,"commonAnnotations":)"), out.labels(common_annotations(message));
  out.raw(R"(,"externalURL":)"), out.text(external_url);
  out.raw(R"(,"alerts":[)");
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out.raw(",");
    write_alert(out, changes[i], external_url);
  }
  out.raw("]}");
  return out.take();
}

}  // namespace alarum::receivers
