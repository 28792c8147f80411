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
/// operators write, and what everybody remembers. It outlives each incarnation of the bridge. The
/// first violation ends the life.
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
  app::Core* core = nullptr;           ///< that runs; nullptr: none does
  std::optional<Inherited> inherited;  ///< where it began with an older alarum's folder
  /// Names of the texts that lie on the operators' disk, and that a start or a reload reads
  std::string rules, config;

  /// What the checks remember from one time to the next (checks_world.cc)
  std::shared_ptr<struct Inspection> inspection;

  /// A promise was broken. The first one counts.
  void violation(std::string text);
  bool failed() const { return !violation_.empty(); }
  const std::string& what() const { return violation_; }

  /// A fault happened to `place`, while `stage()` had its turn.
  void happened(std::string_view fault, std::string_view place);
  /// Whose turn it is.
  void enter(const char* stage) { stage_ = stage; }
  const char* stage() const { return stage_; }
  const std::set<std::string, std::less<>>& faults() const { return faults_; }

  std::size_t incarnation() const {
    return history.incarnations.empty() ? 0 : history.incarnations.size() - 1;
  }
  /// The disk froze: what leaves the bridge now leaves it never.
  bool gone() const { return disk.crashed(); }

  /// What people do to their files before they ask for a reload, and that they put back what was
  /// refused.
  void change_files(SeededRandom& random);
  void break_files(SeededRandom& random);
  void settle_files();
  /// What a start or a reload reads.
  std::optional<app::Loaded> load(Diagnostics& faults);
  Texts& texts() { return texts_; }

  /// Runs a request through the router until it is answered. At quiet moments only; `status` 0:
  /// there is no bridge, or no answer came.
  Reply call(const std::string& method, const std::string& path, const std::string& query = {},
             const std::string& body = {}) {
    return on_call(method, path, query, body);
  }
  std::function<Reply(const std::string&, const std::string&, const std::string&,
                      const std::string&)>
      on_call;

  /// Faults of the disk in this incarnation so far, or the damage that is there: a start may fail.
  std::uint64_t disk_faults = 0;
  bool disk_is_full = false;
  std::size_t largest_commit = 0;  ///< bytes in memory of its records

 private:
  void disk_did(Operation operation, const std::string& path, Outcome outcome);

  Texts& texts_;
  const char* stage_ = "world";
  std::string violation_;
  std::string broken_rules_, broken_config_;  // texts; empty: the good ones lie there
  std::set<std::string, std::less<>> faults_;
};

}  // namespace alarum::simulation
