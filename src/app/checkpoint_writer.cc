#include "app/checkpoint_writer.h"

#include "base/log.h"
#include "base/thread_name.h"

namespace alarum::app {

void CheckpointWriter::take(engine::CheckpointPart part) {
  if (part.first) refused_ = false;
  if (refused_) return;
  const auto weight = part.bytes.size() + sizeof part;
  if (channel_.try_push(std::move(part), weight)) return;
  refused_ = true;
  (void)channel_.push_over_bound(std::nullopt);
}

void CheckpointWriter::start() {
  thread_ = std::thread([this] {
    name_thread("checkpoints");
    while (turn(patience())) {
    }
  });
}

void CheckpointWriter::stop() {
  close();
  if (thread_.joinable()) thread_.join();
}

bool CheckpointWriter::turn(std::chrono::nanoseconds most) {
  const auto items = channel_.take_all(most);
  if (!items) return false;
  for (const auto& item : *items) write(item);
  return true;
}

std::chrono::nanoseconds CheckpointWriter::patience() const {
  return channel_.ready() ? std::chrono::nanoseconds() : std::chrono::hours(1);
}

void CheckpointWriter::write(const Item& item) {
  if (!item) return give_up({"overrun", "its parts came faster than they could be written"});
  if (auto done = write_part(*item); !done) give_up(done.error());
}

void CheckpointWriter::give_up(const Error& why) {
  ++failed_;
  fault_.set(std::make_shared<const Error>(why));
  log::error("app", "no checkpoint was written", {{"reason", why.reason}, {"detail", why.message}});
  if (draft_) std::exchange(draft_, nullptr)->give_up();
}

Result<void> CheckpointWriter::write_part(const engine::CheckpointPart& part) {
  if (part.first) {
    draft_.reset();
    auto draft = journal_.begin_checkpoint(part.offset);
    if (!draft) return std::unexpected(draft.error());
    draft_ = std::move(*draft);
    draft_bytes_ = 0;
    draft_began_ = clock_.monotonic();
  }
  if (!draft_) return {};  // a further part of a checkpoint that was given up
  draft_bytes_ += part.bytes.size();
  if (auto done = draft_->add(part.bytes); !done || !part.last) return done;
  if (auto done = std::exchange(draft_, nullptr)->finish(); !done) return done;
  ++written_;
  newest_.set(std::make_shared<const Written>(
      Written{clock_.wall(), draft_bytes_, clock_.monotonic() - draft_began_}));
  fault_.set(nullptr);
  if (const auto oldest = journal_.view().oldest_checkpoint()) journal_.set_checkpointed(*oldest);
  return {};
}

}  // namespace alarum::app
