#include "app/checkpoint_writer.h"

#include "base/log.h"

namespace alarum::app {

CheckpointWriter::CheckpointWriter(journal::Checkpoints& checkpoints, std::function<void(model::Offset)> oldest)
    : checkpoints_(checkpoints), oldest_(std::move(oldest)), thread_([this] { run(); }) {}

void CheckpointWriter::take(engine::CheckpointPart part) {
  const auto weight = part.bytes.size() + sizeof part;
  channel_.push(std::move(part), weight);
}

void CheckpointWriter::stop() {
  channel_.close();
  if (thread_.joinable()) thread_.join();
}

void CheckpointWriter::run() {
  while (auto parts = channel_.take_all(std::chrono::hours(1))) {
    for (const auto& part : *parts) write(part);
  }
}

void CheckpointWriter::write(const engine::CheckpointPart& part) {
  const auto done = write_part(part);
  if (done) return;
  fault_.set(std::make_shared<const Error>(done.error()));
  log::error("app", "no checkpoint was written", {{"reason", done.error().reason}, {"detail", done.error().message}});
  if (draft_) checkpoints_.give_up(*std::exchange(draft_, std::nullopt));
}

Result<void> CheckpointWriter::write_part(const engine::CheckpointPart& part) {
  if (part.first) {
    draft_.reset();
    auto draft = checkpoints_.begin(part.offset);
    if (!draft) return std::unexpected(draft.error());
    draft_ = std::move(*draft);
  }
  if (!draft_) return {};  // of one that failed
  if (auto done = draft_->add(part.bytes); !done || !part.last) return done;
  if (auto done = checkpoints_.finish(*std::exchange(draft_, std::nullopt)); !done) return done;
  fault_.set(nullptr);
  if (const auto oldest = checkpoints_.oldest()) oldest_(*oldest);
  return {};
}

}  // namespace alarum::app
