#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/alert.h"
#include "model/matcher.h"

namespace alarum::model {

/// Keeps people from being told of the alerts that all its matchers match, from `starts_at` until
/// `ends_at` (Alertmanager's silence).
struct Silence {
  /// A UUID, given when it was made; it stands in the journal, so a replay has the same
  std::string id;
  Matchers matchers;
  Time starts_at, ends_at;
  Time updated_at;  ///< engine time of the record; set by who reads the record
  std::string created_by, comment;
  Labels annotations;
  /// Ends when nothing that it matches fires any more, at `ends_at` at the latest.
  bool until_resolved = false;

  enum class State { pending, active, expired };
  State state(Time now) const {
    return now < starts_at ? State::pending : now < ends_at ? State::active : State::expired;
  }
  bool matches(const Labels& labels) const { return all_match(matchers, labels); }
};

std::string_view to_text(Silence::State);

/// One JSON object, times in microseconds: what a journal record and a checkpoint hold
/// (docs/formats/journal.md "Silence").
std::string silence_json(const Silence& silence);
/// Error `bad_silence`.
Result<Silence> parse_silence(std::string_view json);

}  // namespace alarum::model
