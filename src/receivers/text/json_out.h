#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace alarum::receivers {

using Json = nlohmann::ordered_json;

/// Compact; what is not UTF-8 becomes U+FFFD.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace alarum::receivers
