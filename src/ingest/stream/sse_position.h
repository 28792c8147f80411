#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum::ingest {

/// How far an event stream was read, as it stands in `<data>/positions/`.
struct SsePosition {
  /// Of the last event that is in the journal; empty: the server gives none, or nothing was read
  std::string last_id;
  bool read = false;  ///< events were read: what comes without an id may follow a gap
  /// Random, another one at each save once a run is past what the one before had read: part of the
  /// identity of events that bring none. What a crash makes us read again (it follows `last_id`)
  /// gets the identities that it had; a server that begins its ids anew never makes two events one.
  std::string epoch;
  bool steady = false;  ///< its ids counted by one: a leap is a gap
  friend bool operator==(const SsePosition&, const SsePosition&) = default;
};

std::string sse_position_json(const SsePosition& position);
/// Error `bad_state`.
Result<SsePosition> read_sse_position(std::string_view json);

/// Judges from the ids whether something is missing. Ids are the server's own matter; only numbers
/// say more: ones that counted by one and then leap, or that begin anew. Pure.
class SseContinuity {
 public:
  /// `steady`: of an earlier run.
  SseContinuity(std::string_view last_id, bool steady)
      : last_(number(last_id)), steps_(steady ? kSteady : 0) {}

  /// A connection stands anew.
  void connected() { first_ = true; }
  /// The id of the next event. What is missing before it, in words, if anything.
  std::optional<std::string> next(std::string_view id);
  bool steady() const { return steps_ >= kSteady; }

 private:
  static constexpr int kSteady = 8;  // steps of one in a row, until a leap is a gap
  static std::optional<std::uint64_t> number(std::string_view id);

  std::optional<std::uint64_t> last_;
  int steps_ = 0;
  bool first_ = true;
};

}  // namespace alarum::ingest
