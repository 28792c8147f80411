#pragma once
#include <optional>
#include <string>

#include "ingest/poll/bmc.h"
#include "ingest/position_file.h"
#include "ingest/stream/feed.h"
#include "model/record.h"

namespace alarum::ingest {

class RedfishLog;

/// The point up to which all events of a BMC are known to be in the journal, in both measures.
struct RedfishPlace {
  model::Offset offset = 0;  ///< in the journal
  Time time;                 ///< by the BMC's clock
  friend bool operator==(const RedfishPlace&, const RedfishPlace&) = default;
};
/// The text of the position file.
std::string redfish_place_json(const RedfishPlace& place);
/// Reads that text. Error `bad_state`.
Result<RedfishPlace> read_redfish_place(std::string_view json);

/// The time of the next place, by the BMC's clock: `clock`, which is what the BMC's clock shows. It
/// is `last` instead if the clock went back by more than an hour and `last` was nearer to our
/// `now`. Otherwise a clock that was lost at a reboot would bring back the whole log. Pure.
Time redfish_place_time(std::optional<Time> last, Time clock, Time now);

/// After a gap, commits the events that a BMC's log has but its pushes did not bring: the log's
/// entries since the last good place, without those that the journal has from there on. The place
/// is stored in `<data>/positions/` and lags a few rounds, because pushes may come late. Owned by
/// its source; used on the thread `source-files`.
class RedfishCatchUp {
 public:
  /// All references must outlive this. `suffix`: of the place's file (see PositionFile).
  RedfishCatchUp(const config::Source& source, Feed& feed, Bmc& bmc, const DataFolder& data,
                 std::string_view suffix = ".json");

  /// Reads the place of an earlier run. A damaged file is set aside (Feed::lose_place). Error: the
  /// disk cannot be read.
  Result<void> open();
  /// Whether a place is known, from this run or an earlier one. Without it read() does nothing.
  bool has_place() const { return place_.has_value(); }
  /// Nothing was missed since the last call: the place may move. Called once a round.
  void good();
  /// Reads the log and commits what was missed. True: it is in the journal, or the BMC has no log
  /// that can be read. False: it must be tried again, or the daemon is stopping.
  http::asio::awaitable<bool> read();

 private:
  http::asio::awaitable<bool> ask(RedfishLog& log);
  http::asio::awaitable<bool> feed_missed(const RedfishLog& log);
  std::vector<model::Event> events_of(const RedfishLog& log, const std::vector<std::size_t>& which);
  bool trouble(const std::string& why);
  void save();

  const config::Source& config_;
  Feed& feed_;
  Bmc& bmc_;
  const PositionFile file_;
  std::optional<RedfishPlace> place_, next_;  // the place on disk; the one that replaces it
  model::Offset lagging_ = 0;                 // the offset that the next place will have
  Time next_at_;                              // when next_ was taken, by our clock
  std::string service_, said_;                // path of the log service; the last trouble logged
};

}  // namespace alarum::ingest
