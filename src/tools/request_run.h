#pragma once
#include <memory>
#include <vector>

#include "deliver/target.h"
#include "engine/processor.h"
#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::tools {

/// Who is told: the engine's view and delivery's.
struct Receivers {
  engine::DeliveryConfig outlets;
  std::vector<deliver::Target> targets;
};

/// Runs a test's events through an Engine with its Processor and a book in memory, and what that
/// books through delivery's Queue, on a clock that jumps from one thing due to the next; the
/// receivers answer as the test's `answers` say. Back-off has no jitter (1 s, 2 s, 4 s, …), an
/// answer takes no time and a time-out the target's `timeout`. Compares every request to a webhook
/// with `expect_requests`.
engine::RuleTestResult run_requests(const engine::RuleTest& test,
                                    std::shared_ptr<const match::Generation> generation,
                                    const Receivers& receivers);

}  // namespace alarum::tools
