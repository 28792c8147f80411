#include "api/history.h"

#include <nlohmann/json.hpp>

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Kind = alert::Book::Entry::Kind;

// The book's line keeps times in microseconds; people read RFC 3339.
Json readable(Json alert) {
  for (const char* name : {"starts_at", "last_seen", "ends_at", "changed_at"}) {
    if (alert.contains(name) && alert[name].is_number_integer()) alert[name] = format_rfc3339(Time(Duration(alert[name].get<std::int64_t>())));
  }
  alert["state"] = to_text(static_cast<model::AlertState>(alert.value("state", 1)));
  alert["reason"] = to_text(static_cast<model::EndReason>(alert.value("reason", 0)));
  alert["severity"] = to_text(static_cast<model::Severity>(alert.value("severity", 0)));
  return alert;
}

Json to_json(const alert::Book::Entry& entry) {
  Json json{{"at", format_rfc3339(entry.at)}, {"offset", entry.offset}, {"alert", entry.alert_id}};
  if (entry.kind == Kind::transition) {
    auto line = Json::parse(entry.line, nullptr, false);
    json["kind"] = line.is_object() ? line.value("kind", "") : "";
    if (line.is_object()) json["after"] = readable(line["alert"]);
  } else if (entry.kind == Kind::notification) {
    json.update({{"kind", "notification"}, {"id", entry.id}, {"target", entry.target}, {"outcome", entry.outcome}, {"attempts", entry.attempts}, {"detail", entry.detail}});
  } else {
    json.update({{"kind", "suppressed"}, {"why", entry.outcome}, {"by", Json::parse(entry.detail, nullptr, false)}, {"receiver", entry.target}, {"group", entry.group_key}, {"state", entry.state}});
  }
  return json;
}

}  // namespace

std::string items_json(const std::vector<alert::Book::Entry>& entries) {
  std::string out;
  for (const auto& entry : entries) out += (out.empty() ? "" : ",") + to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace);
  return out;
}

}  // namespace alarum::api
