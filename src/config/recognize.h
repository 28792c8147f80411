#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::config {

/// Every key that stands at the top of a config file, those that are only known to be refused among
/// them.
std::vector<std::string> config_keys();

/// Whether a YAML or JSON text is a config file rather than a rule file, by its keys at the top;
/// also of a text with faults, as far as its lines begin with keys. `rules` alone is a config's
/// when it lists paths, a rule file's when it lists rules.
bool looks_like_config(std::string_view text);

}  // namespace alarum::config
