#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

/// Counts the Redfish pushes that came from the BMCs that sources have subscribed to, by the
/// subscription's context (as JSON) or the BMC's address. A source thereby learns whether the test
/// event that it asked for arrives. Owned by the Intake. Any thread. Memory is bounded by the
/// number of keys that were listened for; other senders cost an atomic load.
class Heard {
 public:
  /// Counts pushes of `whom` from now on, until the process ends.
  void listen_for(const std::string& whom) {
    const std::lock_guard lock(mutex_);
    counts_.try_emplace(whom, 0);
    listens_ = true;
  }
  /// A push of `whom` has arrived; the push route calls this.
  void came(std::string_view whom) {
    if (!listens_) return;
    const std::lock_guard lock(mutex_);
    if (const auto found = counts_.find(whom); found != counts_.end()) ++found->second;
  }
  /// Pushes since listen_for(); 0 for a key that nobody listens for.
  std::uint64_t count(std::string_view whom) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(whom);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::atomic<bool> listens_ = false;  // false: came() returns without locking
  mutable std::mutex mutex_;           // guards counts_, because every http thread counts
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

/// Decides whether the test event that a BMC was asked to send has arrived. Pure: `now` is any
/// steady clock, `heard` a count of Heard.
class DeliveryCheck {
 public:
  using Moment = std::chrono::nanoseconds;
  static constexpr Moment kPatience = std::chrono::minutes(1);
  /// `arrives`: something came. `silent`: nothing came for kPatience. `none`: no news.
  enum class News { none, arrives, silent };

  /// The BMC accepted the request for a test event. `heard`: the count before that request.
  void begin(Moment now, std::uint64_t heard) { until_ = now + kPatience, before_ = heard; }
  /// The news at `now`; each is returned once, and ends the check.
  News look(Moment now, std::uint64_t heard) {
    if (!until_) return News::none;
    const auto news = heard > before_ ? News::arrives : now >= *until_ ? News::silent : News::none;
    if (news != News::none) until_.reset();
    return news;
  }
  /// How long until look() can decide at the latest; nullopt if no check is running.
  std::optional<Moment> left(Moment now) const {
    return until_ ? std::optional(std::max(*until_ - now, Moment::zero())) : std::nullopt;
  }

 private:
  std::optional<Moment> until_;
  std::uint64_t before_ = 0;
};

}  // namespace alarum::ingest
