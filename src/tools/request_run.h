#pragma once
#include <memory>
#include <vector>

#include "deliver/target.h"
#include "engine/processor.h"
#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::tools {

/// Who is notified: the engine's view and delivery's.
struct Receivers {
  engine::DeliveryConfig outlets;
  std::vector<deliver::Target> targets;
};

/// Runs a test's events through an Engine with its Processor and a book in memory, and the
/// notifications through delivery's Queue, on a clock that jumps to the next thing that is due. No
/// request leaves the process: receivers answer as the test's `answers` say. Back-off has no jitter
/// (1 s, 2 s, 4 s, …); an answer takes no time, and a time-out takes the target's `timeout`. Every
/// request to a webhook is compared with `expect_requests`.
engine::RuleTestResult run_requests(const engine::RuleTest& test,
                                    std::shared_ptr<const match::Generation> generation,
                                    const Receivers& receivers);

}  // namespace alarum::tools
