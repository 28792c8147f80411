#pragma once
#include "tests/simulation/checks.h"
#include "tests/simulation/inherit.h"

namespace alarum::simulation {

/// What fired for the older alarum fires on here, or has ended here: under the rule, for the
/// subject, and with the beginning that it had there.
Violations check_old_alerts(const Inherited& old, const AlertsKnown& known);

/// What its book had to deliver has come to the receiver once all is delivered. `lost`: ids of
/// notifications that became dead letters here, or were dropped with their target.
Violations check_old_deliveries(const Inherited& old, const std::vector<Told>& told,
                                const std::set<std::string>& lost);

/// What the receiver that was alive then knows from there: told as the first of all.
std::vector<Told> told_by_old(const Inherited& old, const AlertsKnown& known);

}  // namespace alarum::simulation
