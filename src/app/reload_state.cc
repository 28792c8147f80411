#include "app/reload_state.h"

#include <fmt/format.h>

#include "base/fields.h"
#include "base/log.h"

namespace alarum::app {
namespace {

// Faults that are logged at most; the answer to POST /-/reload and `alarum check` show all
constexpr std::size_t kMostLogged = 100;

std::string place_text(const Place& place) {
  return place.line > 0 ? fmt::format("{}:{}:{}", place.file, place.line, place.column)
                        : place.file;
}

std::string_view word(log::Level level) {
  constexpr std::string_view words[]{"debug", "info", "warn", "error"};
  return words[static_cast<std::size_t>(level)];
}

void add_limits(const config::Limits& limits, StartKeys& keys) {
  for (const auto& [name, bytes] :
       {std::pair("body", limits.body), std::pair("event", limits.event),
        std::pair("header", limits.header), std::pair("bodies", limits.bodies)})
    keys.emplace_back(fmt::format("limits.{}", name), format_size(bytes));
  for (const auto& [name, count] :
       {std::pair("depth", limits.depth), std::pair("connections", limits.connections)})
    keys.emplace_back(fmt::format("limits.{}", name), std::to_string(count));
  for (const auto& [name, time] :
       {std::pair("header_timeout", limits.header_timeout),
        std::pair("body_timeout", limits.body_timeout),
        std::pair("idle_timeout", limits.idle_timeout), std::pair("engine_lag", limits.engine_lag)})
    keys.emplace_back(fmt::format("limits.{}", name), format_duration(time));
}

void add_storage(const config::Config& config, StartKeys& keys) {
  const auto& journal = config.journal;
  keys.emplace_back("journal.keep", journal.keep == config::Journal::Keep::all ? "all" : "matched");
  keys.emplace_back("journal.retention", format_duration(journal.retention));
  keys.emplace_back("journal.max_size", format_size(journal.max_size));
  keys.emplace_back("journal.segment_size", format_size(journal.segment_size));
  keys.emplace_back("dedup.window", format_duration(config.dedup.window));
  keys.emplace_back("dedup.max", std::to_string(config.dedup.max));
}

}  // namespace

StartKeys start_keys(const config::Config& config) {
  StartKeys keys{
      {"listen", config.listen.text()}, {"tls", config.tls ? "on" : "off"}, {"data", config.data}};
  add_limits(config.limits, keys);
  add_storage(config, keys);
  keys.emplace_back("ces.strict", config.ces.strict ? "true" : "false");
  keys.emplace_back("log.level", word(config.log.level));
  keys.emplace_back("log.format", config.log.format == log::Style::json ? "json" : "logfmt");
  return keys;
}

std::vector<std::string> changed_keys(const StartKeys& in_force, const StartKeys& on_disk) {
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < in_force.size(); ++i) {
    if (in_force[i].second != on_disk[i].second)
      changed.push_back(fmt::format("{} ({}, on disk {})", in_force[i].first, in_force[i].second,
                                    on_disk[i].second));
  }
  return changed;
}

void log_faults(const Diagnostics& faults) {
  std::size_t left = kMostLogged;
  const auto all = faults.sorted();
  for (const auto& fault : all) {
    if (left-- == 0)
      return log::error("app",
                        "more faults of the files on disk are not shown: alarum check shows all",
                        {{"count", all.size() - kMostLogged}});
    const auto level =
        fault.level == Diagnostic::Level::error ? log::Level::error : log::Level::warn;
    log::write(level, "app", "in the files on disk",
               {{"place", place_text(fault.place)}, {"fault", fault.message}});
  }
}

}  // namespace alarum::app
