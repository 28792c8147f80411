#include "deliver/attempt.h"

namespace alarum::deliver {
namespace {

void add_lines(const std::string& lines, std::vector<std::string>& into) {
  for (std::size_t at = 0, end = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1)
    into.push_back(lines.substr(at, end - at));
}

}  // namespace

Attempt attempt_of(const Target& target, const model::Notification& notification, Time now) {
  const auto& how = *target.how;
  Attempt attempt{how.url.reveal(), {}, notification.body};
  if (notification.headers.find("Content-Type:") == std::string::npos)
    attempt.headers.emplace_back("Content-Type: application/json");
  attempt.headers.push_back("Webhook-Id: " + notification.id);
  attempt.headers.push_back("Idempotency-Key: " + notification.id);
  add_lines(notification.headers, attempt.headers);
  if (!how.http.authorization.empty())
    attempt.headers.push_back("Authorization: " + how.http.authorization.reveal());
  for (const auto& [name, value] : how.http.headers)
    attempt.headers.push_back(name + ": " + value.reveal());
  receivers::receiver_of(how).prepare(attempt, notification.id, now);
  return attempt;
}

}  // namespace alarum::deliver
