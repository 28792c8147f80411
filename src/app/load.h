#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "match/generation.h"

namespace alarum::app {

/// What the command line says; it goes before the config file, also after a reload.
struct Settings {
  std::string config;              ///< the config file; empty: none
  std::vector<std::string> rules;  ///< empty: as the config says
  std::optional<std::string> data;
  std::optional<std::string> listen;
};

/// Config and rules, read and compiled: all that a start or a reload takes from files.
struct Loaded {
  config::Config config;
  std::shared_ptr<const match::Generation> generation;
};

/// Every fault of every file goes to `out`; nullopt when there is an error.
std::optional<Loaded> load(const Settings& settings, Diagnostics& out);

/// Where the shipped rules stand: `rules/` beside the build, or /usr/share/alarum/rules. nullopt: neither is there.
std::optional<std::string> shipped_rules();

}  // namespace alarum::app
