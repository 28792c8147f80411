#include "base/http_date.h"

#include <cctz/time_zone.h>

namespace alarum {

std::optional<Time> http_date(std::string_view text) {
  std::chrono::time_point<std::chrono::system_clock, cctz::seconds> time;
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    if (!cctz::parse(form, std::string(text), cctz::utc_time_zone(), &time)) continue;
    return Time(std::chrono::duration_cast<Duration>(time.time_since_epoch()));
  }
  return std::nullopt;
}

}  // namespace alarum
