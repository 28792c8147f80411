#include "api/readiness.h"

#include <fmt/format.h>

#include <algorithm>

namespace alarum::api {

std::vector<ReadinessCheck> Readiness::checks() const {
  std::vector<ReadinessCheck> checks;
  for (const auto& [name, probe] : probes_) checks.push_back({name, probe()});
  return checks;
}

const ReadinessCheck* first_failed(const std::vector<ReadinessCheck>& checks) {
  const auto found =
      std::ranges::find(checks, Condition::State::failed,
                        [](const ReadinessCheck& check) { return check.condition.state; });
  return found == checks.end() ? nullptr : &*found;
}

std::string readiness_text(const std::vector<ReadinessCheck>& checks) {
  std::string text;
  for (const auto& [name, condition] : checks) {
    switch (condition.state) {
      case Condition::State::ok:
        text += fmt::format("[+]{} ok\n", name);
        break;
      case Condition::State::warning:
        text += fmt::format("[!]{} warning: {}: {}\n", name, condition.reason, condition.detail);
        break;
      case Condition::State::failed:
        text += fmt::format("[-]{} failed: {}: {}\n", name, condition.reason, condition.detail);
        break;
    }
  }
  return text + (first_failed(checks) ? "not ready\n" : "ready\n");
}

}  // namespace alarum::api
