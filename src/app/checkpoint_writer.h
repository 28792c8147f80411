#pragma once
#include <optional>
#include <thread>

#include "base/channel.h"
#include "base/snapshot.h"
#include "engine/stage.h"
#include "journal/checkpoints.h"

namespace alarum::app {

/// Writes checkpoints as they come from the engine, on a thread of its own: the engine does not wait for the disk. What cannot be written is logged,
/// and is over: the next one is another attempt.
class CheckpointWriter {
 public:
  /// `oldest` hears, on our thread, from where on the journal is needed.
  CheckpointWriter(journal::Checkpoints& checkpoints, std::function<void(model::Offset)> oldest);
  ~CheckpointWriter() { stop(); }

  /// Any thread; waits where there is no room.
  void take(engine::CheckpointPart part);
  bool has_room() const { return channel_.weight() < kBytes / 2; }
  /// Why the newest attempt failed; nullptr: it did not. Any thread.
  std::shared_ptr<const Error> fault() const { return fault_.get(); }
  /// Writes what came, then ends.
  void stop();

 private:
  static constexpr std::size_t kBytes = 16 << 20;  // that wait
  void run();
  void write(const engine::CheckpointPart& part);
  Result<void> write_part(const engine::CheckpointPart& part);

  journal::Checkpoints& checkpoints_;
  const std::function<void(model::Offset)> oldest_;
  std::optional<journal::Draft> draft_;
  Snapshot<Error> fault_;
  Channel<engine::CheckpointPart> channel_{kBytes};
  std::thread thread_;
};

}  // namespace alarum::app
