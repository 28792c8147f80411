#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/histogram.h"
#include "deliver/alert_order.h"
#include "deliver/target.h"
#include "deliver/wall_steps.h"
#include "deliver/window.h"
#include "model/notification.h"
#include "receivers/verdict.h"

namespace alarum::deliver {

using receivers::Verdict;

/// The time of a call by both clocks. Ages in the queue are measured by the monotonic clock. Only
/// the age that a notification has when it comes is taken from the wall clock (WallSteps).
struct Moment {
  std::chrono::nanoseconds monotonic{};
  Time wall;
};

/// The notifications in memory that wait for delivery, and the decision when each may be sent.
///
/// Order: within (target, group) at most one notification is in flight, and the others wait behind
/// it. So a resolution never overtakes its firing, and a body that always fails delays only its
/// group. If a reload moved an alert to another group, AlertOrder keeps the order.
///
/// Merging: if a target has a rate limit, what waits for it becomes one digest. If the target
/// refuses the digest for its content, it is split until the refused notification is sent alone.
/// While a target is down, the notifications of a group become one with the newest states.
///
/// Failures: the bound of the delay doubles with each attempt, and the delay is random below it
/// (full jitter). No clock, no I/O; the delivery thread owns it.
class Queue {
 public:
  using Merge = std::function<std::optional<model::Notification>(
      const std::vector<const model::Notification*>& parts)>;
  struct Options {
    /// Bound of the first delay, which doubles with each attempt, and its greatest value. A
    /// `Retry-After` may exceed it.
    Duration backoff_first = std::chrono::seconds(1);
    Duration backoff_most = std::chrono::minutes(5);
    /// After so many failures in a row of different groups a target is down: it gets one request at
    /// a time until it accepts one.
    int trips_after = 5;
    std::function<double()> random;    ///< uniform in [0, 1), for the jitter
    Merge merge;                       ///< empty: nothing is merged
    std::size_t most_merged = 20'000;  ///< notifications in a digest at most
  };
  explicit Queue(Options options) : options_(std::move(options)) {}

  /// What the clocks show now, or showed a moment ago. Without these calls a step of the wall clock
  /// forth and back between two other calls would not be noticed.
  void see_clocks(Moment moment) { steps_.see(moment.monotonic, moment.wall); }
  /// Replaces all targets. Notifications that wait for a removed one become dead (`target_gone`);
  /// their receipts are returned.
  std::vector<model::Receipt> set_targets(const std::vector<Target>& targets, Moment now);
  /// Adds a notification that was handed over at `given`; its age is taken by the wall clock of
  /// that moment. Returns receipts of notifications that ended at once: its target is gone, or it
  /// is the end of a built-in alert of which the target was never notified (dropped, with all that
  /// waits of that alert).
  std::vector<model::Receipt> add(model::Notification notification, Moment given, Moment now);

  /// The next notification that may be sent now; nullptr if there is none. It is in flight, and the
  /// pointer is valid, until done(). Receipts of notifications that have become too old are added
  /// to `dead`.
  const model::Notification* next(Moment now, std::vector<model::Receipt>& dead);
  /// A notification that next() has returned and that is still in flight.
  const model::Notification& flying(std::uint64_t sequence) const;
  /// The attempt has ended. Returns a receipt for each stored notification that has ended with it;
  /// none if the attempt will be made again.
  std::vector<model::Receipt> done(std::uint64_t sequence, const Verdict& verdict, Moment now);

  /// The failed attempts since the last call that will be made again: a receipt (`waiting`) for
  /// each stored notification.
  std::vector<model::Receipt> retried() { return std::exchange(retried_, {}); }

  /// How long until something may be sent; nullopt if nothing waits for time to pass.
  std::optional<std::chrono::nanoseconds> next_wait(Moment now) const;
  /// Stored notifications that wait or are in flight; and requests in flight.
  std::size_t size() const { return size_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  /// Whether nothing of this target waits or is in flight.
  bool idle(const std::string& target) const;
  /// While a target is paused, nothing new is sent to it.
  void pause(const std::string& target, bool paused);
  /// Requests in flight to this target.
  std::size_t in_flight(const std::string& target) const;
  /// How many notifications were made out of several, since the start.
  std::uint64_t merged() const { return merged_; }
  /// A target that has failed since it last accepted something.
  struct Failing {
    std::string target;
    Moment since;                ///< of the first failure
    std::string detail, answer;  ///< of the newest failure, as in Verdict
    /// Only built-in alerts were sent to it. They must not raise a built-in alert about themselves.
    bool only_own = false;
  };
  /// All of them. A target for which nothing waits and to which nothing was sent for a day is left
  /// out, because it may work again.
  std::vector<Failing> failing(Moment now) const;
  /// How many targets are down, so that they get one request at a time.
  std::size_t open_circuits() const;
  /// What became of the requests to a target, for people who look at it.
  struct TargetState {
    std::string target;
    std::size_t in_flight = 0;
    bool circuit_open = false;
    std::optional<Time> last_success;  ///< wall clock; since the start
    /// The newest request that was not taken, also when a later one was
    std::optional<Time> last_failure;
    std::string detail, answer;  ///< of that failure, as Verdict's
    /// Since the start: requests that were accepted, and that failed, by to_text(Cause); stored
    /// notifications that have ended.
    std::uint64_t accepted = 0, delivered = 0, dead = 0, dropped = 0;
    std::map<std::string_view, std::uint64_t> failed = {};
    HistogramValues durations = {};  ///< of requests that have ended
  };
  /// Of each target of the config, by name.
  std::vector<TargetState> states() const;
  /// From the making of a notification to its delivery, one count for each stored one; of a merged
  /// one from the making of its first. Any thread.
  const LatencyHistogram& delays() const { return delays_; }

 private:
  using Outcome = model::Receipt::Outcome;
  using Nanoseconds = std::chrono::nanoseconds;
  // In the place of a group's key in in_flight_; no group has this name.
  static constexpr std::string_view kDigest = "\x01 digest";

  // A notification in the queue.
  struct Entry {
    model::Notification notification;
    std::uint32_t attempts = 0;
    /// Sequences and ids of the stored notifications that it replaces; empty: it is stored itself.
    std::vector<std::pair<std::uint64_t, std::string>> replaces;
    /// When it was made, by the monotonic clock; may be before the start. If merged: of the first.
    Nanoseconds made{};
    /// What collapse() made it of, so that it can be split when a part is too old.
    std::vector<Entry> parts = {};
  };
  struct Group {
    std::deque<Entry> entries;
    std::chrono::nanoseconds not_before{};  // monotonic
    bool held = false;  ///< its head is in flight, or is in the digest, or waits (`behind`)
    /// Its head waits for a notification of another group about one of its alerts.
    bool behind = false;
    bool alone = false;  ///< its head was refused for its content, so it stays out of digests
  };
  /// One notification for several groups. It stays unchanged until it ends or is split.
  struct Digest {
    Entry entry;
    std::vector<std::pair<std::string, std::deque<Entry>>> groups;  ///< what it was made of
    std::chrono::nanoseconds not_before{};
    bool flying = false;  ///< it is in flight
  };
  // Not before (monotonic), sequence, group.
  using Ready = std::tuple<std::chrono::nanoseconds, std::uint64_t, std::string>;
  // What belongs to one target.
  struct TargetQueue {
    Target target;
    bool gone = false;  ///< the config does not have it any more
    bool paused = false;
    std::size_t in_flight = 0;
    /// How many groups the next digest may have: halved when a digest is split, doubled by a
    /// delivery.
    std::size_t together = SIZE_MAX;
    std::chrono::nanoseconds no_digest_before{};  ///< merging has failed a moment ago
    int refused_alone = 0;                  ///< how many single notifications were refused in a row
    int failures = 0;                       ///< in a row, of different groups
    std::string failed;                     ///< the group that failed last
    std::chrono::nanoseconds not_before{};  ///< nothing is sent before: slow_down, or down
    Window window;                          ///< for the rate limit
    std::map<std::string, Group> groups;
    AlertOrder order;       ///< of everything that waits or is in flight
    std::set<Ready> ready;  ///< heads of groups that are not held
    std::optional<Digest> digest;
    std::optional<Failing> trouble;
    TargetState seen;  ///< its outcomes, without `durations`
    LatencyHistogram durations;
    std::chrono::nanoseconds newest_failure{};
    /// Built-in alerts whose firing was delivered and whose end was not.
    std::set<std::string> heard;
    std::size_t waiting = 0;  ///< entries of groups that are not held
  };

  // How many requests the target may get at once.
  std::size_t limit(const TargetQueue& line) const {
    return down(line) ? 1 : line.target.concurrency;
  }
  // Each of the next three returns a notification and counts it as in flight; nullptr if the target
  // may not be sent anything now.
  bool down(const TargetQueue& line) const { return line.failures >= options_.trips_after; }
  const model::Notification* next_of(const std::string& name, TargetQueue& line, Moment now);
  const model::Notification* send_digest(const std::string& name, TargetQueue& line, Moment now);
  const model::Notification* fly_head(const std::string& name, TargetQueue& line, Moment now);
  // Merging: a digest of several groups (false if it could not be made), the front of one group.
  bool form_digest(TargetQueue& line, Moment now);
  void collapse(TargetQueue& line, Group& group);
  // How many entries at the front of the group wait for no other group.
  static std::size_t free_entries(const TargetQueue& line, const Group& group);
  // Ending what is too old, or everything if the target is gone.
  void bury_old(TargetQueue& line, Moment now, std::vector<model::Receipt>& dead);
  bool bury_heads(TargetQueue& line, const std::string& key, Moment now,
                  std::vector<model::Receipt>& dead);
  void split_head(TargetQueue& line, const std::string& key, Group& group);
  // A built-in alert that ended before its target was notified of it is dropped.
  static bool is_own(const std::string& key) { return key.starts_with(model::kOwnGroups); }
  static void note_heard(TargetQueue& line, const Entry& entry);
  void drop_unheard(TargetQueue& line, const std::string& key, Moment now,
                    std::vector<model::Receipt>& into);
  // After an attempt.
  void count_request(TargetQueue& line, const Entry& entry, const Verdict& verdict,
                     Nanoseconds took, Moment now);
  void note_trouble(TargetQueue& line, const std::string& key, const Verdict& verdict, Moment now);
  std::vector<model::Receipt> finish_digest(TargetQueue& line, const Verdict& verdict, Moment now);
  bool divides(const TargetQueue& line, const Verdict& verdict) const;
  void split_digest(TargetQueue& line);
  void adapt_digest_size(TargetQueue& line, const Verdict& verdict);
  std::vector<model::Receipt> end_head(TargetQueue& line, const std::string& key,
                                       const Verdict& verdict, Moment now);
  void note_outcome(TargetQueue& line, const std::string& key, const Entry& entry,
                    const Verdict& verdict, Moment now);
  // The hold of a group: make_ready() ends it, hold() begins it, forget_head() removes the head.
  void make_ready(TargetQueue& line, const std::string& key, Group& group);
  void hold(TargetQueue& line, const std::string& key, Group& group);
  void forget_head(TargetQueue& line, const std::string& key);
  bool too_old(const TargetQueue& line, const Entry& entry, Moment now) const;
  // The delay before the next attempt: random below a bound that doubles, at least `retry_after`.
  std::chrono::nanoseconds backoff(std::uint32_t attempts, const Verdict& verdict);
  // Appends a receipt for each stored notification that the entry stands for.
  void receipts(const Entry& entry, Outcome outcome, const Verdict& verdict, Time at,
                std::vector<model::Receipt>& into);
  void receipts(const Entry& entry, const Verdict& verdict, Time at,
                std::vector<model::Receipt>& into);
  // A stored notification has ended: groups that waited for it may go on.
  void release(TargetQueue& line, std::uint64_t sequence);

  const Options options_;
  std::map<std::string, TargetQueue> lines_;
  WallSteps steps_;
  // `group`: kDigest is the target's digest. `since`: monotonic.
  struct InFlight {
    std::string target, group;
    Nanoseconds since;
  };
  std::unordered_map<std::uint64_t, InFlight> in_flight_;  // by sequence
  LatencyHistogram delays_;
  std::size_t size_ = 0;
  std::uint64_t merged_ = 0;
  std::vector<model::Receipt> retried_;  // until retried() is called
};

}  // namespace alarum::deliver
