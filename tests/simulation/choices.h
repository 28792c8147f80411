#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/clock.h"

namespace alarum::simulation {

/// One thing that happens in a life at its time. Each act has a random stream of its own (`seed`),
/// so that a life without some of the acts is otherwise much the same; shrinking relies on that.
struct Act {
  enum class Kind : std::uint8_t {
    // senders
    send,
    repeat,
    forget,
    drop,
    bad_input,
    // operators
    silence,
    expire,
    acknowledge,
    unacknowledge,
    resolve,
    reload,
    bad_reload,
    redrive,
    look,
    restart,
    // faults
    clock_step,
    disk_errors,
    disk_nth,
    disk_full,
    flip,
    receiver_trouble,
    stall,
    kill,
    power_cut,
    lose_segment
  };
  Kind kind = Kind::send;
  std::chrono::nanoseconds at{};  ///< age of the life (SimulatedClock::age())
  std::uint64_t seed = 0;
  std::size_t number = 0;  ///< its place among all acts of its life
};
std::string_view to_text(Act::Kind kind);
/// The kinds that are faults of the world, by the names under which coverage counts them.
std::span<const std::string_view> all_faults();

/// A sender of events.
struct SenderChoice {
  Duration drift{};  ///< how far its clock is ahead of true time
  /// Shares of its events that are late, that are sent twice, that come in another order
  double late = 0, repeats = 0, reorders = 0;
  std::size_t at_once = 1;  ///< requests in flight
  std::size_t batch = 1;    ///< events of a request, at most
  unsigned routes = 1;      ///< a bit for each Route that it uses
};

/// Everything that the seed decides about a life before it begins. Each life has some kinds of
/// faults and not others (swarm testing), because faults of one kind can hide those of another.
struct Choices {
  explicit Choices(std::uint64_t seed);

  std::uint64_t seed;
  std::chrono::nanoseconds span{};  ///< in which the acts lie
  Time begin;                       ///< true time
  std::vector<SenderChoice> senders;
  std::vector<Act> acts;      ///< by time
  std::string rules, config;  ///< names in the catalogue
  /// Name of the stored data folder with which it begins (old.h); empty: with an empty disk
  std::string old;
  // Of the config and the core:
  std::uint64_t segment_size = 64 << 10;
  Duration retention{}, dedup_window{};
  std::uint64_t dedup_max = 0;
  std::uint64_t max_size = 0;
  bool keep_matched = false;
  std::chrono::seconds checkpoint_every{30};
  std::uint64_t checkpoint_records = 1000;
  std::chrono::seconds audit_every{60}, audit_first{}, recovery_checkpoint_every{10};
  std::size_t checkpoint_part = 8 << 10;  ///< bytes of a checkpoint that are saved at once
  std::size_t queue_bytes = 8 << 20;      ///< between journal and engine
  std::size_t deliver_queue = 20'000, deliver_target_queue = 500;
  // Of the disk:
  bool names_reorder = false, tears_sectors = true;
  /// Chance, for each turn, that the system writes unsynced data to disk
  double write_back = 0;
  // Of the scheduler:
  std::vector<double> weights;  ///< how often each part has its turn, relative to the others
  double early = 0;             ///< chance that time passes although a part has work
  /// Chance that time passes when the bridge reads the clock within a turn
  double interrupted = 0;
};

}  // namespace alarum::simulation
