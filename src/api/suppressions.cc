#include "api/suppressions.h"

#include <algorithm>

#include "base/hash.h"

namespace alarum::api {

void Suppressions::look(const Look& one, std::vector<ChangeLog::Entry>& changed) {
  const auto name = fnv1a(one.id);
  seen_.insert_or_assign(name, one.digest);
  if (!complete_) return;
  const auto known = known_.find(name);
  if (known != known_.end() && known->second == one.digest) return;
  changed.push_back({ChangeLog::Kind::alert, one.id, one.place});
}

void Suppressions::end() {
  known_ = std::exchange(seen_, {});
  complete_ = true;
}

bool is_sweep_due(std::size_t rounds, std::size_t alerts, bool cause) {
  constexpr std::size_t kSoon = 2, kLater = 20, kAlertsARound = 5'000;
  return rounds >= std::max(cause ? kSoon : kLater, alerts / kAlertsARound);
}

}  // namespace alarum::api
