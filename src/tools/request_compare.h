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

/// Compares the requests that a scripted receiver got with those that a test expects, in order.
/// Returns expected and got side by side, as rule tests show differences; empty if every request is
/// as expected.
std::string compare_requests(const std::vector<Request>& seen,
                             const std::vector<engine::RequestExpectation>& wanted);

/// Each place where `got` differs from `wanted`, as `alerts[0].labels.severity is "major", not
/// "critical"`. A mapping may have more members than `wanted` names; a list must have the same
/// length; a scalar must have the same text. `path`: of both nodes, for the messages.
std::vector<std::string> unlike(const Node& wanted, const Node& got, const std::string& path = "");

}  // namespace alarum::tools
