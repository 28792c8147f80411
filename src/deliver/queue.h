#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "deliver/alert_order.h"
#include "deliver/target.h"
#include "deliver/wall_steps.h"
#include "deliver/window.h"
#include "model/notification.h"
#include "receivers/verdict.h"

namespace alarum::deliver {

using receivers::Verdict;

/// The moment of a call. What waits here ages by the monotonic clock; how old it was when it came
/// the wall clock says (WallSteps).
struct Moment {
  std::chrono::nanoseconds monotonic{};
  Time wall;
};

/// What waits for delivery, and when each may go. Order is kept within (target, group): at most one
/// of a group is in flight and the others wait behind it, so resolved never overtakes firing, and
/// one body that always fails delays nobody else. Where a reload moved an alert to another group,
/// that one waits for what the former group has undelivered about the alert (AlertOrder). Behind a
/// rate limit what waits for a target becomes one digest, which is taken apart when the target does
/// not take it, until what it does not take is by itself; while a target is down, what waits in a
/// group becomes one notification of the newest states. Pure: no clock, no I/O, one thread.
class Queue {
 public:
  using Merge = std::function<std::optional<model::Notification>(
      const std::vector<const model::Notification*>& parts)>;
  struct Options {
    Duration backoff_first = std::chrono::seconds(1);  ///< doubled with each attempt
    Duration backoff_most = std::chrono::minutes(5);
    /// Failures in a row after which a target gets one request at a time
    int trips_after = 5;
    std::function<double()> random;    ///< [0, 1): full jitter
    Merge merge;                       ///< none: nothing is merged
    std::size_t most_merged = 20'000;  ///< notifications in one digest
  };
  explicit Queue(Options options) : options_(std::move(options)) {}

  /// What the clocks showed, now or a moment ago: a step back and forth between two other calls
  /// would be seen by nobody.
  void see_clocks(Moment moment) { steps_.see(moment.monotonic, moment.wall); }
  /// Replaces all targets. What waits for one that is gone becomes dead (`target_gone`).
  std::vector<model::Receipt> set_targets(const std::vector<Target>& targets, Moment now);
  /// A receipt at once when its target is not there, and of what is dropped: the end of a built-in
  /// alert that its target never heard of, and what waits of that alert. `given`: when it was
  /// handed over: its stamp is read by the wall clock of then.
  std::vector<model::Receipt> add(model::Notification notification, Moment given, Moment now);

  /// What may be sent now; it is in flight until done(). What has grown too old meanwhile goes to
  /// `dead`. The pointer holds until done().
  const model::Notification* next(Moment now, std::vector<model::Receipt>& dead);
  /// What was given by next() under this number and is in flight.
  const model::Notification& flying(std::uint64_t sequence) const;
  /// The end of an attempt: a receipt for each notification that it stood for. None: it will be
  /// tried again.
  std::vector<model::Receipt> done(std::uint64_t sequence, const Verdict& verdict, Moment now);

  /// A receipt (`waiting`) for each notification that attempts stood for which will be made again,
  /// since the last call.
  std::vector<model::Receipt> retried() { return std::exchange(retried_, {}); }

  /// How long until something may be sent; nullopt: nothing waits for time to pass.
  std::optional<std::chrono::nanoseconds> next_wait(Moment now) const;
  std::size_t size() const { return size_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  /// Whether anything of this target waits or is in flight.
  bool idle(const std::string& target) const;
  /// A paused target is sent nothing; what is in flight ends.
  void pause(const std::string& target, bool paused);
  std::size_t in_flight(const std::string& target) const;
  /// Notifications that stood for several.
  std::uint64_t merged() const { return merged_; }
  /// A target that took nothing since its first failure behind what it took last.
  struct Failing {
    std::string target;
    Moment since;
    std::string detail, answer;  ///< of the newest failure, as Verdict's
    /// It was asked for built-in alerts alone, of which none is to be about itself
    bool only_own = false;
  };
  /// Each of them. One for which nothing waits, and that was not asked for a day, is not known to
  /// fail any more.
  std::vector<Failing> failing(Moment now) const;
  /// Targets that are asked one request at a time.
  std::size_t open_circuits() const;

 private:
  using Outcome = model::Receipt::Outcome;
  using Nanoseconds = std::chrono::nanoseconds;
  // No group is called that: it stands for several
  static constexpr std::string_view kDigest = "\x01 digest";

  struct Entry {
    model::Notification notification;
    std::uint32_t attempts = 0;
    /// Sequences and ids of those it stands for; empty: itself
    std::vector<std::pair<std::uint64_t, std::string>> replaces;
    /// By the monotonic clock, before its beginning too; of several the first.
    Nanoseconds made{};
    /// What collapse() made it of, for when some of that is too old; empty: it is itself.
    std::vector<Entry> parts = {};
  };
  struct Group {
    std::deque<Entry> entries;
    std::chrono::nanoseconds not_before{};
    bool held = false;  ///< its head is in flight, or it waits for the line's digest, or `behind`
    /// Its head waits for another group's notification about one of its alerts
    bool behind = false;
    bool alone = false;  ///< the target did not take its head by itself: it would spoil a digest
  };
  /// Several groups in one notification. It stays as it is until it is over or taken apart.
  struct Digest {
    Entry entry;
    std::vector<std::pair<std::string, std::deque<Entry>>> groups;
    std::chrono::nanoseconds not_before{};
    bool flying = false;
  };
  // Not before, sequence, group
  using Ready = std::tuple<std::chrono::nanoseconds, std::uint64_t, std::string>;
  struct TargetQueue {
    Target target;
    bool gone = false;
    bool paused = false;
    std::size_t in_flight = 0;
    /// Groups that the next digest may hold: halved when one is taken apart, doubled by what is
    /// delivered
    std::size_t together = SIZE_MAX;
    std::chrono::nanoseconds no_digest_before{};  ///< what waits could not be merged a moment ago
    int refused_alone = 0;  ///< heads in a row that were refused for good, each by itself
    int failures = 0;       ///< in a row, of different groups
    std::string failed;     ///< the group of the last one
    std::chrono::nanoseconds not_before{};
    Window window;
    std::map<std::string, Group> groups;
    AlertOrder order;       // of all that waits and is in flight
    std::set<Ready> ready;  // heads of groups that are not held
    std::optional<Digest> digest;
    std::optional<Failing> trouble;
    std::chrono::nanoseconds newest_failure{};
    /// built-in alerts of which a firing was delivered and no end so far
    std::set<std::string> heard;
    std::size_t waiting = 0;  // entries of groups that are not held
  };

  std::size_t limit(const TargetQueue& line) const {
    return down(line) ? 1 : line.target.concurrency;
  }
  bool down(const TargetQueue& line) const { return line.failures >= options_.trips_after; }
  const model::Notification* next_of(const std::string& name, TargetQueue& line, Moment now);
  const model::Notification* send_digest(const std::string& name, TargetQueue& line, Moment now);
  const model::Notification* fly_head(const std::string& name, TargetQueue& line, Moment now);
  bool form_digest(TargetQueue& line, Moment now);
  void collapse(TargetQueue& line, Group& group);
  static std::size_t free_entries(const TargetQueue& line, const Group& group);
  void bury_old(TargetQueue& line, Moment now, std::vector<model::Receipt>& dead);
  bool bury_heads(TargetQueue& line, const std::string& key, Moment now,
                  std::vector<model::Receipt>& dead);
  void split_head(TargetQueue& line, const std::string& key, Group& group);
  static bool is_own(const std::string& key) { return key.starts_with(model::kOwnGroups); }
  static void note_heard(TargetQueue& line, const Entry& entry);
  void drop_unheard(TargetQueue& line, const std::string& key, Moment now,
                    std::vector<model::Receipt>& into);
  void note_trouble(TargetQueue& line, const std::string& key, const Verdict& verdict, Moment now);
  std::vector<model::Receipt> finish_digest(TargetQueue& line, const Verdict& verdict, Moment now);
  bool divides(const TargetQueue& line, const Verdict& verdict) const;
  void split_digest(TargetQueue& line);
  void adapt_digest_size(TargetQueue& line, const Verdict& verdict);
  std::vector<model::Receipt> end_head(TargetQueue& line, const std::string& key,
                                       const Verdict& verdict, Moment now);
  void note_outcome(TargetQueue& line, const std::string& key, const Entry& entry,
                    const Verdict& verdict, Moment now);
  void make_ready(TargetQueue& line, const std::string& key, Group& group);
  void hold(TargetQueue& line, const std::string& key, Group& group);
  void forget_head(TargetQueue& line, const std::string& key);
  bool too_old(const TargetQueue& line, const Entry& entry, Moment now) const;
  std::chrono::nanoseconds backoff(std::uint32_t attempts, const Verdict& verdict);
  void receipts(const Entry& entry, Outcome outcome, const Verdict& verdict, Time at,
                std::vector<model::Receipt>& into);
  void receipts(const Entry& entry, const Verdict& verdict, Time at,
                std::vector<model::Receipt>& into);
  void release(TargetQueue& line, std::uint64_t sequence);

  const Options options_;
  std::map<std::string, TargetQueue> lines_;
  WallSteps steps_;
  // Sequence → target, group
  std::unordered_map<std::uint64_t, std::pair<std::string, std::string>> in_flight_;
  std::size_t size_ = 0;
  std::uint64_t merged_ = 0;
  std::vector<model::Receipt> retried_;
};

}  // namespace alarum::deliver
