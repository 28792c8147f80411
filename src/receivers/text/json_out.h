#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace alarum::receivers {

/// Members stay in the order in which they were added, so that equal messages give equal bytes.
using Json = nlohmann::ordered_json;

/// Compact JSON text. Bytes that are not UTF-8 become U+FFFD, so a text of an event cannot make it
/// throw.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace alarum::receivers
