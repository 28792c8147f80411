// Brings receipts to disk in batches, without waiting. Until a receipt is on disk, a crash causes
// its notification to be sent again under the same id.
#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "deliver/stage.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

constexpr auto kAgain = 1s;  // time until a failed batch is tried again

}  // namespace

void Stage::record_receipts() {
  const auto now = clock_.monotonic();
  if (!recorded(now) || closed_ || unrecorded_.empty()) return;
  if (!stopping_ && now < record_at_ && unrecorded_.size() < kMostReceipts) return;
  const auto count = std::min(unrecorded_.size(), kMostReceipts);
  const auto end = unrecorded_.begin() + static_cast<std::ptrdiff_t>(count);
  recording_.assign(std::make_move_iterator(unrecorded_.begin()), std::make_move_iterator(end));
  unrecorded_.erase(unrecorded_.begin(), end);
  record_at_ = now + kReceiptsWait;
  for (const auto& one : recording_) {
    if (one.outcome != model::Receipt::Outcome::waiting) taken_.give_back(one.target);
  }
  submit_receipts(now);
}

// Whether no batch is being recorded. A failed batch is tried again until it is on disk, so that
// later receipts are not recorded before it.
bool Stage::recorded(std::chrono::nanoseconds now) {
  if (recording_.empty()) return true;
  const auto answer = answer_->exchange(Answer::none);
  if (answer == Answer::done) {
    recording_.clear();
    if (record_again_) log::info("deliver", "how notifications ended can be recorded again");
    record_again_.reset();
    return true;
  }
  if (answer == Answer::failed) {
    if (!record_again_) {
      log::error(
          "deliver",
          "how notifications ended cannot be recorded: a crash would make them be sent again",
          {{"receipts", recording_.size()}, {"next", "trying every second"}});
    }
    record_again_ = now + kAgain;
  } else if (record_again_ && now >= *record_again_) {
    submit_receipts(now);
  }
  return false;
}

void Stage::submit_receipts(std::chrono::nanoseconds now) {
  if (record_again_) record_again_ = now + 1h;  // the answer to this attempt sets it again
  closed_ = !record_(recording_, [answer = answer_, &transport = transport_](bool done) {
    answer->store(done ? Answer::done : Answer::failed);
    transport.wake();
  });
  if (closed_) recording_.clear();
}

std::optional<std::chrono::nanoseconds> Stage::receipts_due() const {
  if (closed_) return std::nullopt;
  if (!recording_.empty()) {
    if (answer_->load() != Answer::none) return 0ns;
    return record_again_;
  }
  if (unrecorded_.empty()) return std::nullopt;
  return stopping_ || unrecorded_.size() >= kMostReceipts ? 0ns : record_at_;
}

}  // namespace alarum::deliver
