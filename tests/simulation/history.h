#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/record.h"

namespace alarum::simulation {

/// What the sender of a request knows about its outcome.
enum class Fate : std::uint8_t {
  waiting,       ///< no answer yet
  acknowledged,  ///< 2xx: the bridge must not lose it
  refused,       ///< another answer: not (all of) it was stored
  unknown,       ///< the connection broke in a crash or a stop: it may have been stored, or not
};

/// One attempt to send a request to the bridge.
struct Attempt {
  std::size_t incarnation = 0;
  Time began, ended;  ///< true time (SimulatedClock::true_time)
  Fate fate = Fate::waiting;
  unsigned status = 0;
  std::string answer;  ///< the body
};

/// An event as the journal must have it.
struct SentEvent {
  std::string source, id, type, subject;
  bool valid = true;  ///< false: it is bad input, which must be rejected
};

/// The route and form by which a request comes.

enum class Route : std::uint8_t { single, binary, batch, ndjson, cloud_eye, posted };

/// A request of a sender, with all attempts that it makes until it is acknowledged, refused for
/// good, or forgotten.
struct Sent {
  std::size_t sender = 0;
  std::size_t act = 0;  ///< which one of the life's acts it comes from
  Route route = Route::single;
  std::string method = "POST", path, content_type, body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Posted alerts: their ids are given by the bridge, so that these are empty there
  std::vector<SentEvent> events;
  std::vector<std::string> alerts;  ///< of posted alerts: their `alertname` and labels as JSON
  /// False: nothing of it may be taken (broken JSON, too deep, too large)
  bool valid = true;
  std::vector<Attempt> attempts;
  bool forgotten = false;  ///< the sender gave up, or restarted before it had an answer

  /// At least one attempt was answered with 2xx.
  bool acknowledged() const {
    for (const auto& one : attempts) {
      if (one.fate == Fate::acknowledged) return true;
    }
    return false;
  }
  /// Some attempt may have been stored although no answer came.
  bool uncertain() const {
    for (const auto& one : attempts) {
      if (one.fate == Fate::unknown || one.fate == Fate::waiting) return true;
    }
    return false;
  }
};

/// A request of an operator, with its answer.
struct OperatorAct {
  enum class Kind : std::uint8_t {
    silence,
    expire,
    acknowledge,
    unacknowledge,
    resolve,
    reload,
    redrive,
    look
  };
  Kind kind = Kind::look;
  std::size_t act = 0;
  std::string path, body;
  std::string rules, config;  ///< of a reload: names of the texts that it was to bring
  bool broken = false;        ///< of a reload: it must be refused
  Attempt attempt;
};

/// One run of the bridge from its start to its end.
struct Incarnation {
  enum class End : std::uint8_t { runs, stopped, killed, power_cut, start_failed, start_crashed };
  Time begun, ended;          ///< true time
  End end = End::runs;        ///< how it ended, or that it has not
  std::string rules, config;  ///< names of the texts at the start
  std::string why;            ///< of a failed start
  /// Lines of its log that report damage; only in lives with flipped bits
  std::vector<std::string> said;
  /// It was stopped, each part ended in its time, and the book could be written
  bool in_order = false;
  /// Its replay may differ from what was lived, so it relied on the book for who was notified
  bool doubted = false;
};

/// A step of the wall clock.
struct ClockStep {
  Time at;  ///< true time
  Duration by{};
};

/// A time in which no part of the bridge had a turn, on the monotonic clock.
struct Stall {
  std::chrono::nanoseconds from{}, to{};
};
/// How much of the time from `from` to `to` was stalled.
inline std::chrono::nanoseconds stalled(const std::vector<Stall>& stalls,
                                        std::chrono::nanoseconds from,
                                        std::chrono::nanoseconds to) {
  std::chrono::nanoseconds sum{};
  for (const auto& one : stalls)
    sum += std::max(std::chrono::nanoseconds(), std::min(to, one.to) - std::max(from, one.from));
  return sum;
}

/// A fault that really happened, as opposed to one that was only planned.
struct Fault {
  Time at;
  std::string kind, place;  ///< `flip`, `journal/…: 4711`
};

/// A bit that was flipped in synced data.
struct Flip {
  Time at;  ///< true time
  std::string path;
  std::uint64_t position = 0;
};

/// By target and notification id: the incarnation in which the receipt was on disk.
using Recorded = std::map<std::pair<std::string, std::string>, std::size_t>;

/// A moment at which nothing had anything to do, and everything was checked.
struct Quiet {
  Time at;
  std::size_t incarnation = 0;
  model::Offset end = 0;  ///< of the journal
};

/// Everything that happened in a life, as seen from outside the bridge. The checks compare the
/// bridge with it. Owned by the World.
struct History {
  std::uint64_t seed = 0;
  std::vector<Sent> sent;
  std::vector<OperatorAct> operated;
  std::vector<Incarnation> incarnations;
  std::vector<ClockStep> clock_steps;
  std::vector<Stall> stalls;
  std::vector<Fault> faults;
  /// Durable records in offset order, also those whose segments retention has deleted since.
  std::vector<model::Record> records;
  /// True time at which each was first seen; without those that were inherited.
  std::map<model::Offset, Time> recorded_at;
  /// Offsets that were never seen, because they were damaged or deleted before anybody looked, or
  /// whose records are forgotten. [from, to)
  std::vector<std::pair<model::Offset, model::Offset>> gaps;
  /// Records that were lost with the newest segment while neither book nor checkpoints had them.
  /// Nothing shows that they existed, and other records get their offsets. From which offset on,
  /// and at which start.
  struct Forgotten {
    model::Offset from = 0;
    std::size_t incarnation = 0;
  };
  std::vector<Forgotten> forgotten;
  /// The name of the rule set by the hash of its generation
  std::map<std::string, std::string> rules_by_hash;
  std::vector<Quiet> quiet;
  Recorded recorded;
  /// Records in a newest frame whose bits were flipped. Nothing distinguishes such a frame from one
  /// that a crash has torn. [from, to)
  std::vector<std::pair<model::Offset, model::Offset>> damaged_tails;
  /// Bits were flipped in what was synced, or a segment was lost: what is reported as damaged may
  /// be missing
  bool damaged = false;
  /// A start reported that it skipped damage, so its state may be incomplete
  bool state_damaged = false;
  std::vector<Flip> flips;
  std::uint64_t posted = 0;  ///< built-in alerts in the journal, which no sender has sent
};

}  // namespace alarum::simulation
