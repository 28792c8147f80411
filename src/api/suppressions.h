#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/change_log.h"

namespace alarum::api {

/// Which firing alerts became suppressed, or no longer are, since the look before. Silences,
/// inhibit rules and mute times change no alert, so nothing reports these changes; they are found
/// by going over all alerts now and then. About 40 bytes an alert. One thread at a time.
class Suppressions {
 public:
  /// A firing alert, and a digest of what suppresses it.
  struct Look {
    std::string id;
    alert::ActiveAlerts::Id place;
    std::uint64_t digest = 0;
  };

  /// Forgets everything; the next sweep reports nothing.
  void forget() { known_.clear(), seen_.clear(), complete_ = false; }
  /// One alert of a sweep. Reports it in `changed` if its digest differs from the last sweep's, or
  /// if that did not have it.
  void look(const Look& one, std::vector<ChangeLog::Entry>& changed);
  /// The sweep has seen all alerts.
  void end();
  /// Whether a whole sweep was made since forget().
  bool complete() const { return complete_; }

 private:
  // By the digest of the alert's id
  std::unordered_map<std::uint64_t, std::uint64_t> known_, seen_;
  bool complete_ = false;
};

/// Whether the next sweep is due, `rounds` half seconds after the last one over `alerts` alerts.
/// `cause`: something changed that may suppress alerts. A sweep costs the engine about 3 µs an
/// alert, so it may take 3 % of its time.
bool is_sweep_due(std::size_t rounds, std::size_t alerts, bool cause);

}  // namespace alarum::api
