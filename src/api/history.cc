#include "api/history.h"

#include <nlohmann/json.hpp>

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Kind = alert::Book::Entry::Kind;

void make_readable(Json& object, std::initializer_list<const char*> times) {
  for (const char* name : times) {
    if (object.contains(name) && object[name].is_number_integer())
      object[name] = format_rfc3339(Time(Duration(object[name].get<std::int64_t>())));
  }
}

// The book's line keeps times in microseconds; people read RFC 3339.
Json readable(Json alert) {
  make_readable(alert, {"starts_at", "last_seen", "ends_at", "changed_at"});
  if (alert.contains("acknowledged")) make_readable(alert["acknowledged"], {"at", "until"});
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
    for (const char* said : {"by", "comment"}) {
      if (line.is_object() && line.contains(said)) json[said] = line[said];
    }
    if (line.is_object()) json["after"] = readable(line["alert"]);
  } else if (entry.kind == Kind::notification) {
    json.update({{"kind", "notification"},
                 {"id", entry.id},
                 {"target", entry.target},
                 {"outcome", entry.outcome},
                 {"attempts", entry.attempts},
                 {"detail", entry.detail}});
    if (!entry.answer.empty()) json["answer"] = entry.answer;
  } else if (entry.kind == Kind::comment) {
    json.update({{"kind", "comment"}, {"by", entry.by}, {"comment", entry.text}});
  } else {
    json.update({{"kind", "suppressed"},
                 {"why", entry.outcome},
                 {"by", Json::parse(entry.detail, nullptr, false)},
                 {"receiver", entry.target},
                 {"group", entry.group_key},
                 {"state", entry.state}});
  }
  return json;
}

}  // namespace

std::string items_json(const std::vector<alert::Book::Entry>& entries) {
  std::string out;
  for (const auto& entry : entries)
    out += (out.empty() ? "" : ",") +
           to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace);
  return out;
}

}  // namespace alarum::api
