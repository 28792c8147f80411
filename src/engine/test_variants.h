#pragma once
#include <vector>

#include "engine/rule_test.h"

namespace alarum::engine {

/// The `variants` of a test, each as a test of its own (`variant`): the same events at another
/// pace, in another order, with some lost, without a reporter. What a seed chooses is the same on
/// every machine. A variant's `expect_people` replaces the keys of the test's that it names. A
/// variant that changes nothing is an error.
std::vector<RuleTest> read_variants(const Node& node, const RuleTest& test, Diagnostics& out);

}  // namespace alarum::engine
