// How notifications ended is brought to disk: in batches, and nobody waits for it. Until it is
// there a crash makes them be sent again, under their ids.
#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "deliver/stage.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

constexpr auto kAgain = 1s;  // after which what was not recorded is tried again

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

// Whether nothing is being recorded. What failed is tried again until it is there: what comes after
// it would else be recorded before it.
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
  if (record_again_) record_again_ = now + 1h;  // until it is answered
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
