#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace alarum::deliver {

/// Decides when an Alertmanager target is sent again all alerts that fire, because Alertmanager
/// forgets an alert that is not repeated. A resend waits until nothing is in flight to its target
/// (draining), requests the list from the engine (asked), and sends it (in flight). During these
/// steps nothing else is sent to the target, so that the end of an alert cannot arrive before an
/// older list in which it fires. Each step has a limit, so a target is paused for at most kDrain +
/// kAnswer + its `request_limit`. Each resend has a number that is used once in the process. Times
/// are monotonic. No clock, no I/O; the delivery thread owns it.
class Resend {
 public:
  using Nanoseconds = std::chrono::nanoseconds;
  /// How long a resend waits for requests that are in flight.
  static constexpr Nanoseconds kDrain = std::chrono::seconds(10);
  /// How long it waits for the engine's list.
  static constexpr Nanoseconds kAnswer = std::chrono::seconds(10);

  /// The times of one target.
  struct Terms {
    Nanoseconds every{};          ///< from the end of a resend to the next; positive
    Nanoseconds request_limit{};  ///< after this time a request to the target has ended
  };
  /// Asks the engine for the list of one resend.
  struct Request {
    std::string target;
    std::uint64_t number = 0;
  };

  /// Replaces all targets. A resend of a remaining target goes on with the new terms; one of a
  /// removed target is forgotten.
  void reconfigure(const std::map<std::string, Terms>& targets, Nanoseconds now);
  /// Begins the steps that are due and gives up those past their limit. `in_flight` gives the
  /// number of requests under way to a target. Returns the lists that are to be requested.
  /// Afterwards call paused() for each target before anything is sent.
  std::vector<Request> advance(Nanoseconds now,
                               const std::function<std::size_t(const std::string&)>& in_flight);
  /// The engine has answered. True: send the list under this number. False: the answer came too
  /// late, or nothing fires (`empty`).
  bool answered(const Request& request, bool empty, Nanoseconds now);
  /// The request with this number has ended. Returns its target; nullopt if that resend was given
  /// up or forgotten before.
  std::optional<std::string> ended(std::uint64_t number, Nanoseconds now);
  /// Whether only the resend may be sent to the target.
  bool paused(const std::string& target) const;
  /// When advance() has something to do, if nothing ends before; nullopt: never.
  std::optional<Nanoseconds> due() const;
  /// How many resends were given up because a step passed its limit.
  std::uint64_t given_up() const { return given_up_; }

 private:
  /// A target waits for its next resend, or goes through the three steps of one.
  enum class Step : std::uint8_t { waiting, draining, asked, in_flight };
  struct State {
    Terms terms;
    Step step = Step::waiting;
    Nanoseconds since{};       ///< when the step began
    std::uint64_t number = 0;  ///< of the newest resend
  };
  static Nanoseconds limit(const State& state);
  static void enter(State& state, Step step, Nanoseconds now);
  State* find(const std::string& target, Step step, std::uint64_t number);

  std::map<std::string, State> targets_;
  std::uint64_t last_number_ = 0, given_up_ = 0;
};

}  // namespace alarum::deliver
