#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "base/time.h"
#include "config/receiver.h"

namespace alarum::deliver {

/// Where notifications are sent: one integration of a receiver. A value that any thread may copy.
struct Target {
  std::string name;  ///< receiver, kind and number, as the outbox has it: `oncall/webhook/0`
  /// The integration's config. It holds secrets, so it must not be logged or shown.
  std::shared_ptr<const config::Integration> how = std::make_shared<const config::Integration>();
  Duration max_age = std::chrono::hours(24);  ///< older notifications become dead letters
  std::size_t concurrency = 16;               ///< requests at the same time
  std::size_t rate = 0;                       ///< requests in `rate_per`; 0: no limit
  Duration rate_per = std::chrono::minutes(1);
};

/// The target of an integration, with the limits that its config sets.
inline Target target_of(std::string name, const config::Integration& how) {
  return {std::move(name),   std::make_shared<const config::Integration>(how),
          how.retry_max_age, how.concurrency,
          how.rate,          how.rate_per};
}

}  // namespace alarum::deliver
