#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace alarum::deliver {

/// Decides which undelivered notifications of one target must wait for which others. Within a group
/// the queue keeps the order. But a reload may move an alert to another group, and then a
/// notification of the new group must wait for what the former group has undelivered about the same
/// alert; otherwise the alert's firing could arrive after its end. Alerts are identified by the
/// fingerprints of their labels, as receivers identify them. Each call costs O(alerts of the
/// notification), over() also O(notifications that wait for it); memory is O(alerts of the
/// undelivered notifications). No clock, no I/O, one thread.
class AlertOrder {
 public:
  /// A notification of `group` about `alerts` (fingerprints) is undelivered from now on. Its
  /// sequence must be above all that were added before.
  void add(std::uint64_t sequence, const std::string& group,
           const std::vector<std::uint64_t>& alerts);
  /// Whether an earlier notification of another group about one of its alerts is undelivered.
  bool waits(std::uint64_t sequence) const;
  /// The notification was delivered or never will be. Returns the groups of which a notification
  /// need not wait any more.
  std::vector<std::string> over(std::uint64_t sequence);

 private:
  struct Undelivered {
    std::string group;
    std::vector<std::uint64_t> alerts;
    std::size_t waits_for = 0;          ///< its entries in `before` lists
    std::vector<std::uint64_t> before;  ///< sequences of those that wait for it
  };
  /// The undelivered notifications about one alert. The next one waits for the newest, if that is
  /// of another group; otherwise for the one that the newest waited for.
  struct TargetQueue {
    std::uint64_t newest = 0, other = 0;  ///< `other`: the newest of a group other than `newest`'s
    std::size_t undelivered = 0;          ///< how many there are
  };

  std::unordered_map<std::uint64_t, Undelivered> undelivered_;  // by sequence
  std::unordered_map<std::uint64_t, TargetQueue> lines_;        // by alert
};

}  // namespace alarum::deliver
