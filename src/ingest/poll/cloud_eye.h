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

/// Asks Cloud Eye for the events of one project, round after round: which names occurred (list),
/// then the events of each (detail), from a while before the place that the last round reached
/// (`overlap`), since events are shown late. Pure: the stage does what next() says, and tells what
/// came of it.
///
/// The place moves when all events of a round are on disk. What is read again is known by its
/// `event_id`: by us, as long as we run, and by the journal after a restart. After an outage the
/// rounds go through what was missed, some hours at a time.
class CloudEyePoll {
 public:
  /// Rows of one answer, the most that the API gives
  static constexpr std::size_t kPage = 100;
  /// Events that are kept before they are committed
  static constexpr std::size_t kCommit = 5000;
  /// Of one round while it catches up
  static constexpr Duration kStride = std::chrono::hours(6);
  static constexpr Duration kHistory = std::chrono::days(30);  ///< what Cloud Eye keeps
  /// How far in the future an event may lie
  static constexpr Duration kAhead = std::chrono::minutes(10);

  struct Ask {
    std::string path;  ///< not encoded
    std::vector<std::pair<std::string, std::string>> query;
    Time date;  ///< to sign with: by Cloud Eye's clock, as far as it is known
  };
  struct Commit {
    std::vector<model::Event> events;  ///< by their time
  };
  struct Pause {
    Duration span;
  };
  using Step = std::variant<Ask, Commit, Pause>;

  /// What came back. `date`: the header, empty where there is none. `retry_after`: 0: it did not
  /// say.
  struct Answer {
    unsigned status = 0;
    std::string_view date, body;
    std::chrono::seconds retry_after{};
  };
  /// What people should know.
  struct Note {
    enum class Kind { gap, refused, trouble, better };
    Kind kind;
    Error error;
    std::string text;  ///< of `refused`: the item
  };

  /// `place`: what an earlier run reached; nullopt: none.
  CloudEyePoll(config::CloudEye config, std::string sender, std::optional<Time> place)
      : config_(std::move(config)), sender_(std::move(sender)), place_(place) {}

  Step next(Time now);
  void answered(const Answer& answer, Time now);
  /// There was no answer.
  void failed(const std::string& why, Time now) { back_off({"no_answer", why}, {}, now); }
  /// The events of the last Commit are on disk.
  void committed() { taken_.clear(); }

  std::optional<Time> place() const { return place_; }
  bool healthy() const { return failures_ == 0; }
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
  std::vector<CloudEyeCount> names_;  // whose details are to be asked for; the last is asked now
  std::uint64_t start_ = 0;           // of the page
  std::vector<std::pair<Time, model::Event>> taken_;
  // By id: time and name, as long as the overlap may show it again
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

/// `place` as a file keeps it.
std::string cloud_eye_state_json(Time place);
/// Error `bad_state`.
Result<Time> read_cloud_eye_state(std::string_view json);

}  // namespace alarum::ingest
