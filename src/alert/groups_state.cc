// What groups, silences and acknowledgements remember, as text for a checkpoint.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "alert/codec.h"
#include "alert/groups.h"

namespace alarum::alert {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
Time time_of(const Json& json) { return Time(Duration(json.get<std::int64_t>())); }

Json to_json(const std::string& alert_id, const Group::Member& member) {
  Json json{alert_id, member.id.first, member.id.second, static_cast<int>(member.kind), member.offset, micros(member.at), member.news, member.recorded};
  if (member.ended) json.push_back({static_cast<int>(member.ended->kind), member.ended->offset, micros(member.ended->at), alert_json(member.ended->alert)});
  return json;
}

Result<void> read_member(const Json& json, Group& group) {
  auto& member = group.members[json.at(0)];
  member.id = {json.at(1), json.at(2)};
  member.kind = static_cast<model::Change::Kind>(json.at(3).get<int>());
  member.offset = json.at(4);
  member.at = time_of(json.at(5));
  member.news = json.at(6);
  member.recorded = json.at(7);
  if (json.size() < 9) return {};
  const auto& ended = json.at(8);
  auto alert = parse_alert(ended.at(3).get<std::string>());
  if (!alert) return std::unexpected(alert.error());
  member.ended = std::make_unique<model::Change>(model::Change{static_cast<model::Change::Kind>(ended.at(0).get<int>()), std::move(*alert), ended.at(1), time_of(ended.at(2))});
  return {};
}

Json to_json(const Group& group) {
  auto members = Json::array(), told = Json::array();
  for (const auto& [id, member] : group.members) members.push_back(to_json(id, member));
  for (const auto& one : group.told) told.push_back({one.target, one.firing, one.resolved, micros(one.at)});
  return {{"receiver", group.receiver}, {"key", group.key}, {"members", std::move(members)}, {"told", std::move(told)},
          {"flushed", group.flushed}, {"next", group.next ? Json(micros(*group.next)) : Json(nullptr)}, {"order", group.order}, {"number", group.number}};
}

Result<std::unique_ptr<Group>> group_of(const Json& json) {
  auto group = std::make_unique<Group>();
  group->receiver = json.at("receiver"), group->key = json.at("key");
  for (const auto& one : json.at("members")) {
    if (auto done = read_member(one, *group); !done) return std::unexpected(done.error());
  }
  for (const auto& one : json.at("told")) group->told.push_back({one.at(0), one.at(1), one.at(2), time_of(one.at(3))});
  group->flushed = json.at("flushed");
  if (!json.at("next").is_null()) group->next = time_of(json.at("next"));
  group->order = json.at("order"), group->number = json.at("number");
  return group;
}

}  // namespace

std::string Groups::save() const {
  std::vector<const Group*> sorted;
  for (const auto& [text, group] : groups_) sorted.push_back(group.get());
  std::ranges::sort(sorted, {}, [](const Group* group) { return group->number; });
  auto groups = Json::array(), silences = Json::array(), acknowledged = Json::array();
  for (const auto* group : sorted) groups.push_back(to_json(*group));
  for (const auto& [id, silence] : silences_.all()) silences.push_back(model::silence_json(silence));
  for (const auto& [id, ack] : acknowledged_) acknowledged.push_back({id, ack.by, ack.comment});
  return Json{{"version", kVersion}, {"order", next_order_}, {"number", next_number_}, {"groups", std::move(groups)},
              {"silences", std::move(silences)}, {"acknowledged", std::move(acknowledged)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<void> Groups::restore(std::string_view state) {
  try {
    const auto json = Json::parse(state);
    if (json.at("version") != kVersion) return fail("bad_state", "saved groups have another version");
    All groups;
    for (const auto& one : json.at("groups")) {
      auto group = group_of(one);
      if (!group) return std::unexpected(group.error());
      const auto text = (*group)->receiver + '\n' + (*group)->key;
      groups[text] = std::move(*group);
    }
    std::vector<model::Silence> silences;
    for (const auto& one : json.at("silences")) {
      auto silence = model::parse_silence(one.get<std::string>());
      if (!silence) return fail("bad_state", silence.error().message);
      silences.push_back(std::move(*silence));
    }
    std::map<std::string, model::Acknowledge> acknowledged;
    for (const auto& one : json.at("acknowledged")) acknowledged[one.at(0)] = {one.at(0), one.at(1), one.at(2)};
    timers_.clear(), waiting_.clear();
    groups_ = std::move(groups);
    silences_.restore(std::move(silences));
    acknowledged_ = std::move(acknowledged);
    next_order_ = json.at("order"), next_number_ = json.at("number");
    return {};
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", std::string("saved groups cannot be read: ") + fault.what());
  }
}

}  // namespace alarum::alert
