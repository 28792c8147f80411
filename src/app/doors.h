#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/routes.h"
#include "app/load.h"

namespace alarum::app {

/// What only a process with sockets has, and the core asks for. Each may be empty.
struct Doors {
  /// Config and rules as they stand now; `sent`: with this inventory in place of the stored one.
  /// Every fault goes to `faults`.
  std::function<std::optional<Loaded>(Diagnostics& faults, const SentInventory* sent)> load;
  /// Before a reload: opens what it needs, and changes nothing that is in force. An error refuses
  /// the reload.
  std::function<Result<void>(Loaded& loaded)> prepare;
  /// The reload is in force: so is what was prepared. Must not fail.
  std::function<void(const config::Config& config)> adopt;
  /// The page's text; any thread
  std::function<std::string(const std::optional<api::EngineNumbers>&)> metrics;
  /// What is wrong with sources, a sentence each; any thread.
  std::function<std::vector<std::string>()> source_faults;
  std::function<std::uint64_t()> missing_files;  ///< see provide_descriptors(); any thread
};

}  // namespace alarum::app
