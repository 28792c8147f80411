#include "api/deprecated_use.h"

#include <chrono>

#include "base/log.h"

namespace alarum::api {
namespace {

constexpr Duration kBetweenLines = std::chrono::hours(1);

}  // namespace

void DeprecatedUse::announce(http::Response& response, const std::string& text, Time now) {
  response.headers.emplace_back("Warning", "299 - \"" + text + '"');
  auto last = logged_.load();
  const auto at = now.time_since_epoch().count();
  if (last != 0 && now - Time(Duration(last)) < kBetweenLines) return;
  if (logged_.compare_exchange_strong(last, at)) log::warn("api", text);
}

}  // namespace alarum::api
