#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "alert/posted.h"
#include "base/result.h"

namespace alarum::api {

/// The body of `POST /api/v2/alerts`, taken apart by Alertmanager's rules: empty label values are
/// dropped, a time of year 1 is none.
struct PostedAlerts {
  std::vector<alert::Posted> alerts;  ///< the valid ones
  std::vector<std::string> faults;    ///< one of each other, the first hundred in words
};
/// Errors: `bad_json`: the body is no JSON array of objects; `too_many_items`.
Result<PostedAlerts> parse_posted(std::string_view body, Time now,
                                  Duration timeout = alert::kResolveTimeout);

}  // namespace alarum::api
