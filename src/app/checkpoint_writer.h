#pragma once
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "base/channel.h"
#include "base/clock.h"
#include "base/snapshot.h"
#include "engine/stage.h"
#include "journal/journal.h"

namespace alarum::app {

/// Writes checkpoints, whose parts the engine hands over, so that the engine does not wait for the
/// disk. Runs on the thread `checkpoints`, or in turns of the simulator. A checkpoint that cannot
/// be written is logged and given up; the next one is a new attempt. Owned by Core.
class CheckpointWriter {
 public:
  /// `journal` stores the checkpoints. After each one it learns, on this thread, which records are
  /// still needed.
  CheckpointWriter(journal::Journal& journal, Clock& clock) : journal_(journal), clock_(clock) {}
  ~CheckpointWriter() { stop(); }

  /// Takes the next part; never waits. On the engine's thread. If kBytes are waiting, the part is
  /// rejected, and its checkpoint is given up, because it would be incomplete. Callers therefore
  /// ask has_room() first.
  void take(engine::CheckpointPart part);
  /// Whether less than half of kBytes are waiting. Any thread.
  bool has_room() const { return channel_.weight() < kBytes / 2; }
  /// A checkpoint that was written: when (wall clock), how many bytes, and how long it took from
  /// its first part to its sync.
  struct Written {
    Time at;
    std::size_t bytes = 0;
    std::chrono::nanoseconds took{};
  };
  /// The newest one of this run; nullptr: none was written yet. Any thread.
  std::shared_ptr<const Written> newest() const { return newest_.get(); }
  /// How many were written and how many given up, since the start. Any thread.
  std::uint64_t written() const { return written_; }
  std::uint64_t failed() const { return failed_; }
  /// Why the newest attempt failed; nullptr if it succeeded. Any thread.
  std::shared_ptr<const Error> fault() const { return fault_.get(); }
  /// Starts the thread. Not together with turn().
  void start();
  /// One turn: waits at most `most` for parts and writes all that are there. False once it was
  /// closed and everything is written. On one thread.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() may wait: 0 if parts are there, otherwise an hour.
  std::chrono::nanoseconds patience() const;
  /// Drops the parts that come from now on; turns still write what came before.
  void close() { channel_.close(); }
  /// Closes and joins the thread.
  void stop();

 private:
  static constexpr std::size_t kBytes = 16 << 20;      // bytes of parts that wait at most
  using Item = std::optional<engine::CheckpointPart>;  // nullopt: a part was rejected
  void write(const Item& item);
  void give_up(const Error& why);
  Result<void> write_part(const engine::CheckpointPart& part);

  journal::Journal& journal_;
  Clock& clock_;
  std::unique_ptr<journal::CheckpointDraft> draft_;
  std::size_t draft_bytes_ = 0;
  std::chrono::nanoseconds draft_began_{};  // monotonic
  Snapshot<Error> fault_;
  Snapshot<Written> newest_;
  std::atomic<std::uint64_t> written_ = 0, failed_ = 0;
  Channel<Item> channel_{kBytes};
  bool refused_ = false;  // a part of the present checkpoint was rejected; the engine's thread only
  std::thread thread_;
};

}  // namespace alarum::app
