#pragma once
#include <optional>
#include <string>

#include "model/alert.h"
#include "model/event.h"

namespace alarum::alert {

constexpr Duration kResolveTimeout = std::chrono::minutes(5);

/// An alert that somebody posted to the API; its labels are its identity, no rule is needed.
struct Posted {
  model::Labels labels, annotations;
  std::optional<Time> starts_at, ends_at;
  std::string generator_url;
  Duration timeout = kResolveTimeout;  ///< without an end it is over so long after its last post
};

/// From when to when it holds, by the wall clock. `timeout`: nobody said its end, which is its
/// timeout after the post.
struct Activity {
  Time starts, ends;
  bool timeout = false;

  bool operator==(const Activity&) const = default;
};

/// What an alert holds that was posted again at `now` (types.Alert.Merge of Alertmanager, and where
/// its provider applies it): where the two overlap, the earliest start and the latest end that was
/// said, but one who says that it is over is right; offload the newer alone.
Activity merged(const Activity& old, const Activity& posted, Time now);

/// The event that stands for it in the journal (format `alertmanager`, source `alertmanager`, type:
/// its alertname, subject: its instance, extension kPostedMark). `id`: unlike any other.
model::Event event_of(const Posted& posted, std::string_view id, std::string_view sender);
/// The labels and the rest of an event that event_of() made (model::is_posted). Error `bad_record`:
/// its data is not what event_of() writes.
Result<Posted> posted_of(const model::Event& event);

}  // namespace alarum::alert
