#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::config {

/// Every key that may be at the top of a config file, those included that are known only to be
/// refused with a good message.
std::vector<std::string> config_keys();

/// Whether a YAML or JSON text is a config file and not a rule file. It decides by the keys at the
/// top and works on texts with faults too, as far as their lines begin with keys. `rules` alone
/// means a config if it lists paths, and a rule file if it lists rules.
bool looks_like_config(std::string_view text);

}  // namespace alarum::config
