#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.h"
#include "ingest/cloudevents.h"
#include "ingest/intake.h"
#include "ingest/position_file.h"

namespace alarum::ingest {

/// What a source has done since the start, for the metrics. Any thread reads and writes.
struct FeedCounts {
  /// Events that are on disk; duplicates; messages and events that could not be decoded
  std::atomic<std::uint64_t> accepted = 0, duplicate = 0, rejected = 0;
  /// How often something was missed, or may have been
  std::atomic<std::uint64_t> gaps = 0;
  /// How many messages were missed, as far as that is known
  std::atomic<std::uint64_t> lost = 0;
  /// Attempts to commit that failed, for example because the journal was full; the source read
  /// nothing until a later attempt succeeded
  std::atomic<std::uint64_t> held_back = 0;
  std::atomic<std::uint64_t> refused = 0;  ///< connections and datagrams that were rejected
  /// Connections or files that are open now; for a source that connects itself, 1 or 0
  std::atomic<std::int64_t> connections = 0;
  /// When events were committed last: microseconds since the epoch, wall clock; 0: none were
  std::atomic<std::int64_t> last_heard = 0;
  ReasonCounts rejected_for;  ///< `rejected` by reason
  /// Accepted events that matched no rule. It outlives the source: the journal's thread counts.
  const std::shared_ptr<std::atomic<std::uint64_t>> unmatched =
      std::make_shared<std::atomic<std::uint64_t>>(0);
};

/// The only way from a source (a socket, a file, a stream that the daemon reads) to the journal.
/// The source hands over events and learns when they are on disk. It reads nothing while it waits,
/// which is the back-pressure. Owned by its Source. Coroutines of several threads may use it at
/// once.
class Feed {
 public:
  /// `name`: the source's, for log and metrics. `intake` must outlive this.
  Feed(std::string name, Intake& intake) : name_(std::move(name)), intake_(intake) {}

  /// Returns when the events are on disk. While the journal is full or cannot be written, it tries
  /// the same events again every 20 to 500 ms, without a limit. The only error is `stopping`: the
  /// daemon ends, and the events are not on disk. `events` must not be empty.
  http::asio::awaitable<Result<std::vector<journal::Outcome>>> commit(
      std::vector<model::Event> events);

  /// A message could not be decoded: counts it, copies `text` to rejected.ndjson, and logs it, at
  /// most once in 10 s. `place`: where it stood, for people, as "line 7".
  void reject(model::Format format, std::string_view sender, std::string_view place,
              const Error& error, std::string_view text);
  /// A connection or datagram was rejected: counts it, and logs the first, the second, the fourth
  /// and so on.
  void refuse(std::string_view why, std::string_view sender);
  /// Something was missed, or may have been: counts and logs it.
  void gap(std::string_view what);
  /// The position file cannot be parsed, so it is not known how far the source was read. Renames
  /// the file, counts a gap, and keeps a warning in readiness until the next start. `instead`: how
  /// the source begins now. Errors: of the disk.
  Result<void> lose_place(const PositionFile& file, const Error& why, std::string_view instead);
  /// The sentence of lose_place(); empty if nothing was lost. Any thread.
  std::string lost_place() const;

  /// Waits for `span`, or until stop(), which it notices within 100 ms. Any coroutine of the
  /// source.
  http::asio::awaitable<void> sleep(std::chrono::milliseconds span) const;

  /// The source shall end. Commits that fail are still tried for kLastTries after this call, and
  /// then give up at their first failure. Any thread.
  void stop();
  bool stopping() const { return stopping_; }

  const std::string& name() const { return name_; }
  FeedCounts& counts() { return counts_; }
  Heard& heard() { return intake_.heard(); }
  Time now() { return intake_.now(); }
  Random& random() const { return intake_.random(); }
  model::Offset committed() const { return intake_.committed(); }  ///< of all senders together
  journal::JournalView& past() const { return intake_.past(); }

 private:
  static constexpr std::chrono::milliseconds kLastTries{3000};
  bool gives_up() const;

  const std::string name_;
  Intake& intake_;
  FeedCounts counts_;
  std::atomic<std::int64_t> stopped_at_ = 0;  // milliseconds (steady); set before stopping_
  std::atomic<bool> stopping_ = false;
  Snapshot<std::string> lost_place_;
  std::atomic<std::int64_t> said_at_ = 0;  // seconds (steady); when reject() last logged
  std::atomic<std::uint64_t> unsaid_ = 0;  // rejections since that line
};

}  // namespace alarum::ingest
