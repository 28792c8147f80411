#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "tests/simulation/choices.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

/// Carries out the faults of the machine that the bridge runs on: of its disk, its clock, its
/// power. Lives as long as the world.
class Machine {
 public:
  explicit Machine(World& world) : world_(world) {}

  /// Carries out an act. False if it is none of the machine's. `runs`: whether the bridge runs.
  bool act(const Act& one, bool runs);
  /// To be called before the bridge starts: does what was planned to its files meanwhile, and arms
  /// a crash that was planned for the start.
  void starting();
  /// To be called before each turn of the bridge: a planned crash may come now.
  void turn();
  /// Cancels planned crashes, except for one within the next start.
  void disarm();
  /// Ends the disk's failures if their time is over.
  void repair_in_time();
  /// How long until then; nullopt if the disk works.
  std::optional<std::chrono::nanoseconds> next() const;
  /// Whether a crash, or the end of the disk's failures, is still to come.
  bool has_plans() const { return armed_ || repaired_at_; }
  /// Whether the disk may fail now.
  bool is_failing() const { return repaired_at_.has_value(); }
  /// Ends all faults and sets the clock right, for the end of a life.
  void be_kind();

 private:
  void step_clock(SeededRandom& random);
  void fail_often(SeededRandom& random);
  void fail_once(SeededRandom& random);
  void fill_disk(SeededRandom& random);
  void flip(SeededRandom& random);
  void lose_segment(SeededRandom& random);
  void note_damaged_tail(const std::string& path);
  void stall(SeededRandom& random);
  void plan_crash(Crash kind, SeededRandom& random, bool runs);
  void repair();

  World& world_;
  Crash planned_ = Crash::kill;    // the kind of crash that turn() will make
  bool armed_ = false;             // one is planned
  std::uint64_t crash_after_ = 0;  // turns until then
  std::optional<std::pair<std::uint64_t, Crash>> start_crash_;
  std::optional<std::uint64_t> lost_segment_;            // by these numbers, before the next start
  std::optional<std::chrono::nanoseconds> repaired_at_;  // age of the world
};

}  // namespace alarum::simulation
