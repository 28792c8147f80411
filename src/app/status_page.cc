#include "app/status_page.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/operator_routes.h"
#include "base/version.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

Json config_json(Core& core) {
  const auto reload = core.in_force().reload.get();
  return {{"file", core.options().config_file},
          {"last_reload_successful", reload->successful},
          {"last_reload_success", format_rfc3339(reload->success)},
          {"last_reload_fault", reload->fault.message},
          {"needs_restart", reload->restart}};
}

// Room on the disk that the data folder is on; null where it cannot be determined.
Json disk_json(const std::string& folder) {
  std::error_code fault;
  const auto space = std::filesystem::space(folder, fault);
  if (fault) return {{"folder", folder}, {"free", nullptr}, {"size", nullptr}};
  return {{"folder", folder}, {"free", space.available}, {"size", space.capacity}};
}

Json checks_json(Core& core) {
  auto list = Json::array();
  for (const auto& [name, condition] : core.readiness().checks()) {
    using State = api::Condition::State;
    if (condition.state == State::ok) continue;
    list.push_back({{"name", name},
                    {"state", condition.state == State::failed ? "failed" : "warning"},
                    {"reason", condition.reason},
                    {"detail", condition.detail}});
  }
  return list;
}

void add_heard(Json& json, const std::optional<Time>& heard) {
  if (heard) json["last_heard"] = format_rfc3339(*heard);
}

// What came over HTTP, by wire format: senders have no other name.
Json formats_json(Core& core) {
  auto list = Json::array();
  for (const auto& [format, counts] : core.intake().counts().snapshot()) {
    std::uint64_t rejected = 0;
    for (const auto& [reason, count] : counts.rejected) rejected += count;
    Json one{{"format", model::to_text(format)},
             {"accepted", counts.accepted},
             {"duplicate", counts.duplicate},
             {"rejected", rejected},
             {"failed", counts.failed}};
    add_heard(one, counts.last_heard == Time() ? std::nullopt : std::optional(counts.last_heard));
    list.push_back(std::move(one));
  }
  return list;
}

Json sources_json(Core& core) {
  auto list = Json::array();
  if (!core.doors().source_states) return list;
  for (const auto& source : core.doors().source_states()) {
    Json one{{"source", source.name},
             {"accepted", source.accepted},
             {"duplicate", source.duplicate},
             {"rejected", source.rejected},
             {"gaps", source.gaps},
             {"lost", source.lost},
             {"connections", source.connections}};
    add_heard(one, source.last_heard);
    list.push_back(std::move(one));
  }
  return list;
}

// The newest count; null before the first.
Json ledger_json(Core& core) {
  const auto balance = core.audit().latest();
  if (!balance) return nullptr;
  return {{"balanced", balance->faults().empty()},
          {"faults", balance->faults()},
          {"accepted", balance->accepted()},
          {"processed", balance->processed}};
}

}  // namespace

std::string status_json(Core& core, const std::optional<api::TargetStates>& targets, Time started) {
  const auto stats = core.journal().stats();
  const auto generation = core.in_force().generation.get();
  const auto now = core.clock().wall();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(now - started);
  const Json json{
      {"version", kVersion},
      {"commit", commit()},
      {"started", format_rfc3339(started)},
      {"now", format_rfc3339(now)},
      {"uptime_seconds", std::max<std::int64_t>(0, uptime.count())},
      {"generation", generation->rules().hash},
      {"rules", rules::own_rules(generation->rules())},
      {"config", config_json(core)},
      {"journal",
       {{"end_offset", stats.end_offset},
        {"bytes", stats.bytes_on_disk},
        {"segments", stats.segments}}},
      {"disk", disk_json(core.in_force().config.data)},
      {"engine",
       {{"processed", core.stage().processed()}, {"backlog_bytes", core.stage().backlog()}}},
      {"formats", formats_json(core)},
      {"sources", sources_json(core)},
      {"targets", targets ? Json::parse(api::targets_json(*targets)) : Json()},
      {"ledger", ledger_json(core)},
      {"checks", checks_json(core)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

api::TargetStates target_states(const deliver::Stage::TargetStates& states,
                                const std::map<std::string, std::size_t>& held) {
  api::TargetStates out;
  for (const auto& one : states) {
    const auto found = held.find(one.target);
    out.push_back({one.target,
                   found == held.end() ? 0 : found->second,
                   one.in_flight,
                   one.circuit_open,
                   one.last_success,
                   one.last_failure,
                   one.detail,
                   one.answer,
                   one.accepted,
                   one.delivered,
                   one.dead,
                   one.dropped,
                   {one.failed.begin(), one.failed.end()},
                   one.durations});
  }
  return out;
}

}  // namespace alarum::app
