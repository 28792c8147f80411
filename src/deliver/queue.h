#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "deliver/target.h"
#include "deliver/verdict.h"
#include "model/notification.h"

namespace alarum::deliver {

/// The moment of a call: ages are measured by the wall clock, waits by the other.
struct Moment {
  std::chrono::nanoseconds monotonic{};
  Time wall;
};

/// What waits for delivery, and when each may go. Order is kept within (target, group): at most one of a group is in
/// flight and the others wait behind it, so resolved never overtakes firing, and one body that always fails delays
/// nobody else. Pure: no clock, no I/O, one thread.
class Queue {
 public:
  struct Options {
    Duration backoff_first = std::chrono::seconds(1);  ///< doubled with each attempt
    Duration backoff_most = std::chrono::minutes(5);
    int trips_after = 5;             ///< failures in a row after which a target gets one request at a time
    std::function<double()> random;  ///< [0, 1): full jitter
  };
  explicit Queue(Options options) : options_(std::move(options)) {}

  /// Replaces all targets. What waits for one that is gone becomes dead (`target_gone`).
  std::vector<model::Receipt> set_targets(const std::vector<Target>& targets, Moment now);
  /// A receipt at once when its target is not there.
  std::optional<model::Receipt> add(model::Notification notification, Moment now);

  /// What may be sent now; it is in flight until done(). What has grown too old meanwhile goes to `dead`. The pointer
  /// holds until done().
  const model::Notification* next(Moment now, std::vector<model::Receipt>& dead);
  /// The end of an attempt. No receipt: it will be tried again.
  std::optional<model::Receipt> done(std::uint64_t sequence, const Verdict& verdict, Moment now);

  /// How long until something may be sent; nullopt: nothing waits for time to pass.
  std::optional<std::chrono::nanoseconds> next_wait(Moment now) const;
  std::size_t size() const { return size_; }
  std::size_t in_flight() const { return in_flight_.size(); }

 private:
  struct Entry {
    model::Notification notification;
    std::uint32_t attempts = 0;
  };
  struct Group {
    std::deque<Entry> entries;
    std::chrono::nanoseconds not_before{};
  };
  using Ready = std::tuple<std::chrono::nanoseconds, std::uint64_t, std::string>;  // not before, sequence, group
  struct Line {
    Target target;
    bool gone = false;
    std::size_t in_flight = 0;
    int failures = 0;
    std::map<std::string, Group> groups;
    std::set<Ready> ready;  // heads of groups that are not in flight

    std::size_t limit(int trips_after) const { return failures >= trips_after ? 1 : target.concurrency; }
  };

  void make_ready(Line& line, const std::string& key, Group& group);
  void forget_head(Line& line, const std::string& key);
  std::chrono::nanoseconds backoff(const Entry& entry, const Verdict& verdict);
  static model::Receipt receipt(const Entry& entry, model::Receipt::Outcome outcome, std::string detail, Time at);

  const Options options_;
  std::map<std::string, Line> lines_;
  std::unordered_map<std::uint64_t, std::pair<std::string, std::string>> in_flight_;  // sequence → target, group
  std::size_t size_ = 0;
};

}  // namespace alarum::deliver
