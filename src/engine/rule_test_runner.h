#pragma once
#include <memory>

#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::engine {

/// Runs one test: its events through an Engine of its own, then time on until nothing is due within
/// a day (or for `run_on`), and compares every transition with what is expected.
RuleTestResult run_rule_test(const RuleTest& test,
                             std::shared_ptr<const match::Generation> generation);

}  // namespace alarum::engine
