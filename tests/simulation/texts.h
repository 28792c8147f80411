#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/load.h"

namespace alarum::simulation {

/// Rules and configs of the catalogue, each compiled once a process and shared by all lives. One thread.
class Texts {
 public:
  /// What `app::load` would make of these two texts. The first fault is nowhere cached: broken texts are read each time.
  std::optional<app::Loaded> load(const std::string& rules, const std::string& config, Diagnostics& faults);
  /// By the hash of its text; nullptr: not seen so far.
  std::shared_ptr<const match::Generation> compiled(const std::string& hash) const;

 private:
  std::map<std::string, std::shared_ptr<const match::Generation>> generations_;  // by the YAML
  std::map<std::string, std::shared_ptr<const match::Generation>> by_hash_;
  std::map<std::string, config::Config> configs_;
};

}  // namespace alarum::simulation
