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
/// Checks that a silence ends in the future and after its start, that its matchers do not match
/// every alert, and that it keeps within `limits`. Moves a start in the past to `now`. `began`: for
/// a silence that is changed, since when it has been active. Error `bad_silence`.
Result<void> check_silence(model::Silence& silence, const config::Silences& limits, Time now,
                           std::optional<Time> began = std::nullopt);

/// Whether a posted silence with the id of `known` changes that one in place. Otherwise the old one
/// ends and a new one begins. Alertmanager's rule: it is a change if the matchers are the same and
/// a start that has passed stays.
bool is_update(const model::Silence& posted, const model::Silence& known, Time now);

/// A random UUID (RFC 9562, version 4).
std::string new_uuid(Random& random);

}  // namespace alarum::api
