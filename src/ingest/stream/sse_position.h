#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum::ingest {

/// How far an event stream was read, as stored in `<data>/positions/`.
struct SsePosition {
  /// The id of the last event that is in the journal; empty if the server gives none, or nothing
  /// was read
  std::string last_id;
  bool read = false;  ///< events were read, so a reconnection without `last_id` may have a gap
  /// A random text that is part of the identity of events without an id of their own. Each save
  /// takes a new one, once this run has read an event that no earlier run had committed. Therefore
  /// events that are read again after a crash (those behind `last_id`) have the same identity as
  /// before, while a server that restarts its ids from 1 never makes two events one.
  std::string epoch;
  bool steady = false;  ///< the ids have counted by one, so a leap is a gap
  friend bool operator==(const SsePosition&, const SsePosition&) = default;
};

/// The text of the position file.
std::string sse_position_json(const SsePosition& position);
/// Reads that text. Error `bad_state`.
Result<SsePosition> read_sse_position(std::string_view json);

/// Judges from the ids whether events are missing. The standard gives ids no order, so only numbers
/// tell anything: ids that have counted by one and then leap, or that restart after a reconnection.
/// Pure.
class SseContinuity {
 public:
  /// `last_id`, `steady`: as an earlier run has stored them.
  SseContinuity(std::string_view last_id, bool steady)
      : last_(number(last_id)), steps_(steady ? kSteady : 0) {}

  /// A new connection begins.
  void connected() { first_ = true; }
  /// Takes the id of the next event. Returns a sentence about what is missing before it, if
  /// anything.
  std::optional<std::string> next(std::string_view id);
  /// Whether the ids have counted by one kSteady times in a row.
  bool steady() const { return steps_ >= kSteady; }

 private:
  static constexpr int kSteady = 8;  // steps of one in a row, after which a leap is a gap
  static std::optional<std::uint64_t> number(std::string_view id);

  std::optional<std::uint64_t> last_;  // the last id, if it was a number
  int steps_ = 0;                      // steps of one in a row
  bool first_ = true;                  // no event has come by this connection
};

}  // namespace alarum::ingest
