#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace alarum::api {

/// The condition of one part of the daemon, as of now.
struct Condition {
  enum class State : std::uint8_t {
    ok,
    warning,  ///< a person must look, but senders may go on: the daemon stays ready
    failed,   ///< the daemon is not ready
  };
  State state = State::ok;
  /// The word that logs and answers use, for example `disk_full`; empty when ok
  std::string reason;
  std::string detail;      ///< one sentence: what is wrong and what to do
  bool has_alert = false;  ///< people are notified of it by an alert of its own

  static Condition warning(std::string reason, std::string detail) {
    return {State::warning, std::move(reason), std::move(detail), false};
  }
  Condition with_alert() && {
    has_alert = true;
    return std::move(*this);
  }
  static Condition failed(std::string reason, std::string detail) {
    return {State::failed, std::move(reason), std::move(detail), false};
  }
};

/// A part of the daemon by its name, and its condition.
struct ReadinessCheck {
  std::string name;
  Condition condition;
};

/// The list of everything that can be wrong with the daemon, in the order in which it was added. It
/// is filled before the http threads start. After that checks() runs the probes on any thread, so a
/// probe must be thread-safe and must not block.
class Readiness {
 public:
  using Probe = std::function<Condition()>;
  void add(std::string name, Probe probe) {
    probes_.emplace_back(std::move(name), std::move(probe));
  }
  std::vector<ReadinessCheck> checks() const;

 private:
  std::vector<std::pair<std::string, Probe>> probes_;
};

/// The first check that failed; nullptr: the daemon is ready.
const ReadinessCheck* first_failed(const std::vector<ReadinessCheck>& checks);

/// `/-/ready?verbose`, a line each in the form of Kubernetes' verbose health checks: `[+]journal
/// ok`, `[!]clock warning: reason: detail`,
/// `[-]engine failed: reason: detail`, then `ready` or `not ready`.
std::string readiness_text(const std::vector<ReadinessCheck>& checks);

}  // namespace alarum::api
