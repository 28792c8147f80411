#include "api/alerts.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/time.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;

bool suppressed(const alert::Dispatcher::Status& status) {
  return !status.silenced_by.empty() || !status.inhibited_by.empty() || !status.muted_by.empty();
}

Json to_json(const AlertView& shown) {
  const auto& alert = *shown.alert;
  const bool firing = alert.state == model::AlertState::firing;
  const auto end = firing ? shown.due : alert.ends_at;
  auto receivers = Json::array();
  for (const auto& name : shown.status.receivers) receivers.push_back({{"name", name}});
  Json json{{"labels", alert.labels},
            {"annotations", alert.annotations},
            {"startsAt", format_rfc3339(alert.starts_at)},
            {"endsAt", end ? format_rfc3339(*end) : "0001-01-01T00:00:00Z"},
            {"updatedAt", format_rfc3339(alert.changed_at)},
            {"fingerprint", hex64(model::fingerprint(alert.labels))},
            {"receivers", std::move(receivers)},
            {"status",
             {{"state", !firing                    ? "resolved"
                        : suppressed(shown.status) ? "suppressed"
                                                   : "active"},
              {"inhibitedBy", shown.status.inhibited_by},
              {"silencedBy", shown.status.silenced_by},
              {"mutedBy", shown.status.muted_by},
              {"noIntegration", shown.status.no_integration}}},
            {"id", alert.id},
            {"rule", alert.rule},
            {"count", alert.count},
            {"lastSeen", format_rfc3339(alert.last_seen)},
            {"reason", model::to_text(alert.reason)},
            {"late", alert.late}};
  if (shown.all_members > 0) {
    auto& members = json["members"] = Json::array();
    for (const auto& [id, rule, key] : shown.members)
      members.push_back({{"id", id}, {"rule", rule}, {"key", key}});
    json["membersCount"] = shown.all_members;
  }
  for (const auto& [id, rule, key, since, absorbed] : shown.member_of) {
    json[absorbed ? "absorbedBy" : "memberOf"].push_back(
        {{"id", id}, {"rule", rule}, {"key", key}, {"since", format_rfc3339(since)}});
  }
  if (!alert.waiting.empty()) json["waitingFor"] = alert.waiting;
  if (!alert.generator_url.empty()) json["generatorURL"] = alert.generator_url;
  if (const auto& ack = alert.acknowledged) {
    json["acknowledgedBy"] = ack->by;
    json["acknowledged"] = {
        {"by", ack->by}, {"comment", ack->comment}, {"at", format_rfc3339(ack->at)}};
    if (ack->until) json["acknowledged"]["until"] = format_rfc3339(*ack->until);
  }
  return json;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json list_of(const std::vector<AlertView>& alerts) {
  auto list = Json::array();
  for (const auto& one : alerts) list.push_back(to_json(one));
  return list;
}

void by_fingerprint(std::vector<AlertView>& alerts) {
  std::ranges::sort(alerts, {}, [](const AlertView& one) {
    return std::pair(model::fingerprint(one.alert->labels), one.alert->opened_by);
  });
}

}  // namespace

void AlertSummary::add(const AlertView& one) {
  const auto& status = one.status;
  ++firing, ++by_severity[one.alert->severity];
  acknowledged += one.alert->acknowledged ? 1 : 0;
  silenced += status.silenced_by.empty() ? 0 : 1;
  inhibited += status.inhibited_by.empty() ? 0 : 1;
  muted += status.muted_by.empty() ? 0 : 1;
  no_integration += status.no_integration.size() == status.receivers.size() ? 1 : 0;
}

std::string AlertSummary::json() const {
  auto severities = Json::object();
  for (const auto& [severity, count] : by_severity) severities[to_text(severity)] = count;
  return dump({{"firing", firing},
               {"by_severity", std::move(severities)},
               {"acknowledged", acknowledged},
               {"silenced", silenced},
               {"inhibited", inhibited},
               {"muted", muted},
               {"no_integration", no_integration}});
}

Result<AlertFilter> AlertFilter::of(const Query& query) {
  AlertFilter wanted;
  for (const auto& [name, flag] :
       {std::pair("active", &wanted.active), std::pair("silenced", &wanted.silenced),
        std::pair("inhibited", &wanted.inhibited), std::pair("unprocessed", &wanted.unprocessed),
        std::pair("muted", &wanted.muted), std::pair("resolved", &wanted.resolved)}) {
    auto said = query.flag(name, *flag);
    if (!said) return std::unexpected(said.error());
    *flag = *said;
  }
  for (const auto& [name, matchers] : {std::pair("filter", &wanted.matchers),
                                       std::pair("receiver_matchers", &wanted.receiver_matchers)}) {
    auto said = query.matchers(name);
    if (!said) return std::unexpected(said.error());
    *matchers = std::move(*said);
  }
  wanted.id = query.text("id");
  if (const auto receiver = query.text("receiver"); !receiver.empty()) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto expression = std::make_shared<re2::RE2>(receiver, options);
    if (!expression->ok())
      return fail("bad_parameter", "failed to parse receiver param: " + expression->error());
    wanted.receiver = std::move(expression);
  }
  return wanted;
}

bool AlertFilter::takes_receiver(const std::string& name) const {
  return (!receiver || re2::RE2::FullMatch(name, *receiver)) &&
         model::all_match(receiver_matchers, {});
}

bool AlertFilter::takes(const alert::Dispatcher::Status& status) const {
  if (!active && !suppressed(status)) return false;
  if (!silenced && !status.silenced_by.empty()) return false;
  if (!inhibited && !status.inhibited_by.empty()) return false;
  return std::ranges::any_of(status.receivers,
                             [&](const std::string& name) { return takes_receiver(name); });
}

std::optional<AlertView> shown(const AlertFilter& wanted,
                               const alert::ActiveAlerts::ActiveAlert& live,
                               const alert::Dispatcher& groups, Time now) {
  if (!wanted.takes(live.alert)) return std::nullopt;
  auto status = groups.status(live.alert, now);
  if (!wanted.takes(status)) return std::nullopt;
  auto alert = std::make_shared<model::Alert>(live.alert);
  alert->changed_at -= groups.ahead();
  const auto due = live.due ? std::optional(*live.due - groups.ahead()) : std::nullopt;
  return AlertView{std::move(alert), due, std::move(status)};
}

GroupPage grouped(const AlertFilter& wanted, const std::vector<alert::Dispatcher::Name>& names,
                  const GroupPlace& from, std::size_t most,
                  const alert::ActiveAlerts& active_alerts, const alert::Dispatcher& groups,
                  Time now) {
  GroupPage page{{}, from};
  auto& [at, last] = page.next;
  for (std::size_t looked_at = 0; at < names.size() && looked_at < most;
       ++at, last.clear(), ++looked_at) {
    const auto* group =
        wanted.takes_receiver(names[at].receiver) ? groups.find(names[at]) : nullptr;
    if (!group && last.empty()) continue;
    auto& made = page.groups.emplace_back();
    if (!group) continue;  // gone since the walk began with it
    made = {group->key, groups.labels_of(*group), group->receiver, {}};
    for (auto member = group->members.upper_bound(last); member != group->members.end();
         ++member, ++looked_at) {
      if (looked_at >= most) return page;
      last = member->first;
      const auto live = active_alerts.all().find(member->second.id);
      if (live == active_alerts.all().end() || live->second.alert.id != member->first) continue;
      if (auto one = shown(wanted, live->second, groups, now))
        made.alerts.push_back(std::move(*one));
    }
  }
  return page;
}

std::string items_json(const std::vector<AlertView>& alerts) {
  std::string out;
  for (const auto& one : alerts) out += (out.empty() ? "" : ",") + dump(to_json(one));
  return out;
}

std::pair<std::string, std::size_t> items_json(const AlertFilter& wanted,
                                               std::vector<GroupView>& groups) {
  std::pair<std::string, std::size_t> out;
  for (auto& group : groups) {
    const bool all_muted = std::ranges::all_of(
        group.alerts, [](const AlertView& one) { return suppressed(one.status); });
    if (group.alerts.empty() || (!wanted.muted && all_muted)) continue;
    by_fingerprint(group.alerts);
    out.first += (out.second++ == 0 ? "" : ",") + dump({{"key", group.key},
                                                        {"labels", group.labels},
                                                        {"routeLabels", Json::object()},
                                                        {"receiver", {{"name", group.receiver}}},
                                                        {"alerts", list_of(group.alerts)}});
  }
  return out;
}

}  // namespace alarum::api
