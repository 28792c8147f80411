#pragma once
#include <optional>
#include <string>

#include "ingest/poll/bmc.h"
#include "ingest/position_file.h"
#include "ingest/stream/feed.h"
#include "model/record.h"

namespace alarum::ingest {

class RedfishLog;

/// How far all that a BMC had to say is known to have reached us.
struct RedfishPlace {
  model::Offset offset = 0;  ///< of the journal
  Time time;                 ///< by the BMC's clock
  friend bool operator==(const RedfishPlace&, const RedfishPlace&) = default;
};
std::string redfish_place_json(const RedfishPlace& place);
/// Error `bad_state`.
Result<RedfishPlace> read_redfish_place(std::string_view json);

/// Where the next catch-up begins, by the BMC's clock: the clock's own time, but not long before
/// the `last` place where that was nearer to our `now`: a clock that was lost at a restart must not
/// bring back all that the log has. Pure.
Time redfish_place_time(std::optional<Time> last, Time clock, Time now);

/// After a gap, feeds what a BMC's log has and its pushes did not bring: the log's entries since
/// the last place that was good, without those that the journal has from there on. The place stands
/// in `<data>/positions/` and lies a few looks back, for what comes late. On the disk's thread.
class RedfishCatchUp {
 public:
  /// `suffix`: of the place's file (PositionFile).
  RedfishCatchUp(const config::Source& source, Feed& feed, Bmc& bmc, const DataFolder& data,
                 std::string_view suffix = ".json");

  /// Error: the place of an earlier run cannot be read.
  Result<void> open();
  /// An earlier run, or this one, came to a place.
  bool has_place() const { return place_.has_value(); }
  /// All is well now, and was since the last time.
  void good();
  /// True: what was missed is in the journal, or there is no log to be had. False: to be tried
  /// again.
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
  std::optional<RedfishPlace> place_, next_;
  model::Offset lagging_ = 0;  // of the next place
  Time next_at_;
  std::string service_, said_;
};

}  // namespace alarum::ingest
