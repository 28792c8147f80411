#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "model/event.h"

namespace alarum::ingest {

/// Counts how often each sender was rejected for each reason since the start. Callers log the
/// first, the second, the fourth and so on, so that a flood of messages does not become a flood of
/// lines. Any thread. Memory: kMost combinations of format, sender and reason; all further ones
/// share one count.
class Refusals {
 public:
  static constexpr std::size_t kMost = 4096;

  /// Counts one rejection and returns its number, from 1 on.
  std::uint64_t count(model::Format format, std::string_view sender, std::string_view reason) {
    Key key(format, sender, reason);
    const std::lock_guard lock(mutex_);
    const auto known = counts_.find(key);
    if (known != counts_.end()) return ++known->second;
    return ++(counts_.size() < kMost ? counts_[std::move(key)] : others_);
  }

 private:
  using Key = std::tuple<model::Format, std::string, std::string>;

  std::mutex mutex_;  // guards both members below, because every http thread counts
  std::map<Key, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

}  // namespace alarum::ingest
