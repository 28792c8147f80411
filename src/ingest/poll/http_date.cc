#include "ingest/poll/http_date.h"

#include <cctz/time_zone.h>

namespace alarum::ingest {

std::optional<Time> http_date(std::string_view text) {
  std::chrono::time_point<std::chrono::system_clock, cctz::seconds> time;
  if (!cctz::parse("%a, %d %b %Y %H:%M:%S GMT", std::string(text), cctz::utc_time_zone(), &time)) return std::nullopt;
  return Time(std::chrono::duration_cast<Duration>(time.time_since_epoch()));
}

}  // namespace alarum::ingest
