#include "model/dedup.h"

#include <algorithm>
#include <limits>

namespace alarum::model {
namespace {

// How many entries before an entry is removed its place in the table is prefetched.
constexpr std::uint64_t kAhead = 16;
// How many different numbers 32 bits can store next to 0, which means none.
constexpr std::uint64_t kShort = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Time DedupSet::Order::first_at() const {
  return bases_.front().at + Duration(piece(first_).after[first_ % kPiece]);
}

void DedupSet::Order::push(const SeenEvent& event) {
  if (end_ / kPiece - first_ / kPiece == pieces_.size())
    pieces_.push_back(std::make_unique_for_overwrite<Piece>());
  const auto counts = [&](const Base& base) {
    return event.at >= base.at &&
           event.at - base.at <= Duration(std::numeric_limits<std::uint32_t>::max());
  };
  if (bases_.empty() || !counts(bases_.back())) bases_.push_back({end_, event.at});
  auto& piece = *pieces_.back();
  const auto at = end_ % kPiece;
  piece.identities[at] = event.identity;
  piece.after[at] = static_cast<std::uint32_t>((event.at - bases_.back().at).count());
  if (event.content != 0 && !piece.contents)
    piece.contents = std::make_unique<Each<std::uint64_t>>();
  if (piece.contents) (*piece.contents)[at] = event.content;
  ++end_;
}

void DedupSet::Order::pop() {
  if (++first_ % kPiece == 0) pieces_.pop_front();
  if (empty())
    bases_.clear();
  else if (bases_.size() > 1 && bases_[1].from == first_)
    bases_.pop_front();
}

std::uint32_t DedupSet::short_of(std::uint64_t number) {
  return static_cast<std::uint32_t>(number % kShort + 1);
}

std::uint64_t DedupSet::number_of(std::uint32_t short_number) const {
  const auto first = order_.first();
  return first + (short_number + kShort - short_of(first)) % kShort;
}

std::optional<std::uint64_t> DedupSet::content(const Identity& identity) const {
  const auto* const number = table_.find(identity, is(identity));
  return number ? std::optional(order_.content(number_of(*number))) : std::nullopt;
}

bool DedupSet::contains(const SeenAs& seen) const {
  return std::ranges::any_of(seen, [&](const auto& one) { return contains(one); });
}

void DedupSet::add(const SeenEvent& event) {
  // At a start all identities of the segments are added. Those that had left the window by then
  // must not take the place of those within it.
  expire(event.at);
  auto* const number = table_.find(event.identity, is(event.identity));
  if (number && order_.content(number_of(*number)) == event.content) return;
  if (number)
    *number = short_of(order_.end());
  else
    table_.add(event.identity, short_of(order_.end()));
  known_ += number == nullptr;
  order_.push(event);
  if (order_.size() <= max_) return;
  cut_ = true;
  forget_oldest();
}

void DedupSet::expire(Time now) {
  while (!order_.empty() && order_.first_at() + window_ < now) {
    forget_oldest();
    cut_ = false;
  }
}

Duration DedupSet::reach(Time now) const {
  return cut_ && !order_.empty() ? std::min(window_, now - order_.first_at()) : window_;
}

void DedupSet::forget_oldest() {
  const auto number = order_.first();
  if (order_.size() > kAhead) prefetch(order_.identity(number + kAhead));
  known_ -= table_.remove(order_.identity(number), short_of(number));
  order_.pop();
}

}  // namespace alarum::model
