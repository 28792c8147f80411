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

/// How much came from whom somebody waits for: by the context or the address of a BMC. Bounded by
/// those who wait. Any thread.
class Heard {
 public:
  /// From now on it is counted.
  void listen_for(const std::string& whom) {
    const std::lock_guard lock(mutex_);
    counts_.try_emplace(whom, 0);
    listens_ = true;
  }
  void came(std::string_view whom) {
    if (!listens_) return;
    const std::lock_guard lock(mutex_);
    if (const auto found = counts_.find(whom); found != counts_.end()) ++found->second;
  }
  std::uint64_t count(std::string_view whom) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(whom);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::atomic<bool> listens_ = false;  // nobody does: nothing is locked
  mutable std::mutex mutex_;           // guards counts_: requests come on every core
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

/// Whether what a BMC was asked to send as a test arrives. All by one steady clock. Pure.
class DeliveryCheck {
 public:
  using Moment = std::chrono::nanoseconds;
  static constexpr Moment kPatience = std::chrono::minutes(1);
  enum class News { none, arrives, silent };

  /// The BMC took the test; so much had come before.
  void begin(Moment now, std::uint64_t heard) { until_ = now + kPatience, before_ = heard; }
  /// Each is said once.
  News look(Moment now, std::uint64_t heard) {
    if (!until_) return News::none;
    const auto news = heard > before_ ? News::arrives : now >= *until_ ? News::silent : News::none;
    if (news != News::none) until_.reset();
    return news;
  }
  /// Until it can be said; none: nothing is waited for.
  std::optional<Moment> left(Moment now) const {
    return until_ ? std::optional(std::max(*until_ - now, Moment::zero())) : std::nullopt;
  }

 private:
  std::optional<Moment> until_;
  std::uint64_t before_ = 0;
};

}  // namespace alarum::ingest
