#pragma once
#include <vector>

#include "engine/rule_test.h"

namespace alarum::engine {

/// Reads the `variants` of a test, each as a test of its own (RuleTest::variant): the same events
/// at another pace (`pace`), in another order (`order`), with some lost (`lose`), or without those
/// that fit a pattern (`without`). What a seed chooses is the same on every machine.
/// `expect_people` of a variant replaces those keys of the test's that it names. A variant that
/// changes nothing is an error.
std::vector<RuleTest> read_variants(const Node& node, const RuleTest& test, Diagnostics& out);

}  // namespace alarum::engine
