#pragma once
#include <atomic>
#include <string>

#include "base/time.h"
#include "http/handler.h"

namespace alarum::api {

/// Announces that a request used an old name, which still works for one release: in a header of the
/// answer each time, in the log once an hour at most. One object for each old name or group of
/// them; any thread.
class DeprecatedUse {
 public:
  /// `text` says what to use instead. Adds `Warning: 299 - "text"` (RFC 7234, 5.5).
  void announce(http::Response& response, const std::string& text, Time now);

 private:
  std::atomic<Time::rep> logged_{0};  // microseconds since the epoch; 0: not yet
};

}  // namespace alarum::api
