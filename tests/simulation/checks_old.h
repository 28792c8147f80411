#pragma once
#include "tests/simulation/checks.h"
#include "tests/simulation/inherit.h"

namespace alarum::simulation {

// The promises to those who upgrade, for lives that begin with the data folder of an older version.

/// Every alert that fired in the older version still fires or has ended here, with the same rule,
/// subject and beginning.
Violations check_old_alerts(const Inherited& old, const AlertsKnown& known);

/// Every notification that the older version's book had not delivered has reached its receiver once
/// nothing waits any more. `lost`: ids of those that became dead letters here, or were dropped with
/// their target.
Violations check_old_deliveries(const Inherited& old, const std::vector<Told>& told,
                                const std::set<std::string>& lost);

/// What the older version's working receiver knows, as requests that come before all others.
std::vector<Told> told_by_old(const Inherited& old, const AlertsKnown& known);

}  // namespace alarum::simulation
