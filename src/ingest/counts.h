#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/bounded_rows.h"
#include "model/event.h"

namespace alarum::ingest {

/// What became of the events of one wire format: received = accepted + duplicate + rejected +
/// failed. `accepted` and `duplicate` are on disk. `failed`: not stored, because the journal was
/// overloaded, full or behind. The sender of a request is asked to come again, and then they count
/// again; a source that tries again by itself counts them once, if it gives up.
struct FormatCounts {
  std::uint64_t accepted = 0, duplicate = 0, failed = 0;
  Time last_heard{};  ///< when something was accepted last, wall clock; 0: nothing since the start
  std::map<std::string, std::uint64_t> rejected;  ///< by reason
};

/// Accepted events that no rule matched, except built-in rules such as UnknownFault. Alerts that
/// were posted through the API need no rule and are not counted.
using UnmatchedCounts = std::map<std::pair<model::Format, model::Severity>, std::uint64_t>;

/// How many accepted events matched which rules.
struct MatchCounts {
  UnmatchedCounts unmatched;
  /// By rule: events that matched any part of it (its match, an end, a step, an annotation)
  std::map<std::string, std::uint64_t> by_rule;

  std::uint64_t all_unmatched() const {
    std::uint64_t sum = 0;
    for (const auto& [kind, count] : unmatched) sum += count;
    return sum;
  }
};

/// Counts rejections by reason. The reasons are words of the decoders; should there ever be more
/// than kMost, further ones share "(others)". Any thread.
class ReasonCounts {
 public:
  static constexpr std::size_t kMost = 50;
  void add(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    ++row_of(counts_, reason, kMost);
  }
  std::map<std::string, std::uint64_t> snapshot() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;  // guards counts_: many threads count, the metrics page reads
  std::map<std::string, std::uint64_t> counts_;
};

/// The counters of the intake since the start. Owned by the Intake. Any thread; each call takes a
/// mutex once, so call it once a request.
class Counts {
 public:
  void accepted(model::Format format, std::uint64_t accepted, std::uint64_t duplicate, Time at);
  void failed(model::Format format, std::uint64_t events);
  void rejected(model::Format format, const std::string& reason);
  void matched(const MatchCounts& events);
  std::map<model::Format, FormatCounts> snapshot() const;
  /// The first kMostRules rules that matched anything have a row each. Further rules share the row
  /// "(others)", so that reloads with ever new names cannot fill the memory.
  MatchCounts matches() const;
  static constexpr std::size_t kMostRules = 1'000;

 private:
  // Guards the two members below: every http thread writes them once a request, the metrics page
  // reads both.
  mutable std::mutex mutex_;
  std::map<model::Format, FormatCounts> counts_;
  MatchCounts matches_;
};

}  // namespace alarum::ingest
