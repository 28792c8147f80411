#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/time.h"

namespace alarum::correlate {

/// When the keys of an `absent` rule were seen last: a histogram, so that no key must be looked at
/// to know how many are quiet. Where many keys are to be waited for again, they are not touched:
/// all that were seen up to `until` count as seen at `at`. Times are engine time.
class LastSeen {
 public:
  struct Rearmed {
    Time until, at;
  };

  explicit LastSeen(Duration span) : bin_(std::max<Duration>(Duration(1), span / kBins)) {}
  /// What counts as the time of a key that was seen at `last`.
  Time counted(Time last) const;
  void add(Time last, std::uint32_t keys = 1) { bins_[bin(last)] += keys; }
  void remove(Time last);
  /// All that were seen up to the end of the bin of `until` are waited for from `at` on.
  void rearm(Time until, Time at);
  /// How many keys there are, and how many of them were seen no later than in the bin of `bound`.
  struct Share {
    std::uint32_t quiet = 0, all = 0;
  };
  Share quiet(Time bound) const;

  const std::vector<Rearmed>& rearmed() const { return rearmed_; }
  void restore(std::vector<Rearmed> rearmed) { rearmed_ = std::move(rearmed); }

 private:
  static constexpr std::int64_t kBins = 16;  // of an `absent` span
  std::int64_t bin(Time time) const { return time.time_since_epoch().count() / bin_.count(); }

  Duration bin_;
  std::map<std::int64_t, std::uint32_t> bins_;
  std::vector<Rearmed> rearmed_;  // in the order in which they came; few
};

}  // namespace alarum::correlate
