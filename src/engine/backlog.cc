#include "engine/backlog.h"

#include <algorithm>
#include <utility>

namespace alarum::engine {
namespace {

std::size_t bytes_of(const std::vector<model::Record>& records) {
  auto bytes = records.size() * sizeof(model::Record);
  for (const auto& record : records) {
    if (const auto* event = std::get_if<model::Event>(&record.payload))
      bytes += event->bytes().size();
  }
  return bytes;
}

}  // namespace

bool Backlog::offer(std::vector<model::Record> records, std::chrono::nanoseconds now) {
  const auto first = records.front().at;
  const auto bytes = bytes_of(records);
  newest_ = records.back().at;
  end_ = records.back().offset + 1;
  offered_ = now;
  const bool wake = !std::exchange(oldest_, oldest_.value_or(first));
  // A commit that is larger than the bound fits into an empty buffer. After a dropped one all are
  // dropped, because the engine takes them in order.
  if (dropped_from_ || (bytes_ > 0 && bytes_ + bytes > bound_)) {
    dropped_from_ = dropped_from_.value_or(first);
    return wake;
  }
  commits_.push_back({std::move(records), bytes, now});
  bytes_ += bytes;
  return wake;
}

Backlog::Commit Backlog::take() {
  if (commits_.empty()) return {};
  auto oldest = std::move(commits_.front());
  commits_.pop_front();
  bytes_ -= oldest.bytes;
  return oldest;
}

std::optional<model::Offset> Backlog::read_to() {
  if (!commits_.empty() || !dropped_from_) return std::nullopt;
  dropped_from_.reset();
  return end_;
}

void Backlog::entered(std::optional<Time> reading) {
  oldest_ = reading             ? reading
            : !commits_.empty() ? commits_.front().records.front().at
                                : dropped_from_;
}

Duration Backlog::lag(std::chrono::nanoseconds now) const {
  return oldest_ ? age(*oldest_, now) : Duration::zero();
}

Duration Backlog::age(Time stamped, std::chrono::nanoseconds now) const {
  const auto engine_now = newest_ + std::chrono::duration_cast<Duration>(now - offered_);
  return std::max(engine_now - stamped, Duration::zero());
}

}  // namespace alarum::engine
