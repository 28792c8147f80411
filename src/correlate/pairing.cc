#include "correlate/pairing.h"

namespace alarum::correlate {

bool Pairing::fault_counts(const Id& id, const Report& fault) {
  const auto recovery = recoveries_.find(id);
  const bool recovered_already = recovery != recoveries_.end() && fault.when <= recovery->second.when &&
                                 (fault.sender != recovery->second.sender || fault.said <= recovery->second.said) &&
                                 fault.arrived <= recovery->second.arrived + kLateness;
  if (recovered_already) return false;
  const auto [found, fresh] = faults_.try_emplace(id, fault);
  if (fresh) ++open_[id.first];
  if (found->second.when < fault.when) found->second = fault;
  return true;
}

void Pairing::forget_fault(const Id& id) {
  if (faults_.erase(id) == 0) return;
  if (const auto open = open_.find(id.first); --open->second == 0) open_.erase(open);
}

std::size_t Pairing::faults_of(const std::string& rule) const {
  const auto found = open_.find(rule);
  return found == open_.end() ? 0 : found->second;
}

bool Pairing::recovery_counts(const Id& id, const Report& recovery) {
  auto& newest = recoveries_.try_emplace(id, recovery).first->second;
  if (newest.when <= recovery.when) newest = recovery;
  expiry_.emplace(recovery.arrived + kLateness, id);
  const auto fault = faults_.find(id);
  if (fault == faults_.end()) return false;
  const bool same = fault->second.sender == recovery.sender;
  const bool before = recovery.when + (same ? Duration::zero() : kLateness) < fault->second.when;
  if (before && (!same || recovery.said < fault->second.said)) return false;
  forget_fault(id);
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
  open_.clear();
  for (const auto& [id, fault] : faults_) ++open_[id.first];
  for (const auto& [id, recovery] : recoveries_) expiry_.emplace(recovery.arrived + kLateness, id);
}

}  // namespace alarum::correlate
