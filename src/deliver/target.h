#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "base/time.h"
#include "config/receiver.h"

namespace alarum::deliver {

/// Where notifications go: one integration of a receiver, by the name that stands in the outbox.
struct Target {
  std::string name;  ///< `oncall/webhook/0`
  /// Holds secrets: shown nowhere
  std::shared_ptr<const config::Integration> how = std::make_shared<const config::Integration>();
  Duration max_age = std::chrono::hours(24);  ///< what is older goes to the dead letters
  std::size_t concurrency = 16;               ///< requests at once
  std::size_t rate = 0;                       ///< requests in `rate_per`; 0: no limit
  Duration rate_per = std::chrono::minutes(1);
};

inline Target target_of(std::string name, const config::Integration& how) {
  return {std::move(name),   std::make_shared<const config::Integration>(how),
          how.retry_max_age, how.concurrency,
          how.rate,          how.rate_per};
}

}  // namespace alarum::deliver
