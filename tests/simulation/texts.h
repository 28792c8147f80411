#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/load.h"

namespace alarum::simulation {

/// Compiles rules and configs of the catalogue once in a process, for all lives; compiling them for
/// each start would take most of the time. One thread.
class Texts {
 public:
  /// The same as app::load() of these two texts. `faults`: must be empty.
  std::optional<app::Loaded> load(const std::string& rules, const std::string& config,
                                  Diagnostics& faults);
  /// Compiles the rules of a generation that an older version has stored under that hash. False if
  /// they do not compile.
  bool adopt(const std::string& hash, const std::string& stored);
  /// The rules with that hash; nullptr if they were not compiled yet.
  std::shared_ptr<const match::Generation> compiled(const std::string& hash) const;

 private:
  std::map<std::string, std::shared_ptr<const match::Generation>> generations_;  // by the YAML
  std::map<std::string, std::shared_ptr<const match::Generation>> by_hash_;
  std::map<std::string, config::Config> configs_;
  std::map<std::pair<std::string, std::string>, Diagnostics> faults_;  // by rules and config
};

}  // namespace alarum::simulation
