#pragma once
#include <string>
#include <vector>

#include "tests/simulation/catalogue.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

/// An event that will be sent, with its id.
struct Draft {
  EventDraft event;
  std::string id;
  bool broken = false;  ///< it lacks a required attribute, and must be rejected alone
};

/// Fills in path, headers, body and events of a request by its route.
void write(Sent& request, const std::vector<Draft>& drafts);
/// How many kinds of requests there are that must be rejected as a whole.
constexpr std::size_t kBadRequests = 5;
/// Fills in such a request. `kind`: below kBadRequests.
void write_bad(Sent& request, std::size_t kind, const Draft& draft);
/// Bytes that one event may have in a simulated life (limits.event).
constexpr std::size_t kMostEvent = 8 << 10;

}  // namespace alarum::simulation
