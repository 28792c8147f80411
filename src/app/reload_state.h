#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/result.h"
#include "base/time.h"
#include "config/config.h"

namespace alarum::app {

/// The outcome of the newest reload, for metrics and readiness. Immutable; the next reload replaces
/// it.
struct ReloadState {
  bool successful = true;  ///< also from the start until the first reload
  Time success{};          ///< wall clock of the last start or reload that succeeded
  /// Why the newest reload was rejected, of which nothing is in force; empty if it was not
  Error fault{};
  /// Keys whose values in the config file differ from those in force until the next start
  std::vector<std::string> restart;
  std::uint64_t succeeded = 0, failed = 0;            ///< reloads since the start
  std::optional<std::chrono::nanoseconds> took = {};  ///< of the newest reload, whatever its end
};

/// The keys that take effect only at a start, by name, each with its value as text.
using StartKeys = std::vector<std::pair<std::string, std::string>>;
/// The start keys of a config, always the same keys in the same order.
StartKeys start_keys(const config::Config& config);

/// The keys that differ, as `limits.body (8MiB, on disk 16MiB)`. Both arguments were made by
/// start_keys().
std::vector<std::string> changed_keys(const StartKeys& in_force, const StartKeys& on_disk);

/// Logs each fault with its place: errors as errors, warnings as warnings. After the first 100 it
/// logs only how many more there are.
void log_faults(const Diagnostics& faults);

}  // namespace alarum::app
