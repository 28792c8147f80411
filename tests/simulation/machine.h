#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "tests/simulation/choices.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

/// What goes wrong with the machine that the bridge runs on: its disk, its clock, its power. It
/// lives as long as the world.
class Machine {
 public:
  explicit Machine(World& world) : world_(world) {}

  /// False: that is no act of the machine's. `runs`: the bridge does.
  bool act(const Act& one, bool runs);
  /// The bridge is about to start: what somebody does to its files meanwhile is done; a crash that
  /// was planned for that comes within it.
  void starting();
  /// The bridge is about to have its turn: a crash may come before it.
  void turn();
  /// No crash is planned any more, but for one within the next start.
  void disarm();
  /// The disk works again once its time of trouble is over.
  void repair_in_time();
  /// How long until then; nullopt: it works.
  std::optional<std::chrono::nanoseconds> next() const;
  /// A crash, or the end of the disk's trouble, is still to come.
  bool has_plans() const { return armed_ || repaired_at_; }
  /// The disk may fail until it is repaired.
  bool is_failing() const { return repaired_at_.has_value(); }
  /// All is well from here on, and the clock is right.
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
  Crash planned_ = Crash::kill;  // by turn()
  bool armed_ = false;
  std::uint64_t crash_after_ = 0;  // turns
  std::optional<std::pair<std::uint64_t, Crash>> start_crash_;
  std::optional<std::uint64_t> lost_segment_;            // by these numbers, before the next start
  std::optional<std::chrono::nanoseconds> repaired_at_;  // age of the world
};

}  // namespace alarum::simulation
