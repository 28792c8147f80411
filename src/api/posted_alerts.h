#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "alert/posted.h"
#include "base/result.h"

namespace alarum::api {

/// The alerts in a body of `POST /api/v2/alerts`, read by Alertmanager's rules: labels with empty
/// values are dropped, and a time in the year 1 counts as missing.
struct PostedAlerts {
  std::vector<alert::Posted> alerts;  ///< the valid ones
  std::vector<std::string> faults;    ///< one of each other, the first hundred in words
};
/// Errors: `bad_json`: the body is no JSON array of objects; `too_many_items`.
Result<PostedAlerts> parse_posted(std::string_view body, Time now,
                                  Duration timeout = alert::kResolveTimeout);

}  // namespace alarum::api
