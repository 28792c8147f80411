#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace alarum::deliver {

/// Decides when an Alertmanager target is sent again all that fires. While a resend lasts, nothing
/// else is sent to its target, so that the end of an alert cannot arrive before an older list that
/// has the alert firing. Each resend has a number of its own, which no other resend has while the
/// process lives, and each step has a time limit: a target is never paused for longer than kDrain +
/// kAnswer + its `request_limit`. Pure: values and the time come in, what to do comes out; one
/// thread.
class Resend {
 public:
  using Nanoseconds = std::chrono::nanoseconds;
  /// For what is in flight to the target to end
  static constexpr Nanoseconds kDrain = std::chrono::seconds(10);
  /// For the engine to say what fires
  static constexpr Nanoseconds kAnswer = std::chrono::seconds(10);

  struct Terms {
    Nanoseconds every{};          ///< from the end of a resend to the next; positive
    Nanoseconds request_limit{};  ///< in which a request to the target has ended
  };
  /// A resend whose list is to be requested from the engine.
  struct Request {
    std::string target;
    std::uint64_t number = 0;
  };

  /// Replaces all targets. A resend of a target that stays goes on under the new terms; one of a
  /// target that is gone is forgotten.
  void reconfigure(const std::map<std::string, Terms>& targets, Nanoseconds now);
  /// Moves on what is due. `in_flight` says how many requests to the target are under way. Call
  /// paused() after it, then send.
  std::vector<Request> advance(Nanoseconds now,
                               const std::function<std::size_t(const std::string&)>& in_flight);
  /// The engine answered. True: send the list under this number. False: the answer is too late, or
  /// nothing fires (`empty`).
  bool answered(const Request& request, bool empty, Nanoseconds now);
  /// The request of this number has ended. Its target; nullopt when that resend was given up or
  /// forgotten before.
  std::optional<std::string> ended(std::uint64_t number, Nanoseconds now);
  /// Whether nothing but the resend may be sent to the target.
  bool paused(const std::string& target) const;
  /// When advance() has something to move on, if nothing ends before; nullopt: never.
  std::optional<Nanoseconds> due() const;
  /// Resends that were given up because a step passed its limit.
  std::uint64_t given_up() const { return given_up_; }

 private:
  enum class Step : std::uint8_t { waiting, draining, asked, in_flight };
  struct State {
    Terms terms;
    Step step = Step::waiting;
    Nanoseconds since{};  ///< when the step began
    std::uint64_t number = 0;
  };
  static Nanoseconds limit(const State& state);
  static void enter(State& state, Step step, Nanoseconds now);
  State* find(const std::string& target, Step step, std::uint64_t number);

  std::map<std::string, State> targets_;
  std::uint64_t last_number_ = 0, given_up_ = 0;
};

}  // namespace alarum::deliver
