#pragma once
#include <string>
#include <vector>

#include "tests/simulation/catalogue.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

/// An event that is to be sent, with its id.
struct Draft {
  EventDraft event;
  std::string id;
  bool broken = false;  ///< the item lacks what it must have, and is refused alone
};

/// The request that brings them by that route.
void write(Sent& request, const std::vector<Draft>& drafts);
/// The kinds of input that must be refused whole.
constexpr std::size_t kBadRequests = 5;
void write_bad(Sent& request, std::size_t kind, const Draft& draft);
/// Bytes that one event may have in a simulated life (limits.event).
constexpr std::size_t kMostEvent = 8 << 10;

}  // namespace alarum::simulation
