#include "correlate/fault_recovery_matcher.h"

#include <algorithm>

#include "correlate/keys.h"

namespace alarum::correlate {
namespace {

bool ends_fault(const Report& fault, const Report& recovery) {
  const bool same = fault.sender == recovery.sender;
  const bool before = recovery.when + (same ? Duration::zero() : kLateness) < fault.when;
  return !before || (same && recovery.said >= fault.said);
}

// Of a fault that arrived after the recovery. What has no time of its own has that of its arrival,
// which all events of one request share, and clocks of senders often tell whole seconds. So equal
// times say nothing, and the order of arrival decides, unless the fault was on its way for long.
bool is_older(const Report& fault, const Report& recovery) {
  if (fault.when != recovery.when) return fault.when < recovery.when;
  return fault.when != fault.arrived && fault.arrived >= recovery.arrived + kSameMoment;
}

}  // namespace

bool FaultRecoveryMatcher::is_over(const Id& id, const Report& fault) const {
  const auto found = recoveries_.find(id);
  if (found == recoveries_.end()) return false;
  const auto& recovery = found->second;
  return is_older(fault, recovery) &&
         (fault.sender != recovery.sender || fault.said <= recovery.said) &&
         fault.arrived <= recovery.arrived + kLateness;
}

bool FaultRecoveryMatcher::fault_counts(const Id& id, const Report& fault, bool part) {
  if (is_over(id, fault)) return false;
  if (part && !recoveries_.empty()) {
    const auto over = [&](std::string_view whole) {
      return is_over({id.first, std::string(whole)}, fault);
    };
    if (std::ranges::any_of(wholes_of(id.second), over)) return false;
  }
  const auto [found, fresh] = faults_.try_emplace(id, fault);
  if (fresh) ++open_[id.first];
  if (found->second.when < fault.when) found->second = fault;
  return true;
}

void FaultRecoveryMatcher::forget_fault(const Id& id) {
  if (faults_.erase(id) == 0) return;
  if (const auto open = open_.find(id.first); --open->second == 0) open_.erase(open);
}

std::size_t FaultRecoveryMatcher::faults_of(const std::string& rule) const {
  const auto found = open_.find(rule);
  return found == open_.end() ? 0 : found->second;
}

void FaultRecoveryMatcher::note(const Id& id, const Report& recovery) {
  const auto [place, first] = recoveries_.try_emplace(id, recovery);
  if (place->second.when <= recovery.when) place->second = recovery;
  if (first) expiry_.emplace(recovery.arrived + kLateness, id);
}

bool FaultRecoveryMatcher::recovery_counts(const Id& id, const Report& recovery) {
  note(id, recovery);
  const auto fault = faults_.find(id);
  if (fault == faults_.end() || !ends_fault(fault->second, recovery)) return false;
  forget_fault(id);
  return true;
}

std::vector<std::string> FaultRecoveryMatcher::recovered(const Id& id, const Report& recovery) {
  std::vector<std::string> ended;
  if (recovery_counts(id, recovery)) ended.push_back(id.second);
  const auto parts = parts_of(id.second);
  if (parts.empty()) return ended;
  for (auto fault = faults_.lower_bound({id.first, parts});
       fault != faults_.end() && fault->first.first == id.first &&
       fault->first.second.starts_with(parts);) {
    const auto& [part, report] = *fault++;
    if (!ends_fault(report, recovery)) continue;
    ended.push_back(part.second);
    forget_fault(Id(part));
  }
  return ended;
}

void FaultRecoveryMatcher::expire(Time now) {
  while (!expiry_.empty() && expiry_.begin()->first < now) {
    const auto id = std::move(expiry_.extract(expiry_.begin()).mapped());
    const auto recovery = recoveries_.find(id);
    if (recovery == recoveries_.end()) continue;
    const auto expires = recovery->second.arrived + kLateness;
    if (expires < now)
      recoveries_.erase(recovery);
    else
      expiry_.emplace(expires, id);  // it was repeated
  }
}

void FaultRecoveryMatcher::restore(State state) {
  faults_ = std::move(state.faults);
  recoveries_ = std::move(state.recoveries);
  expiry_.clear();
  open_.clear();
  for (const auto& [id, fault] : faults_) ++open_[id.first];
  for (const auto& [id, recovery] : recoveries_) expiry_.emplace(recovery.arrived + kLateness, id);
}

}  // namespace alarum::correlate
