// The engine's memory as text: what a checkpoint holds.
#include <nlohmann/json.hpp>

#include "alert/codec.h"
#include "engine/engine.h"

namespace alarum::engine {
namespace {

using Json = nlohmann::ordered_json;
using Reports = std::map<correlate::Pairing::Id, correlate::Report>;

constexpr int kVersion = 1;

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
Time from_micros(const Json& value) { return Time(Duration(value.get<std::int64_t>())); }

Json to_json(const Reports& reports) {
  auto list = Json::array();
  for (const auto& [id, report] : reports) {
    list.push_back({id.first, id.second, micros(report.when), micros(report.arrived), report.sender});
  }
  return list;
}

Reports reports_of(const Json& list) {
  Reports reports;
  for (const auto& one : list) {
    reports[{one.at(0), one.at(1)}] = {from_micros(one.at(2)), from_micros(one.at(3)), one.at(4)};
  }
  return reports;
}

}  // namespace

std::string Engine::save() const {
  const auto pairing = correlator_.pairing().save();
  return Json{{"version", kVersion},
              {"generation", generation_ ? generation_->rules().hash : ""},
              {"faults", to_json(pairing.faults)},
              {"recoveries", to_json(pairing.recoveries)},
              {"alerts", alert::save(instances_)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<void> Engine::restore(const std::string& state) {
  try {
    const auto json = Json::parse(state);
    if (json.at("version") != kVersion) return fail("bad_state", "the checkpoint has another version");
    auto live = alert::parse_saved(json.at("alerts").get<std::string>());
    if (!live) return std::unexpected(live.error());
    std::shared_ptr<const match::Generation> generation;
    if (const std::string hash = json.at("generation"); !hash.empty()) {
      auto found = find_(hash);
      if (!found) return std::unexpected(found.error());
      generation = std::move(*found);
    }
    correlate::Pairing::State pairing{reports_of(json.at("faults")), reports_of(json.at("recoveries"))};
    generation_ = std::move(generation);
    correlator_.pairing().restore(std::move(pairing));
    instances_.restore(std::move(*live));
    return {};
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", std::string("the checkpoint cannot be read: ") + fault.what());
  }
}

}  // namespace alarum::engine
