#include "tests/simulation/world.h"

#include "tests/simulation/catalogue.h"
#include "tests/simulation/requests.h"

namespace alarum::simulation {
World::World(const Choices& chosen, Texts& texts, Trace& traced, Coverage& covered)
    : choices(chosen),
      trace(traced),
      coverage(covered),
      clock(chosen.begin),
      bridge_clock(clock, chosen.interrupted, SeededRandom::derived(chosen.seed, "interruptions")),
      random(SeededRandom::derived(chosen.seed, "bridge")),
      disk_random(SeededRandom::derived(chosen.seed, "disk")),
      sqlite_random(SeededRandom::derived(chosen.seed, "sqlite")),
      disk(disk_random),
      receivers(clock, SeededRandom::derived(chosen.seed, "receivers")),
      rules(chosen.rules),
      config(chosen.config),
      texts_(texts) {
  history.seed = chosen.seed;
  disk.set_names_reorder(chosen.names_reorder);
  disk.set_tears_sectors(chosen.tears_sectors);
  for (const char* folder : {"/data", "/output"}) (void)disk.make_folder(folder);
  (void)disk.sync_folder("/");
  for (const char* folder : {"/data", "/output"}) (void)disk.sync_folder(folder);
  if (!chosen.old.empty()) inherited = inherit(*this);
  disk.on_operation = [this](Operation operation, const std::string& path, Outcome outcome) {
    disk_did(operation, path, outcome);
  };
  receivers.gone = [this] { return gone(); };
  receivers.incarnation = [this] { return incarnation(); };
  receivers.files = &disk;
  receivers.on_fault = [this](std::string_view fault, std::string_view receiver) {
    happened(fault, receiver);
  };
  if (trace.on())
    receivers.on_trace = [this](const std::string& line) { trace.say(clock, "{}", line); };
}

void World::violation(std::string text) {
  if (failed()) return;
  trace.say(clock, "VIOLATION {}", text);
  violation_ = std::move(text);
}

void World::happened(std::string_view fault, std::string_view place) {
  coverage.count(fault, stage_);
  if (!faults_.contains(fault)) faults_.emplace(fault);
  history.faults.push_back({clock.true_time(), std::string(fault), std::string(place)});
  trace.say(clock, "! {} ({}, in {})", fault, place, stage_);
}

void World::disk_did(Operation operation, const std::string& path, Outcome outcome) {
  if (outcome == Outcome::done || outcome == Outcome::refused || outcome == Outcome::ghost) {
    if (trace.on() && outcome == Outcome::done && operation != Operation::read &&
        operation != Operation::list)
      trace.say(clock, "  {}: {} {}", stage_, to_text(operation), path);
    return;
  }
  if (outcome == Outcome::crashed)
    return trace.say(clock, "  {}: {} {} when the machine ends", stage_, to_text(operation), path);
  ++disk_faults;
  if (outcome == Outcome::full) {
    disk_is_full = true;
    return happened("disk_full", path);
  }
  happened(std::string(to_text(operation)) + "_failed", path);
}

void World::change_files(SeededRandom& numbers) {
  if (numbers.chance(0.8)) rules = numbers.of(rule_sets()).name;
  if (numbers.chance(0.5)) config = numbers.of(configs()).name;
}

void World::break_files(SeededRandom& numbers) {
  if (numbers.chance(0.5))
    broken_rules_ = numbers.of(broken_rules());
  else
    broken_config_ = numbers.of(broken_configs());
}

void World::settle_files() {
  broken_rules_.clear();
  broken_config_.clear();
}

std::optional<app::Loaded> World::load(Diagnostics& faults) {
  auto loaded =
      texts_.load(broken_rules_.empty() ? rule_set(rules)->yaml : broken_rules_,
                  broken_config_.empty() ? config_text(config)->yaml : broken_config_, faults);
  if (!loaded) return loaded;
  history.rules_by_hash[loaded->generation->rules().hash] = rules;
  auto& out = loaded->config;
  out.data = "/data";
  out.journal.segment_size = choices.segment_size, out.journal.max_size = choices.max_size,
  out.journal.retention = choices.retention;
  out.journal.keep =
      choices.keep_matched ? config::Journal::Keep::matched : config::Journal::Keep::all;
  out.dedup.window = choices.dedup_window, out.dedup.max = choices.dedup_max;
  out.limits.event = kMostEvent, out.limits.depth = 64;
  return loaded;
}

}  // namespace alarum::simulation
