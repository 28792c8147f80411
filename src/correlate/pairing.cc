#include "correlate/pairing.h"

namespace alarum::correlate {

Time effective_time(std::optional<Time> event_time, Time arrival) {
  if (!event_time || *event_time > arrival + kMaxAhead) return arrival;
  return *event_time;
}

bool Pairing::fault_counts(const Id& id, const Report& fault) {
  const auto recovery = recoveries_.find(id);
  const bool recovered_already = recovery != recoveries_.end() && fault.when <= recovery->second.when &&
                                 fault.arrived <= recovery->second.arrived + kLateness;
  if (recovered_already) return false;
  auto& newest = faults_.try_emplace(id, fault).first->second;
  if (newest.when < fault.when) newest = fault;
  return true;
}

bool Pairing::recovery_counts(const Id& id, const Report& recovery) {
  auto& newest = recoveries_.try_emplace(id, recovery).first->second;
  if (newest.when <= recovery.when) newest = recovery;
  expiry_.emplace(recovery.arrived + kLateness, id);
  const auto fault = faults_.find(id);
  if (fault == faults_.end()) return false;
  const auto slack = fault->second.sender == recovery.sender ? Duration::zero() : kLateness;
  if (recovery.when + slack < fault->second.when) return false;
  faults_.erase(fault);
  return true;
}

void Pairing::expire(Time now) {
  while (!expiry_.empty() && expiry_.begin()->first < now) {
    const auto recovery = recoveries_.find(expiry_.begin()->second);
    if (recovery != recoveries_.end() && recovery->second.arrived + kLateness < now) recoveries_.erase(recovery);
    expiry_.erase(expiry_.begin());
  }
}

void Pairing::restore(State state) {
  faults_ = std::move(state.faults);
  recoveries_ = std::move(state.recoveries);
  expiry_.clear();
  for (const auto& [id, recovery] : recoveries_) expiry_.emplace(recovery.arrived + kLateness, id);
}

}  // namespace alarum::correlate
