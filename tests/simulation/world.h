#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "app/core.h"
#include "tests/simulation/choices.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/front.h"
#include "tests/simulation/history.h"
#include "tests/simulation/inherit.h"
#include "tests/simulation/receivers.h"
#include "tests/simulation/texts.h"
#include "tests/simulation/trace.h"

namespace alarum::simulation {

/// Everything around the bridge in one life: the clock, the disk, the receivers, the files that
/// operators edit, and the history for the checks. It outlives each incarnation of the bridge. The
/// first violation ends the life. One thread.
class World {
 public:
  World(const Choices& chosen, Texts& texts, Trace& traced, Coverage& covered);

  const Choices& choices;
  Trace& trace;
  Coverage& coverage;
  SimulatedClock clock;
  InterruptedClock bridge_clock;  ///< the bridge's
  SeededRandom random;            ///< the bridge's
  SeededRandom disk_random, sqlite_random;
  SimulatedDisk disk;
  SimulatedTransport receivers;
  History history;
  app::Core* core = nullptr;           ///< of the bridge that runs; nullptr if none does
  std::optional<Inherited> inherited;  ///< set if it began with the folder of an older version
  /// Names of the rule set and config on the operators' disk, which a start or a reload reads
  std::string rules, config;

  /// What the checks remember from one call to the next (checks_world.cc)
  std::shared_ptr<struct Inspection> inspection;

  /// Reports a broken promise. The first one counts.
  void violation(std::string text);
  bool failed() const { return !violation_.empty(); }
  const std::string& what() const { return violation_; }

  /// Records that a fault happened to `place` while `stage()` had its turn.
  void happened(std::string_view fault, std::string_view place);
  /// Sets the name of the part whose turn it is.
  void enter(const char* stage) { stage_ = stage; }
  const char* stage() const { return stage_; }
  const std::set<std::string, std::less<>>& faults() const { return faults_; }

  std::size_t incarnation() const {
    return history.incarnations.empty() ? 0 : history.incarnations.size() - 1;
  }
  /// Whether the machine has crashed: the disk is frozen, and nothing leaves the bridge any more.
  bool gone() const { return disk.crashed(); }

  /// People change their files before they ask for a reload, or break them; settle_files() puts
  /// broken ones right after the reload was rejected.
  void change_files(SeededRandom& random);
  void break_files(SeededRandom& random);
  void settle_files();
  /// Reads the operators' files, as a start or a reload does (Doors::load).
  std::optional<app::Loaded> load(Diagnostics& faults);
  Texts& texts() { return texts_; }

  /// Sends a request to the bridge and runs it until it is answered. At quiet moments only. Status
  /// 0 if no bridge runs, or no answer came.
  Reply call(const std::string& method, const std::string& path, const std::string& query = {},
             const std::string& body = {}) {
    return on_call(method, path, query, body);
  }
  std::function<Reply(const std::string&, const std::string&, const std::string&,
                      const std::string&)>
      on_call;

  /// Faults of the disk in this incarnation so far, and damage that exists; if not 0, a start may
  /// fail.
  std::uint64_t disk_faults = 0;
  bool disk_is_full = false;
  std::size_t largest_commit = 0;  ///< bytes in memory of its records

 private:
  void disk_did(Operation operation, const std::string& path, Outcome outcome);

  Texts& texts_;
  const char* stage_ = "world";
  std::string violation_;
  std::string broken_rules_, broken_config_;  // broken texts on the disk; empty: good ones
  std::set<std::string, std::less<>> faults_;
};

}  // namespace alarum::simulation
