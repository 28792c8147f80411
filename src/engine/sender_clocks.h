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

/// Decides what the time in an event is worth, from what the clock of its sender has shown so far
/// (docs/rules.md "Clocks"). A sender is a format and a source, never the address of a relay. This
/// is the only place where an event's own time is interpreted. It is a function of the events in
/// journal order, without a clock, so a replay gets the same results. The engine owns it; one
/// thread.
///
/// An event that has just arrived counts as news unless it is plainly part of a backlog: only then
/// is `Reading::when` more than model::kLateness before the arrival.
class SenderClocks {
 public:
  enum class Kind : std::uint8_t {
    none,       ///< the event has no time, or one before 2010: the arrival is used
    right,      ///< within lateness of the arrival, or posted: its time is used
    ahead,      ///< in the future: its time is used up to kMaxAhead, beyond that the arrival
    undecided,  ///< old, by a wrong clock or in a backlog: shifted to the arrival
    wrong,      ///< the known error of the clock was taken out
    backlog,    ///< old because it was delivered late: its time is used
  };
  struct Reading {
    Kind kind = Kind::none;
    Time when;  ///< what rules work with, in engine time; at most kMaxAhead after the arrival
    /// The same for an event that ends something. If the time is undecided this is the older value,
    /// so that the event does not end what is younger than it says.
    Time ends;
    /// What was taken out: how far the clock is behind. Negative if it is ahead.
    Duration behind;
  };
  /// Interprets the time of an event that arrived at `arrival`. At most one hash lookup. Allocates
  /// only for the first odd time of a sender.
  Reading read(const model::Event& event, model::Stamp arrival);

  /// A sender whose clock is wrong. It is listed until its times were right for an hour, or it was
  /// silent for a day.
  struct Wrong {
    std::string sender;  ///< `syslog sw-7`, at most kMostName bytes
    Duration behind;
  };
  std::vector<Wrong> wrong() const;  ///< sorted by name
  std::size_t wrong_count() const { return wrong_; }
  /// Whether wrong() has changed since the last call.
  bool take_change() { return std::exchange(changed_, false); }
  /// When a sender may have to leave wrong(), in engine time; nullopt if wrong() is empty.
  std::optional<Time> next() const { return due_; }
  /// Removes senders whose time in wrong() is over at `now`.
  void run_next(Time now);

  /// Senders that are remembered, because of odd times within the last hour or day. At most kMost.
  /// While there is no room, other senders are not judged, and their old events count as news.
  std::size_t size() const { return senders_.size(); }
  std::uint64_t refused() const { return refused_; }  ///< odd events of senders without room
  /// Senders at most; bytes of a sender's name at most.
  static constexpr std::size_t kMost = 10'000, kMostName = 200;

  /// Everything that it remembers, for a checkpoint (docs/formats/checkpoint.md).
  void save(ByteWriter& out) const;
  static SenderClocks load(ByteReader& in);

 private:
  // A period in which the times differ from what the sender's clock is known for. A lag is arrival
  // minus event time.
  struct Run {
    Duration top{};    // the lag at its beginning
    Duration low{};    // the lowest lag since, in steps of kStep
    Duration level{};  // the lag that has lasted since `since`, within lateness
    // Backlog only: the lag at marked_at, the last time when event time ran faster than arrival.
    Duration mark{};
    Time began, since, fell_at, marked_at;
    std::uint64_t events = 0;  // events at this level
    // How often the lag has fallen by kStep: since the beginning, and at this level.
    std::uint64_t steps = 0, level_steps = 0;
    bool backlog = false;  // it was recognised as a backlog
  };
  struct Sender {
    std::string name;
    Duration known{};   // how far its clock is behind; zero: right, as far as is known
    Duration listed{};  // how far it is behind by wrong(); zero: not listed
    Time heard;         // arrival of its newest event
    std::optional<Time> right_since;  // listed senders: since when its times are right again
    std::optional<Run> run;
    std::uint64_t jumps = 0;  // how often its lag grew, each within an hour of the one before
    Time jumped_at;           // when a Run last began
  };
  Reading judge(Sender& sender, Duration lag, bool set, model::Stamp arrival);
  void begin(Sender& sender, Duration lag, Time at, bool jumped);
  void follow(Sender& sender, Duration lag, Time at);
  void decide(Sender& sender, Time at);
  void note_right(Sender& sender, Time at);
  Sender* find_or_add(const model::Event& event, std::uint64_t key, Time at);
  void due_by(Time at);
  static Time leaves(const Sender& sender);

  std::unordered_map<std::uint64_t, Sender> senders_;  // by the hash of format and source
  std::size_t wrong_ = 0;                              // how many of them are listed
  bool changed_ = false;                               // for take_change()
  std::uint64_t refused_ = 0;
  std::optional<Time> due_;  // as next()
  Time swept_;               // when senders were last removed because it was full
};

/// The word for metrics, the API and explanations: `none`, `right`, `ahead`, …
std::string_view to_text(SenderClocks::Kind);
/// For people: `21m behind`, `1h ahead`, rounded to seconds.
std::string offset_text(Duration behind);

}  // namespace alarum::engine
