#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/silences.h"
#include "api/query.h"
#include "base/random.h"
#include "config/config.h"

namespace alarum::api {

/// `gettableSilences` / `gettableSilence` (Alertmanager API v2) with our `untilResolved`.
std::string silence_text(const model::Silence& silence, Time now);
/// The silences that the query wants (`filter`, `active`, `pending`, `expired`): active ones first,
/// by their end. Errors of Query.
Result<std::string> silences_text(const Query& query, const std::vector<model::Silence>& silences,
                                  Time now);

/// A `postableSilence`; `id` is empty for a new one.
struct Postable {
  model::Silence silence;
  /// Alertmanager's clients do not know `untilResolved`: what they change keeps it as it is
  bool says_until_resolved = false;
};
/// Errors `bad_silence` (what is wrong), `bad_json`.
Result<Postable> parse_postable(std::string_view body);
/// Whether it may be: ends in the future and after its start, demands something of an alert, and
/// keeps to `limits`. Moves a start in the past to `now`. `began`: of one that is changed, since
/// when it keeps alerts back.
Result<void> check_silence(model::Silence& silence, const config::Silences& limits, Time now,
                           std::optional<Time> began = std::nullopt);

/// What becomes of a posted silence that names `known`: changed in place, or the old one ends and a
/// new one begins (Alertmanager's rule: the matchers stay, and what has begun does not begin anew).
bool is_update(const model::Silence& posted, const model::Silence& known, Time now);

/// A random UUID (RFC 9562, version 4).
std::string new_uuid(Random& random);

}  // namespace alarum::api
