#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "model/event.h"

namespace alarum::ingest {

/// How often each sender was refused for each reason since the start, so that the log has a line
/// for the first time, the second, the fourth, …: a flood of messages is no flood of lines. Any
/// thread. What comes beyond kMost is counted as one.
class Refusals {
 public:
  static constexpr std::size_t kMost = 4096;

  /// The number of this refusal.
  std::uint64_t count(model::Format format, std::string_view sender, std::string_view reason) {
    Key key(format, sender, reason);
    const std::lock_guard lock(mutex_);
    const auto known = counts_.find(key);
    if (known != counts_.end()) return ++known->second;
    return ++(counts_.size() < kMost ? counts_[std::move(key)] : others_);
  }

 private:
  using Key = std::tuple<model::Format, std::string, std::string>;

  std::mutex mutex_;  // guards what follows: messages come on every core
  std::map<Key, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

}  // namespace alarum::ingest
