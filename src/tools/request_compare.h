#pragma once
#include <string>
#include <vector>

#include "engine/rule_test.h"

namespace alarum::tools {

/// One request that a scripted receiver got.
struct Request {
  Duration at{};
  std::string target;
  std::uint64_t attempt = 1;
  std::string answer;
  std::string body;
};

/// Expected and got, side by side, in the form of a rule test's difference; empty when every
/// request is as expected.
std::string compare_requests(const std::vector<Request>& seen,
                             const std::vector<engine::RequestExpectation>& wanted);

/// Each place where `got` is not what `wanted` says, as `alerts[0].labels.severity is "major", not
/// "critical"`: of a mapping the members that are written must be there, a list must be as long, a
/// scalar must have the same text.
std::vector<std::string> unlike(const Node& wanted, const Node& got, const std::string& path = "");

}  // namespace alarum::tools
