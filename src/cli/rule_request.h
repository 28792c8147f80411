#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

/// Rules of files and folders as a daemon is sent them: `rules`, `tables`, `inventory` and
/// `complete` of a request (docs/http.md). `inventory`: a file in place of the one that the rules
/// name; may be empty. nullopt: the rules do not load; each fault, and each warning, was said on
/// `err`.
std::optional<nlohmann::ordered_json> rule_request(const std::vector<std::string>& paths,
                                                   const std::string& inventory, std::ostream& err);

}  // namespace alarum::cli
