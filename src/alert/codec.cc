#include "alert/codec.h"

#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace alarum::alert {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSavedVersion = 2;

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
Time from_micros(const Json& value) { return Time(Duration(value.get<std::int64_t>())); }

Json optional_time(const std::optional<Time>& time) { return time ? Json(micros(*time)) : Json(nullptr); }
std::optional<Time> parse_optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(from_micros(value));
}

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json to_json(const model::Alert& a) {
  Json json{{"id", a.id},
          {"fingerprint", hex64(model::fingerprint(a.labels))},
          {"rule", a.rule},
          {"key", a.key},
          {"labels", a.labels},
          {"annotations", a.annotations},
          {"severity", static_cast<int>(a.severity)},
          {"state", static_cast<int>(a.state)},
          {"reason", static_cast<int>(a.reason)},
          {"late", a.late},
          {"count", a.count},
          {"starts_at", micros(a.starts_at)},
          {"last_seen", micros(a.last_seen)},
          {"ends_at", optional_time(a.ends_at)},
          {"changed_at", micros(a.changed_at)},
          {"opened_by", a.opened_by},
          {"changed_by", a.changed_by}};
  if (!a.generator_url.empty()) json["generator_url"] = a.generator_url;
  if (!a.inhibited_by.empty()) json["inhibited_by"] = a.inhibited_by;
  return json;
}

model::Alert from_json(const Json& j) {
  model::Alert a;
  a.id = j.at("id");
  a.rule = j.at("rule");
  a.key = j.at("key");
  a.labels = j.at("labels").get<model::Labels>();
  a.annotations = j.at("annotations").get<model::Labels>();
  a.generator_url = j.value("generator_url", "");
  a.severity = static_cast<model::Severity>(j.at("severity").get<int>());
  a.state = static_cast<model::AlertState>(j.at("state").get<int>());
  a.reason = static_cast<model::EndReason>(j.at("reason").get<int>());
  a.late = j.at("late");
  a.count = j.at("count");
  a.starts_at = from_micros(j.at("starts_at"));
  a.last_seen = from_micros(j.at("last_seen"));
  a.ends_at = parse_optional(j.at("ends_at"));
  a.changed_at = from_micros(j.at("changed_at"));
  a.opened_by = j.at("opened_by");
  a.changed_by = j.at("changed_by");
  if (const auto found = j.find("inhibited_by"); found != j.end()) a.inhibited_by = found->get<std::vector<std::string>>();
  return a;
}

// The library's exceptions stop here.
template <class T, class Read>
Result<T> reading(std::string_view text, const char* what, const Read& read) {
  try {
    return read(Json::parse(text));
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", std::string(what) + " cannot be read: " + fault.what());
  }
}

}  // namespace

std::string labels_json(const model::Labels& labels) { return dump(Json(labels)); }

std::string list_json(const std::vector<std::string>& texts) { return dump(Json(texts)); }

Result<model::Labels> parse_labels(std::string_view json) {
  return reading<model::Labels>(json, "labels", [](const Json& j) { return j.get<model::Labels>(); });
}

std::string alert_json(const model::Alert& alert) { return dump(to_json(alert)); }

Result<model::Alert> parse_alert(std::string_view json) {
  return reading<model::Alert>(json, "alert", [](const Json& j) { return from_json(j); });
}

std::string history_line(const model::Change& change) {
  return dump(Json{{"offset", change.offset}, {"at", micros(change.at)}, {"kind", to_text(change.kind)}, {"alert", to_json(change.alert)}});
}

std::string message_json(const model::Message& message) {
  auto changes = Json::array();
  for (const auto& change : message.changes) {
    changes.push_back({{"kind", static_cast<int>(change.kind)}, {"offset", change.offset}, {"at", micros(change.at)}, {"alert", to_json(change.alert)}});
  }
  return dump(Json{{"receiver", message.receiver}, {"group_key", message.group_key}, {"group_labels", message.group_labels}, {"changes", std::move(changes)}});
}

Result<model::Message> parse_message(std::string_view json) {
  return reading<model::Message>(json, "a message", [](const Json& j) -> Result<model::Message> {
    model::Message message{j.at("receiver"), j.at("group_key"), j.at("group_labels").get<model::Labels>(), {}};
    for (const auto& one : j.at("changes")) {
      message.changes.push_back({static_cast<model::Change::Kind>(one.at("kind").get<int>()), from_json(one.at("alert")), one.at("offset"), from_micros(one.at("at"))});
    }
    if (message.changes.empty()) return fail("bad_state", "a message without alerts");
    return message;
  });
}

std::string save(const Instances& instances) {
  auto list = Json::array();
  for (const auto& [id, live] : instances.all()) {
    list.push_back({{"alert", to_json(live.alert)},
                    {"due", optional_time(live.due)},
                    {"matched_at", micros(live.matched_at)},
                    {"by", live.by_signature},
                    {"hold", live.hold.count()},
                    {"ending", live.ending ? Json(static_cast<int>(*live.ending)) : Json(nullptr)},
                    {"ended_at", micros(live.ended_at)},
                    {"flaps", live.flaps},
                    {"extra", live.extra},
                    {"inhibitors", live.inhibitors},
                    {"told", live.told}});
  }
  return dump(Json{{"version", kSavedVersion}, {"live", std::move(list)}});
}

Result<std::vector<Instances::Live>> parse_saved(std::string_view json) {
  return reading<std::vector<Instances::Live>>(json, "saved alerts", [](const Json& j) -> Result<std::vector<Instances::Live>> {
    if (j.at("version") != kSavedVersion) return fail("bad_state", "saved alerts have another version");
    std::vector<Instances::Live> out;
    for (const auto& one : j.at("live")) {
      auto& live = out.emplace_back(Instances::Live{from_json(one.at("alert")), parse_optional(one.at("due")), from_micros(one.at("matched_at")), one.at("by")});
      live.hold = Duration(one.at("hold").get<std::int64_t>());
      if (const auto& ending = one.at("ending"); !ending.is_null()) live.ending = static_cast<model::EndReason>(ending.get<int>());
      live.ended_at = from_micros(one.at("ended_at"));
      live.flaps = one.at("flaps");
      live.extra = one.at("extra").get<model::Labels>();
      live.inhibitors = one.at("inhibitors").get<std::vector<Instances::Id>>();
      live.told = one.at("told");
    }
    return out;
  });
}

}  // namespace alarum::alert
