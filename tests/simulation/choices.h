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
    send,       ///< a sender sends new events
    repeat,     ///< it sends an acknowledged request again
    forget,     ///< it restarts and forgets what was not answered
    drop,       ///< its next connections will break
    bad_input,  ///< it sends what must be rejected
    // operators
    silence,        ///< an operator makes a silence
    expire,         ///< ends one
    acknowledge,    ///< acknowledges an alert
    unacknowledge,  ///< takes that back
    resolve,        ///< resolves an alert by hand
    reload,         ///< changes rules or config and reloads
    bad_reload,     ///< the same with broken files
    redrive,        ///< sends dead letters again
    look,           ///< reads from the API
    restart,        ///< stops the bridge in order and starts it
    // faults
    clock_step,        ///< the wall clock is stepped
    disk_errors,       ///< a share of the disk's operations fails for a while
    disk_nth,          ///< one operation of the disk fails
    disk_full,         ///< the disk has no room for a while
    flip,              ///< a bit of synced data flips
    receiver_trouble,  ///< receivers fail for a while
    stall,             ///< no part has a turn for a while
    kill,              ///< the process ends without a stop
    power_cut,         ///< the machine ends, and unsynced data is lost
    lose_segment       ///< a segment disappears while the bridge is down
  };
  Kind kind = Kind::send;         ///< what happens
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
  std::uint64_t segment_size = 64 << 10;  ///< bytes; small, so that a life has many segments
  Duration retention{}, dedup_window{};   ///< `journal.retention`, `dedup.window`
  std::uint64_t dedup_max = 0;            ///< `dedup.max`
  std::uint64_t max_size = 0;             ///< `journal.max_size`, in bytes
  bool keep_matched = false;              ///< `journal: {keep: matched}`
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
