#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/routes.h"
#include "app/load.h"

namespace alarum::app {

/// What the core needs from the process around it: config files, sockets, sources. The Bridge
/// provides them; the simulator provides its own. Each may be empty. Those without another remark
/// are called on the thread of Reloads.
struct Doors {
  /// Reads config and rules as they are on disk now. `sent`: use this inventory in place of the
  /// stored one. Every fault goes to `faults`; nullopt if there is an error among them.
  std::function<std::optional<Loaded>(Diagnostics& faults, const SentInventory* sent)> load;
  /// Called before the reload record is written: opens what the reload needs (certificates, ports),
  /// and changes nothing that is in force. An error rejects the reload.
  std::function<Result<void>(Loaded& loaded)> prepare;
  /// Called when the reload is in force: puts what was prepared in force. Must not fail.
  std::function<void(const config::Config& config)> adopt;
  /// The text of the metrics page; any thread
  std::function<std::string(const std::optional<api::EngineNumbers>&)> metrics;
  /// What is wrong with sources, a sentence each; any thread.
  std::function<std::vector<std::string>()> source_faults;
  std::function<std::uint64_t()> missing_files;  ///< see provide_descriptors(); any thread
};

}  // namespace alarum::app
