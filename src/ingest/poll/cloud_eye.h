#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/sources.h"
#include "ingest/poll/cloud_eye_event.h"

namespace alarum::ingest {

/// Decides what to ask Huawei's Cloud Eye for, to get all events of one project (API v1 "Querying
/// Events" and "Querying Details of an Event"). It works in rounds: first the list of event names
/// that occurred, then the events of each name. A round begins `overlap` before the place that the
/// last round reached, because Cloud Eye shows events late.
///
/// Pure: no clock, no I/O. CloudEyeSource does what next() returns, and reports the outcome by
/// answered(), failed() or committed(), in that order, on one thread.
///
/// The place moves when all events of a round are on disk, so a crash loses nothing. Events that
/// are read again are recognised by their `event_id`: by this object while it lives, by the journal
/// after a restart. After an outage each round covers kStride of the missed time.
class CloudEyePoll {
 public:
  /// Rows of one answer, the most that the API gives
  static constexpr std::size_t kPage = 100;
  /// Events that are buffered before they are committed
  static constexpr std::size_t kCommit = 5000;
  /// Time that one round covers while it catches up
  static constexpr Duration kStride = std::chrono::hours(6);
  static constexpr Duration kHistory = std::chrono::days(30);  ///< how long Cloud Eye has events
  /// How far in the future an event may lie
  static constexpr Duration kAhead = std::chrono::minutes(10);

  /// Send this GET request, signed with AK/SK.
  struct Ask {
    std::string path;  ///< not percent-encoded
    std::vector<std::pair<std::string, std::string>> query;
    Time date;  ///< for the signature: the time by Cloud Eye's clock, as far as it is known
  };
  /// Commit these events, and call committed() when they are on disk.
  struct Commit {
    std::vector<model::Event> events;  ///< in the order of their times
  };
  /// Call next() again after `span`.
  struct Pause {
    Duration span;
  };
  using Step = std::variant<Ask, Commit, Pause>;

  /// An answer to an Ask. `date`: the header Date, or empty. `retry_after`: 0 if the header is
  /// missing.
  struct Answer {
    unsigned status = 0;
    std::string_view date, body;
    std::chrono::seconds retry_after{};
  };
  /// Something to log or count. `gap`: events may be missing. `refused`: an item could not be
  /// decoded. `trouble`: Cloud Eye cannot be asked, or our clock is wrong. `better`: it answers
  /// again.
  struct Note {
    enum class Kind { gap, refused, trouble, better };
    Kind kind;
    Error error;
    std::string text;  ///< for `refused`: the item as JSON
  };

  /// `place`: the time that an earlier run reached; nullopt: begin `config.backfill` ago. `sender`:
  /// the host that the events are recorded as coming from.
  CloudEyePoll(config::CloudEye config, std::string sender, std::optional<Time> place)
      : config_(std::move(config)), sender_(std::move(sender)), place_(place) {}

  /// What to do next. `now`: our wall clock, as everywhere here.
  Step next(Time now);
  /// Takes an answer of any status. Failures back off from 1 s to 5 min, or by Retry-After. A name
  /// whose events cannot be had while others can is left out of the round, with a `gap`.
  void answered(const Answer& answer, Time now);
  /// There was no answer.
  void failed(const std::string& why, Time now) { back_off({"no_answer", why}, {}, now); }
  /// The events of the last Commit are on disk.
  void committed() { taken_.clear(); }

  /// All events up to this time (by Cloud Eye's clock) are on disk; to be saved for the next run.
  std::optional<Time> place() const { return place_; }
  /// Whether the last request succeeded.
  bool healthy() const { return failures_ == 0; }
  /// The notes since the last call.
  std::vector<Note> notes() { return std::exchange(notes_, {}); }

 private:
  enum class Phase { resting, listing, detailing };

  void begin(Time now);
  void finish(Time now);
  Ask page_of(std::string path, Time now) const;
  Result<void> take(std::string_view body, Time now);
  void take_counts(const CloudEyeCounts& page);
  void take_items(CloudEyeItems page);
  struct Rows {
    std::size_t count;
    bool fresh;  // some of them were not there before
  };
  bool page_ends(Rows rows, std::uint64_t total, const std::string& of);
  void drop_known();
  bool leaves_out(const std::string& why, unsigned times);
  bool learn_clock(std::string_view date, Time now);
  void back_off(const Error& error, std::chrono::seconds retry_after, Time now);

  const config::CloudEye config_;
  const std::string sender_;
  std::optional<Time> place_;
  Phase phase_ = Phase::resting;
  Time from_{}, to_{}, reached_{};    // of the round; `reached_` is the place after it
  std::vector<CloudEyeCount> names_;  // names whose events are not read yet; the last is read now
  std::uint64_t start_ = 0;           // the first row of the page
  std::vector<std::pair<Time, model::Event>> taken_;  // events that are not committed yet
  // Time and name of events by id, as long as the overlap may show them again
  std::map<std::string, std::pair<Time, std::string>> seen_;
  Duration ahead_{};        // how far Cloud Eye's clock is before ours
  bool corrected_ = false;  // the clock, since the last success
  Time rest_until_{};
  unsigned failures_ = 0;  // in a row
  unsigned shorts_ = 0;    // answers that showed less than they counted
  struct Refused {
    unsigned times;
    std::uint64_t good;  // answers before the first time
  };
  std::map<std::string, Refused> refused_;  // names
  std::uint64_t good_ = 0;                  // answers that were what was asked for
  unsigned left_out_ = 0;                   // names, of rounds
  std::vector<Note> notes_;
};

/// The text of the position file.
std::string cloud_eye_state_json(Time place);
/// Reads that text. Error `bad_state`.
Result<Time> read_cloud_eye_state(std::string_view json);

}  // namespace alarum::ingest
