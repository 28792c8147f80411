#pragma once
#include <cstddef>
#include <string>

#include "base/time.h"

namespace alarum::deliver {

/// Where notifications go: one integration of a receiver, by the name that stands in the outbox.
struct Target {
  enum class Kind { webhook, console };
  std::string name;  ///< `oncall/webhook/0`
  Kind kind = Kind::webhook;
  std::string url;                              ///< a secret: shown nowhere
  std::string authorization;                    ///< value of the header; empty: none
  Duration timeout = std::chrono::seconds(10);  ///< of one attempt
  Duration max_age = std::chrono::hours(24);    ///< what is older goes to the dead letters
  std::size_t concurrency = 16;                 ///< requests at once
};

}  // namespace alarum::deliver
