#include "deliver/alert_order.h"

#include <algorithm>

namespace alarum::deliver {

void AlertOrder::add(std::uint64_t sequence, const std::string& group,
                     const std::vector<std::uint64_t>& alerts) {
  auto& one = undelivered_[sequence];
  one.group = group;
  for (const auto alert : alerts) {
    auto& line = lines_[alert];
    if (line.newest == sequence) continue;  // the notification names the alert twice
    one.alerts.push_back(alert);
    ++line.undelivered;
    const auto newest = undelivered_.find(line.newest);
    const bool same = newest != undelivered_.end() && newest->second.group == group;
    if (!same) line.other = line.newest;
    line.newest = sequence;
    const auto first = undelivered_.find(line.other);
    if (first == undelivered_.end()) continue;
    first->second.before.push_back(sequence);
    ++one.waits_for;
  }
}

bool AlertOrder::waits(std::uint64_t sequence) const {
  const auto found = undelivered_.find(sequence);
  return found != undelivered_.end() && found->second.waits_for > 0;
}

std::vector<std::string> AlertOrder::over(std::uint64_t sequence) {
  std::vector<std::string> freed;
  const auto found = undelivered_.find(sequence);
  if (found == undelivered_.end()) return freed;
  const auto one = std::move(found->second);
  undelivered_.erase(found);
  for (const auto alert : one.alerts) {
    if (const auto line = lines_.find(alert); --line->second.undelivered == 0) lines_.erase(line);
  }
  for (const auto later : one.before) {
    const auto waiting = undelivered_.find(later);
    if (waiting == undelivered_.end() || --waiting->second.waits_for > 0) continue;
    if (std::ranges::find(freed, waiting->second.group) == freed.end())
      freed.push_back(waiting->second.group);
  }
  return freed;
}

}  // namespace alarum::deliver
