#pragma once
#include <string>
#include <vector>

#include "deliver/target.h"
#include "model/notification.h"

namespace alarum::deliver {

/// One attempt to make a request: what was frozen, and what depends on its moment (signatures, timestamps).
struct Attempt {
  std::string url;  ///< a secret
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;
};

/// Pure: the same notification at the same moment gives the same attempt.
Attempt attempt_of(const Target& target, const model::Notification& notification, Time now);

}  // namespace alarum::deliver
