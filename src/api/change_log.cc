#include "api/change_log.h"

namespace alarum::api {
namespace {

std::string name_of(const ChangeLog::Entry& entry) {
  return static_cast<char>('a' + static_cast<int>(entry.kind)) + entry.id;
}

bool may_suppress(const model::Change& change) {
  using Kind = model::Change::Kind;
  return change.kind == Kind::fired || change.kind == Kind::resolved ||
         change.kind == Kind::stage_changed;
}

}  // namespace

std::uint64_t ChangeLog::open() {
  const std::lock_guard lock(mutex_);
  ++readers_;
  unread_ = 0;
  if (!on_.exchange(true)) ++life_;
  return number_;
}

void ChangeLog::close() {
  const std::lock_guard lock(mutex_);
  --readers_;
}

// The number goes up, so that a reader who comes back learns that it has missed something.
void ChangeLog::switch_off() {
  on_ = false;
  entries_.clear();
  newest_.clear();
  floor_ = ++number_;
}

void ChangeLog::note(Entry entry) {
  if (!on_) return;
  const std::lock_guard lock(mutex_);
  if (readers_ == 0 && ++unread_ > kIdleChanges) return switch_off();
  if (entry.kind == Kind::silence || entry.kind == Kind::reload) ++causes_;
  entry.number = ++number_;
  const auto [known, fresh] = newest_.try_emplace(name_of(entry), entry.number);
  if (!fresh) entries_.erase(std::exchange(known->second, entry.number));
  entries_.emplace_hint(entries_.end(), entry.number, std::move(entry));
  if (entries_.size() <= most_) return;
  floor_ = entries_.begin()->first;
  newest_.erase(name_of(entries_.begin()->second));
  entries_.erase(entries_.begin());
}

void ChangeLog::note(const model::Change& change) {
  if (!on_) return;
  if (may_suppress(change)) ++causes_;
  const auto& alert = change.alert;
  Entry entry{Kind::alert, alert.id, {alert.rule, alert.key}};
  if (alert.state == model::AlertState::resolved)
    entry.reason = model::to_text(alert.reason), entry.ends_at = alert.ends_at;
  note(std::move(entry));
}

std::uint64_t ChangeLog::newest() const {
  const std::lock_guard lock(mutex_);
  return number_;
}

std::optional<ChangeLog::Piece> ChangeLog::after(std::uint64_t number, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  if (number < floor_ || number > number_) return std::nullopt;
  Piece piece{{}, number};
  for (auto at = entries_.upper_bound(number); at != entries_.end(); ++at) {
    if (piece.entries.size() == most) return piece;
    piece.entries.push_back(at->second);
    piece.next = at->first;
  }
  piece.next = number_;
  return piece;
}

}  // namespace alarum::api
