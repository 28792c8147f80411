#pragma once
#include <functional>
#include <memory>

#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::engine {

/// Runs one test: steps its events through an Engine of its own, then lets time go on for `run_on`,
/// or else until no timer is due within a day. Compares every transition with what is expected;
/// repeats of a firing alert do not count. It is synchronous and can be called on any thread. It
/// throws if the engine cannot step an event, which can only be one that stands for a posted alert
/// and cannot be read. Requests and people are checked elsewhere. `stopped`: asked at each step;
/// once it is true the test ends and has failed, which its difference says.
RuleTestResult run_rule_test(const RuleTest& test,
                             std::shared_ptr<const match::Generation> generation,
                             const std::function<bool()>& stopped = {});

}  // namespace alarum::engine
