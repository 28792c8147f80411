#include "alert/notification_log.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace alarum::alert {
namespace {

void put(ByteWriter& out, const NotificationLog::Ids& sorted) {
  out.number(sorted.size());
  for (std::uint64_t before = 0; const auto id : sorted) out.number(id - std::exchange(before, id));
}

NotificationLog::Ids get_ids(ByteReader& in) {
  NotificationLog::Ids ids;
  std::uint64_t before = 0;
  for (auto n = in.count(); n > 0 && in.good(); --n) ids.push_back(before += in.number());
  return ids;
}

bool within(const NotificationLog::Ids& part, const NotificationLog::Ids& whole) {
  return std::ranges::includes(whole, part);
}

}  // namespace

bool NotificationLog::Entry::knows(std::uint64_t alert) const {
  return std::ranges::binary_search(firing, alert);
}

bool NotificationLog::needs_update(const Entry* known, const Present& present) {
  if (!known) return !present.firing.empty();
  if (!within(present.firing, known->firing)) return true;
  if (present.firing.empty()) return !known->firing.empty();
  return present.news || (present.send_resolved && !within(present.resolved, known->resolved));
}

std::uint64_t NotificationLog::number_of(const std::string& alert_id) {
  return std::stoull(alert_id, nullptr, 16);
}

const NotificationLog::Entry* NotificationLog::find(const std::string& target) const {
  const auto found = std::ranges::find(entries_, fnv1a(target), &Entry::target);
  return found == entries_.end() ? nullptr : &*found;
}

NotificationLog::Entry* NotificationLog::find(const std::string& target) {
  return const_cast<Entry*>(std::as_const(*this).find(target));
}

NotificationLog::Entry& NotificationLog::find_or_add(const std::string& target) {
  if (auto* found = find(target)) return *found;
  auto& added = entries_.emplace_back();
  added.target = fnv1a(target);
  return added;
}

void NotificationLog::save(ByteWriter& out) const {
  out.number(entries_.size());
  for (const auto& one : entries_) {
    out.number(one.target);
    put(out, one.firing);
    put(out, one.resolved);
    out.time(one.at);
    out.number(one.unconfirmed ? 1 : 0);
  }
}

void NotificationLog::load(ByteReader& in, bool has_unconfirmed) {
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto& one = entries_.emplace_back();
    one.target = in.number();
    one.firing = get_ids(in);
    one.resolved = get_ids(in);
    one.at = in.time();
    one.unconfirmed = has_unconfirmed && in.number() != 0;
  }
}

}  // namespace alarum::alert
