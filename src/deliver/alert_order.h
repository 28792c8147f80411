#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace alarum::deliver {

/// Which undelivered notifications of one target wait for which others. A reload moves alerts to
/// other groups, whose order among themselves nobody keeps: what an alert's former group still has
/// undelivered goes first, else its firing would arrive after its end. Alerts are known by the
/// fingerprints of their labels, as receivers know them. Each call costs O(alerts of the
/// notification); memory is O(alerts of the undelivered notifications). Pure, one thread.
class AlertOrder {
 public:
  /// A notification is undelivered from now on. Its sequence is above all that were added before.
  void add(std::uint64_t sequence, const std::string& group,
           const std::vector<std::uint64_t>& alerts);
  /// Whether an earlier one of another group is undelivered that is about one of its alerts.
  bool waits(std::uint64_t sequence) const;
  /// It is delivered, or never will be. The groups in which one waits for nothing more now.
  std::vector<std::string> over(std::uint64_t sequence);

 private:
  struct Undelivered {
    std::string group;
    std::vector<std::uint64_t> alerts;
    std::size_t waits_for = 0;
    std::vector<std::uint64_t> before;  ///< those that wait for it
  };
  /// Whoever comes next waits for the newest, or, as a part of its group, for whom that one waited:
  /// within a group order is kept without us.
  struct TargetQueue {
    std::uint64_t newest = 0, other = 0;  ///< `other`: the newest of another group than `newest`
    std::size_t undelivered = 0;
  };

  std::unordered_map<std::uint64_t, Undelivered> undelivered_;  // by sequence
  std::unordered_map<std::uint64_t, TargetQueue> lines_;        // by alert
};

}  // namespace alarum::deliver
