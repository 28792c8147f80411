#pragma once
#include <optional>
#include <string>

#include "model/alert.h"
#include "model/event.h"

namespace alarum::alert {

/// Alertmanager's `global.resolve_timeout`, for posts that name no end.
constexpr Duration kResolveTimeout = std::chrono::minutes(5);

/// An alert that a client posted to the API (Alertmanager's API v2, `POST /api/v2/alerts`). Its
/// labels are its identity, and it needs no rule.
struct Posted {
  model::Labels labels, annotations;
  std::optional<Time> starts_at, ends_at;  ///< by the wall clock, as the client said them
  std::string generator_url;
  Duration timeout = kResolveTimeout;  ///< if it has no end: how long it fires after its last post
};

/// From when to when an alert holds, by the wall clock. `timeout`: the end was not stated, but is
/// the post plus its timeout.
struct Activity {
  Time starts, ends;
  bool timeout = false;

  bool operator==(const Activity&) const = default;
};

/// What results if an alert is posted again at `now` (as types.Alert.Merge of Alertmanager, and as
/// its provider uses it). If both periods overlap: the earlier start, and the later of the stated
/// ends, but a post that says that the alert is over is believed. If they do not overlap, the newer
/// one alone.
Activity merged(const Activity& old, const Activity& posted, Time now);

/// The event that stands for a posted alert in the journal: format and source `alertmanager`, type
/// its alertname, subject its instance, extension kPostedMark. `id` must be unique.
model::Event event_of(const Posted& posted, std::string_view id, std::string_view sender);
/// The posted alert in an event of event_of() (model::is_posted()). Error `bad_record`: the event's
/// data is not a JSON object as event_of() writes it.
Result<Posted> posted_of(const model::Event& event);

}  // namespace alarum::alert
