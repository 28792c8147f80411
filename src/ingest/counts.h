#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "model/event.h"

namespace alarum::ingest {

/// What arrived and what became of it, by wire format. received = accepted + duplicate + rejected +
/// failed: failed ones were answered 429 or 503 and will be sent again.
struct FormatCounts {
  std::uint64_t accepted = 0, duplicate = 0, failed = 0;
  std::map<std::string, std::uint64_t> rejected;  ///< by reason
};

/// Events that no rule matched, but for UnknownFault and its like; alerts that were posted need
/// none and are not among them.
using UnmatchedCounts = std::map<std::pair<model::Format, model::Severity>, std::uint64_t>;

/// What the rules made of some events that were accepted: counted beside them, entered at once.
struct MatchCounts {
  UnmatchedCounts unmatched;
  /// Events that fitted the rule in any way: its match, an end, a step, an annotation
  std::map<std::string, std::uint64_t> by_rule;
};

/// Any thread.
class Counts {
 public:
  void accepted(model::Format format, std::uint64_t accepted, std::uint64_t duplicate);
  void failed(model::Format format, std::uint64_t events);
  void rejected(model::Format format, const std::string& reason);
  void matched(const MatchCounts& events);
  std::map<model::Format, FormatCounts> snapshot() const;
  /// Of the first kMostRules rules that matched anything; what further ones matched stands under
  /// "(others)".
  MatchCounts matches() const;
  static constexpr std::size_t kMostRules = 1'000;

 private:
  // Guards the two below: touched once a request by every core, read by the metrics page
  mutable std::mutex mutex_;
  std::map<model::Format, FormatCounts> counts_;
  MatchCounts matches_;
};

}  // namespace alarum::ingest
