#include "tests/simulation/machine.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "journal/segment.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Act::Kind;

constexpr std::array<Operation, 8> kFailing{
    Operation::open,     Operation::write,  Operation::sync,   Operation::allocate,
    Operation::truncate, Operation::rename, Operation::remove, Operation::sync_folder};

}  // namespace

bool Machine::act(const Act& one, bool runs) {
  SeededRandom random(one.seed);
  switch (one.kind) {
    case Kind::clock_step:
      step_clock(random);
      return true;
    case Kind::disk_errors:
      fail_often(random);
      return true;
    case Kind::disk_nth:
      fail_once(random);
      return true;
    case Kind::disk_full:
      fill_disk(random);
      return true;
    case Kind::flip:
      flip(random);
      return true;
    case Kind::lose_segment:
      lost_segment_ = one.seed;
      return true;
    case Kind::stall:
      stall(random);
      return true;
    case Kind::kill:
      plan_crash(Crash::kill, random, runs);
      return true;
    case Kind::power_cut:
      plan_crash(Crash::power_cut, random, runs);
      return true;
    default:
      return false;
  }
}

void Machine::starting() {
  if (lost_segment_) {
    SeededRandom random(*lost_segment_);
    lose_segment(random);
    lost_segment_.reset();
  }
  if (!start_crash_) return;
  world_.disk.crash_at(world_.disk.operations() + start_crash_->first, start_crash_->second);
  armed_ = true;  // the start may do less than that: then it comes later
  start_crash_.reset();
}

void Machine::turn() {
  if (crash_after_ > 0 && --crash_after_ == 0) world_.disk.crash(planned_);
}

void Machine::disarm() {
  world_.disk.crash_at(~std::uint64_t{0}, Crash::kill);
  crash_after_ = 0;
  armed_ = false;
}

void Machine::repair_in_time() {
  if (repaired_at_ && world_.clock.age() >= *repaired_at_) repair();
}

std::optional<std::chrono::nanoseconds> Machine::next() const {
  if (!repaired_at_) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(0ns, *repaired_at_ - world_.clock.age());
}

void Machine::be_kind() {
  repair();
  disarm();
  start_crash_.reset();
  lost_segment_.reset();
  const auto by = world_.clock.stepped();
  if (by.count() == 0) return;
  world_.clock.step_wall(-by);
  world_.history.clock_steps.push_back({world_.clock.true_time(), -by});
}

void Machine::step_clock(SeededRandom& random) {
  static constexpr std::array<std::int64_t, 5> kMost{2, 60, 600, 7200, 90000};
  const auto by = std::chrono::seconds(random.between(1, kMost[random.below(kMost.size())])) *
                  (random.chance(0.5) ? 1 : -1);
  world_.clock.step_wall(by);
  world_.history.clock_steps.push_back({world_.clock.true_time(), by});
  world_.happened(by.count() > 0 ? "clock_forward" : "clock_back",
                  format_duration(by.count() > 0 ? Duration(by) : Duration(-by)));
}

void Machine::fail_often(SeededRandom& random) {
  const auto operation = kFailing[random.below(kFailing.size())];
  world_.disk.set_fail_rate(operation, random.chance(0.3) ? 1.0 : 0.3 * random.share());
  repaired_at_ = world_.clock.age() + std::chrono::seconds(random.between(1, 90));
}

void Machine::fail_once(SeededRandom& random) {
  const auto operation = kFailing[random.below(kFailing.size())];
  repaired_at_ = world_.clock.age() + std::chrono::seconds(random.between(5, 60));
  // Room is made for a segment at a time, and segments are few.
  const bool rare = operation == Operation::allocate;
  if (rare) repaired_at_ = world_.clock.age() + world_.choices.span / 2;
  const auto most = operation == Operation::write ? 60 : 12;
  world_.disk.fail_nth(operation, rare ? 1 : 1 + random.below(most));
}

void Machine::fill_disk(SeededRandom& random) {
  world_.disk.set_capacity(world_.disk.used() + random.below(60'000));
  repaired_at_ = world_.clock.age() + std::chrono::seconds(random.between(5, 200));
}

void Machine::flip(SeededRandom& random) {
  const auto damage =
      world_.disk.damage_old(random.below(200), SimulatedDisk::only(Place::segments) |
                                                    SimulatedDisk::only(Place::checkpoints) |
                                                    SimulatedDisk::only(Place::generations));
  if (!damage) return;
  world_.history.damaged = true;
  note_damaged_tail(damage->path);
  world_.history.flips.push_back({world_.clock.true_time(), damage->path, damage->position});
  world_.happened("flip", damage->path + ": " + std::to_string(damage->position));
}

// The newest frame has the newest stamp, in the newest segment.
void Machine::note_damaged_tail(const std::string& path) {
  const auto& records = world_.history.records;
  if (records.empty() || !path.starts_with("/data/segments/")) return;
  for (const auto& other : world_.disk.paths()) {
    if (other.starts_with("/data/segments/") && other > path) return;
  }
  const auto first = std::ranges::find(records, records.back().at, &model::Record::at);
  world_.history.damaged_tails.emplace_back(first->offset, records.back().offset + 1);
}

// In both forms where a crash has left both. Of the newest one's records those that the book and
// the checkpoints have not come to are gone without a trace: others get their offsets.
void Machine::lose_segment(SeededRandom& random) {
  auto& history = world_.history;
  if (history.records.empty()) return;
  std::map<std::uint64_t, std::vector<std::string>> segments;  // by number: their files
  std::uint64_t newest = 0;
  for (const auto& path : world_.disk.paths()) {
    const auto name = path.starts_with("/data/segments/")
                          ? journal::SegmentName::parse(path.substr(path.rfind('/') + 1))
                          : std::nullopt;
    if (!name) continue;
    segments[name->number].push_back(path);
    if (name->first_offset <= history.records.back().offset)
      newest = std::max(newest, name->number);
  }
  segments.erase(segments.upper_bound(newest), segments.end());
  if (segments.empty()) return;
  const auto lost =
      std::next(segments.begin(), static_cast<std::ptrdiff_t>(random.below(segments.size())));
  for (const auto& path : lost->second) world_.disk.lose(path);
  history.damaged = true;
  // Also where the start that finds that out is cut short
  if (lost->first == newest) history.state_damaged = true;
  world_.happened("lost_segment", lost->second.front());
}

void Machine::stall(SeededRandom& random) {
  const auto from = world_.clock.monotonic();
  world_.clock.advance(std::chrono::milliseconds(random.between(100, 90'000)));
  world_.history.stalls.push_back({from, world_.clock.monotonic()});
  world_.happened("stall", "machine");
}

// At once, at some operation, or between two turns; and perhaps once more within the next start.
void Machine::plan_crash(Crash kind, SeededRandom& random, bool runs) {
  const auto within_start = 1 + random.below(80);
  if (!runs || random.chance(0.25)) start_crash_ = {within_start, kind};
  if (!runs) return;
  disarm();
  planned_ = kind;
  armed_ = true;
  const auto how = random.below(3);
  if (how == 0) world_.disk.crash(kind);
  if (how == 1) world_.disk.crash_at(world_.disk.operations() + 1 + random.below(60), kind);
  if (how == 2) crash_after_ = 1 + random.below(100);
}

void Machine::repair() {
  world_.trace.say(world_.clock, "the disk works again");
  repaired_at_.reset();
  world_.disk.clear_faults();
  world_.disk.set_capacity(~std::uint64_t{0});
}

}  // namespace alarum::simulation
