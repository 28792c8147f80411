#include "app/standing.h"

#include <fmt/ranges.h>

#include <utility>

namespace alarum::app {
namespace {

// A posted alert ends 5 minutes after its last post, so it is posted more often than that
constexpr auto kPostAgain = std::chrono::minutes(1);

}  // namespace

std::optional<Standing::Post> Standing::look(bool stands, Time now,
                                             std::chrono::nanoseconds monotonic) {
  if (!stands) {
    const auto since = std::exchange(since_, std::nullopt);
    return std::exchange(posted_, std::nullopt) ? std::optional(Post{since->wall, now, false})
                                                : std::nullopt;
  }
  if (!since_) since_ = {now, monotonic};
  if (monotonic - since_->monotonic < patience_ || (posted_ && monotonic - *posted_ < kPostAgain))
    return std::nullopt;
  return Post{since_->wall, {}, !std::exchange(posted_, monotonic)};
}

alert::Posted degraded_alert(const std::vector<std::string>& said, const Standing::Post& post) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumDegraded"}, {"severity", "warning"}};
  posted.starts_at = post.since;
  posted.ends_at = post.over;
  posted.annotations = {{"summary", "A part of Alarum does not work as it should"},
                        {"description", said.empty() ? "everything works again"
                                                     : fmt::format("{}", fmt::join(said, "; "))},
                        {"runbook",
                         "GET /-/ready?verbose names the parts and what to do; the log has the "
                         "faults. The alert ends by itself when all is well."}};
  return posted;
}

}  // namespace alarum::app
