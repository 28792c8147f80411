#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "model/event.h"
#include "model/record.h"

namespace alarum::engine {

/// What the times of events are worth, by what the clock of each sender (format and source, never
/// the address of a relay) has shown until then (docs/rules.md "Clocks"). The one place where an
/// event's own time comes in. Pure and without a clock: it knows the events that it was shown, in
/// the journal's order, so a replay comes to the same. Lives in the engine.
///
/// What just arrived is news unless it is plainly part of a backlog: only then is `Reading::when`
/// more than lateness before the arrival.
class SenderClocks {
 public:
  enum class Kind : std::uint8_t {
    none,       ///< the event has no time, or one before 2010: the arrival
    right,      ///< within lateness of the arrival, or of our own making: as it is
    ahead,      ///< in the future: as it is up to kMaxAhead, beyond that the arrival
    undecided,  ///< old: a wrong clock or a backlog. Shifted to the arrival
    wrong,      ///< the clock's known offset was taken out
    backlog,    ///< old because it was delivered late: as it is
  };
  struct Reading {
    Kind kind = Kind::none;
    Time when;  ///< what rules work with, in engine time; up to kMaxAhead after the arrival
    /// The same where the event ends something: what is undecided ends nothing that is younger than
    /// it says
    Time ends;
    Duration behind;  ///< what was taken out: how far the clock is behind (below zero: ahead)
  };
  /// Of an event that arrived. One hash lookup at most; allocates nothing but for a sender whose
  /// first odd time it is.
  Reading read(const model::Event& event, model::Stamp arrival);

  /// A sender whose clock is wrong, until its times have been right for an hour, or it has said
  /// nothing for a day.
  struct Wrong {
    std::string sender;  ///< `syslog sw-7`, at most kMostName bytes
    Duration behind;
  };
  std::vector<Wrong> wrong() const;  ///< by name
  std::size_t wrong_count() const { return wrong_; }
  /// Did wrong() change since the last call?
  bool take_change() { return std::exchange(changed_, false); }
  /// When somebody may leave wrong(), in engine time.
  std::optional<Time> next() const { return due_; }
  void run_next(Time now);

  /// Senders remembered: those with odd times within the last hour or day. Those beyond kMost are
  /// not judged: their old events are news.
  std::size_t size() const { return senders_.size(); }
  std::uint64_t refused() const { return refused_; }  ///< events of senders beyond kMost
  static constexpr std::size_t kMost = 10'000, kMostName = 200;

  void save(ByteWriter& out) const;
  static SenderClocks load(ByteReader& in);

 private:
  // A stretch of times that are not what the sender's clock was known for. Lags are arrival less
  // event time.
  struct Run {
    Duration top{};    // its first lag
    Duration low{};    // its lowest, in steps of kStep
    Duration level{};  // the lag that lasts since `since`, within lateness
    // Of a backlog: the lag at marked_at, when event time last ran faster than arrival
    Duration mark{};
    Time began, since, fell_at, marked_at;
    std::uint64_t events = 0;  // at this level
    // How often the lag fell by kStep: since it began, at this level
    std::uint64_t steps = 0, level_steps = 0;
    bool backlog = false;
  };
  struct Sender {
    std::string name;
    Duration known{};   // how far its clock is behind; zero: as far as known it is right
    Duration listed{};  // as wrong() says it; zero: not in there
    Time heard;
    std::optional<Time> right_since;  // of one that is listed
    std::optional<Run> run;
    std::uint64_t jumps = 0;  // how often its lag grew, the last time at jumped_at
    Time jumped_at;
  };
  Reading judge(Sender& sender, Duration lag, bool set, model::Stamp arrival);
  void begin(Sender& sender, Duration lag, Time at, bool jumped);
  void follow(Sender& sender, Duration lag, Time at);
  void decide(Sender& sender, Time at);
  void note_right(Sender& sender, Time at);
  Sender* find_or_add(const model::Event& event, std::uint64_t key, Time at);
  void due_by(Time at);
  static Time leaves(const Sender& sender);

  std::unordered_map<std::uint64_t, Sender> senders_;  // by hash of format and source
  std::size_t wrong_ = 0;
  bool changed_ = false;
  std::uint64_t refused_ = 0;
  std::optional<Time> due_;
  Time swept_;  // the last time that it was full
};

std::string_view to_text(SenderClocks::Kind);
/// `21m behind`, `1h ahead`, to the second.
std::string offset_text(Duration behind);

}  // namespace alarum::engine
