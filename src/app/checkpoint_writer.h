#pragma once
#include <optional>
#include <thread>

#include "base/channel.h"
#include "base/snapshot.h"
#include "engine/stage.h"
#include "journal/journal.h"

namespace alarum::app {

/// Writes checkpoints as they come from the engine, in turns of its own (start(): on a thread of
/// its own): the engine does not wait for the disk. What cannot be written is logged, and is over:
/// the next one is another attempt.
class CheckpointWriter {
 public:
  /// `journal` keeps them, and hears, within a turn, from where on it is needed.
  explicit CheckpointWriter(journal::Journal& journal) : journal_(journal) {}
  ~CheckpointWriter() { stop(); }

  /// The engine's thread; never waits. Where there is no room the part is refused and its
  /// checkpoint given up, for without it the checkpoint would be wrong: who calls asks has_room()
  /// first.
  void take(engine::CheckpointPart part);
  /// Any thread.
  bool has_room() const { return channel_.weight() < kBytes / 2; }
  /// Why the newest attempt failed; nullptr: it did not. Any thread.
  std::shared_ptr<const Error> fault() const { return fault_.get(); }
  void start();
  /// One turn: waits at most `most` for parts, writes all that are there. False: it was closed, all
  /// is written. One thread.
  bool turn(std::chrono::nanoseconds most);
  /// How long there is nothing to do unless something comes.
  std::chrono::nanoseconds patience() const;
  /// What comes later is dropped; turns write what came before.
  void close() { channel_.close(); }
  /// Closes, and waits for the thread.
  void stop();

 private:
  static constexpr std::size_t kBytes = 16 << 20;      // that wait
  using Item = std::optional<engine::CheckpointPart>;  // nullopt: a part was refused here
  void write(const Item& item);
  void give_up(const Error& why);
  Result<void> write_part(const engine::CheckpointPart& part);

  journal::Journal& journal_;
  std::unique_ptr<journal::CheckpointDraft> draft_;
  Snapshot<Error> fault_;
  Channel<Item> channel_{kBytes};
  bool refused_ = false;  // a part of the checkpoint that the engine is giving us; the engine's
  std::thread thread_;
};

}  // namespace alarum::app
