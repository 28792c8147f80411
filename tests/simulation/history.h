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

/// What became of a request for the one who sent it.
enum class Fate : std::uint8_t {
  waiting,       ///< no answer yet
  acknowledged,  ///< 2xx: the bridge owes it
  refused,       ///< another answer: whoever sent it knows that (all of) it was not taken
  unknown,       ///< the connection was lost in a crash or a stop: it may have been taken, or not
};

/// One attempt to bring a request to the bridge.
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
  bool valid = true;  ///< false: it is bad input, which must be refused
};

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
  bool forgotten = false;  ///< the sender restarted before it had an answer, or gave up

  /// At least one attempt was answered with 2xx.
  bool acknowledged() const {
    for (const auto& one : attempts) {
      if (one.fate == Fate::acknowledged) return true;
    }
    return false;
  }
  /// Some attempt may have been taken although nobody knows.
  bool uncertain() const {
    for (const auto& one : attempts) {
      if (one.fate == Fate::unknown || one.fate == Fate::waiting) return true;
    }
    return false;
  }
};

/// What an operator did, with the answer.
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
  Time begun, ended;  ///< true time
  End end = End::runs;
  std::string rules, config;  ///< names of the texts at the start
  std::string why;            ///< of a failed start
  /// Lines of its log that tell of damage; of lives with flipped bits
  std::vector<std::string> said;
  /// It was stopped, each part had ended in its time, and the book could be written
  bool in_order = false;
  /// Its replay may not have been what was lived: the book said who was notified
  bool doubted = false;
};

struct ClockStep {
  Time at;  ///< true time
  Duration by{};
};

/// The machine stood still, on the monotonic clock.
struct Stall {
  std::chrono::nanoseconds from{}, to{};
};
/// How long of that time it did.
inline std::chrono::nanoseconds stalled(const std::vector<Stall>& stalls,
                                        std::chrono::nanoseconds from,
                                        std::chrono::nanoseconds to) {
  std::chrono::nanoseconds sum{};
  for (const auto& one : stalls)
    sum += std::max(std::chrono::nanoseconds(), std::min(to, one.to) - std::max(from, one.from));
  return sum;
}

/// A fault that really happened to something.
struct Fault {
  Time at;
  std::string kind, place;  ///< `flip`, `journal/…: 4711`
};

/// A bit that was flipped in what had been synced.
struct Flip {
  Time at;  ///< true time
  std::string path;
  std::uint64_t position = 0;
};

/// Target and id of what was delivered: in which incarnation that was on disk.
using Recorded = std::map<std::pair<std::string, std::string>, std::size_t>;

struct Quiet {
  Time at;
  std::size_t incarnation = 0;
  model::Offset end = 0;
};

/// All that happened in a life, as somebody would know who sees everything from outside.
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
  /// When they were seen first, by the clock that nobody steps; not of those that were inherited.
  std::map<model::Offset, Time> recorded_at;
  /// Offsets that were never seen: damaged or deleted before anybody looked; or whose records are
  /// forgotten. [from, to)
  std::vector<std::pair<model::Offset, model::Offset>> gaps;
  /// With the newest segment went records that the book and the checkpoints did not have: nothing
  /// tells that they were ever there, and others get their offsets. From which offset on, and at
  /// which start.
  struct Forgotten {
    model::Offset from = 0;
    std::size_t incarnation = 0;
  };
  std::vector<Forgotten> forgotten;
  /// Hash of a generation: the name of the rule set
  std::map<std::string, std::string> rules_by_hash;
  std::vector<Quiet> quiet;
  Recorded recorded;
  /// Records of newest frames in which bits were flipped: nothing tells such a frame from one that
  /// a crash has torn. [from, to)
  std::vector<std::pair<model::Offset, model::Offset>> damaged_tails;
  /// Bits were flipped in what was synced, or a segment was lost: what is reported as damaged may
  /// be missing
  bool damaged = false;
  /// A start said that it went over damage: what it remembers is not all there was
  bool state_damaged = false;
  std::vector<Flip> flips;
  std::uint64_t posted = 0;  ///< alerts that the bridge posted about itself are no sender's
};

}  // namespace alarum::simulation
