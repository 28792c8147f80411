#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/result.h"
#include "base/time.h"
#include "config/config.h"

namespace alarum::app {

/// What came of the newest reload. Immutable: the next one puts another in its place.
struct ReloadState {
  bool successful = true;  ///< also from the start until the first reload
  Time success{};          ///< wall clock of the last start or reload that worked
  /// Why the newest one was refused, of which nothing was taken; empty: it was not
  Error fault{};
  /// Keys that stand in the config with other values than those in force, until the next start
  std::vector<std::string> restart;
};

/// The keys that take effect only at a start, by name, each with its value as a text. What a reload
/// replaces is none of them.
using StartKeys = std::vector<std::pair<std::string, std::string>>;
StartKeys start_keys(const config::Config& config);

/// `limits.body (8MiB, on disk 16MiB)` of each that differs. Both were made by start_keys().
std::vector<std::string> changed_keys(const StartKeys& in_force, const StartKeys& on_disk);

/// A line of the log each, with its place: errors as errors, warnings as warnings; the first 100,
/// and how many more.
void log_faults(const Diagnostics& faults);

}  // namespace alarum::app
