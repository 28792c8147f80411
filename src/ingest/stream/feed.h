#pragma once
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.h"
#include "ingest/cloudevents.h"
#include "ingest/intake.h"
#include "ingest/position_file.h"

namespace alarum::ingest {

/// What a source has done since the start; any thread may read.
struct FeedCounts {
  std::atomic<std::uint64_t> accepted = 0, duplicate = 0, rejected = 0;
  /// Times that something was missed, or may have been
  std::atomic<std::uint64_t> gaps = 0;
  /// Of what was missed: how many messages, where it can be told
  std::atomic<std::uint64_t> lost = 0;
  /// Commits that had to wait for room: nothing was read meanwhile
  std::atomic<std::uint64_t> held_back = 0;
  std::atomic<std::uint64_t> refused = 0;  ///< connections and datagrams that were not taken
  /// Open now; of a source that connects itself: 1 while it is connected
  std::atomic<std::int64_t> connections = 0;
};

/// The one interface between a source of events that nobody waits for (a socket, a file, a stream
/// that we read) and the journal: hand over events, learn when they are on disk. A source reads
/// nothing while it waits: that is the back-pressure.
class Feed {
 public:
  Feed(std::string name, Intake& intake) : name_(std::move(name)), intake_(intake) {}

  /// Returns when the events are on disk. While the journal is full or cannot be written it waits
  /// and tries again, however long that takes, in the same order. Error `stopping` alone: the
  /// daemon ends, and they are not on disk.
  http::asio::awaitable<Result<std::vector<journal::Outcome>>> commit(
      std::vector<model::Event> events);

  /// Counts what was refused, keeps a copy for a person, and says so in the log, at most once in 10
  /// s. `place`: "line 7".
  void reject(model::Format format, std::string_view sender, std::string_view place,
              const Error& error, std::string_view text);
  /// A connection or datagram was not taken: counted, and said ever less often.
  void refuse(std::string_view why, std::string_view sender);
  /// Something was missed, or may have been: counted and said.
  void gap(std::string_view what);
  /// How far the source was read is not known any more: its position file is set aside, counted as
  /// a gap, and a warning until the next start. `instead`: how it begins now. Errors: of the disk.
  Result<void> lose_place(const PositionFile& file, const Error& why, std::string_view instead);
  /// What lose_place() said; empty: nothing. Any thread.
  std::string lost_place() const;

  /// Waits for `span`, or until stop(). Any coroutine of the source.
  http::asio::awaitable<void> sleep(std::chrono::milliseconds span) const;

  /// Any thread. From `kLastTries` on commits that cannot be made end at once, however many of them
  /// the source still begins.
  void stop();
  bool stopping() const { return stopping_; }

  const std::string& name() const { return name_; }
  FeedCounts& counts() { return counts_; }
  Heard& heard() { return intake_.heard(); }
  Time now() { return intake_.now(); }
  Random& random() const { return intake_.random(); }
  model::Offset committed() const { return intake_.committed(); }  ///< of all senders
  journal::JournalView& past() const { return intake_.past(); }

 private:
  static constexpr std::chrono::milliseconds kLastTries{3000};
  bool gives_up() const;

  const std::string name_;
  Intake& intake_;
  FeedCounts counts_;
  std::atomic<std::int64_t> stopped_at_ = 0;  // milliseconds; set before stopping_
  std::atomic<bool> stopping_ = false;
  Snapshot<std::string> lost_place_;
  std::atomic<std::int64_t> said_at_ = 0;  // seconds; of the last line about what was refused
  std::atomic<std::uint64_t> unsaid_ = 0;
};

}  // namespace alarum::ingest
