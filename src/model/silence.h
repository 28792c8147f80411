#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/alert.h"
#include "model/matcher.h"

namespace alarum::model {

/// Alertmanager's silence: from `starts_at` until `ends_at`, people are not notified of alerts that
/// satisfy all of its matchers. A plain value; the engine owns the silences in force
/// (alert/silences.h).
struct Silence {
  /// A UUID. It is made with the silence and is in the journal, so a replay has the same.
  std::string id;
  Matchers matchers;
  Time starts_at, ends_at;
  Time updated_at;  ///< engine time of the record, set when the record is read
  std::string created_by, comment;
  Labels annotations;
  /// It ends when no alert that it matches fires any more, and at `ends_at` at the latest.
  bool until_resolved = false;

  enum class State { pending, active, expired };
  State state(Time now) const {
    return now < starts_at ? State::pending : now < ends_at ? State::active : State::expired;
  }
  bool matches(const Labels& labels) const { return all_match(matchers, labels); }
};

std::string_view to_text(Silence::State);

/// The silence as one JSON object with times in microseconds. It is what journal records and
/// checkpoints have (docs/formats/journal.md "Silence").
std::string silence_json(const Silence& silence);
/// The inverse. Error `bad_silence`: no such object, or one of its matchers is not valid.
Result<Silence> parse_silence(std::string_view json);

}  // namespace alarum::model
