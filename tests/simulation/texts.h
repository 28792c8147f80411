#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/load.h"

namespace alarum::simulation {

/// Rules and configs of the catalogue, each compiled once a process and shared by all lives. One
/// thread.
class Texts {
 public:
  /// What `app::load` would make of these two texts. `faults`: none yet.
  std::optional<app::Loaded> load(const std::string& rules, const std::string& config,
                                  Diagnostics& faults);
  /// The rules of a stored generation, by the hash that they had then. False: they do not load.
  bool adopt(const std::string& hash, const std::string& stored);
  /// By the hash of its text; nullptr: not seen so far.
  std::shared_ptr<const match::Generation> compiled(const std::string& hash) const;

 private:
  std::map<std::string, std::shared_ptr<const match::Generation>> generations_;  // by the YAML
  std::map<std::string, std::shared_ptr<const match::Generation>> by_hash_;
  std::map<std::string, config::Config> configs_;
  std::map<std::pair<std::string, std::string>, Diagnostics> faults_;  // by rules and config
};

}  // namespace alarum::simulation
