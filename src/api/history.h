#pragma once
#include <string>
#include <vector>

#include "alert/book.h"
#include "api/query.h"

namespace alarum::api {

/// Items of `GET /api/v1/history`, newest first, commas between them; each with `at`, `offset`,
/// `alert` (its id) and `kind`: `fired`, `stage_changed`, `released`, `resolved` (with the whole
/// `after`), `notification` (`id`, `target`, `outcome`, `attempts`, `detail`) or `suppressed`
/// (`why`, `by`, `receiver`, `group`, `state`).
std::string items_json(const std::vector<alert::Book::Entry>& entries);

/// Items of `GET /api/v1/lifecycle`, as docs/http.md has them.
std::string items_json(const std::vector<alert::LifecycleEntry>& entries);

/// The most that `limit` may ask for: entries of one page.
constexpr std::size_t kMostHistory = 100'000;

/// What the parameters of `GET /api/v1/history` ask for, but for `filter`, `limit` and `after`.
/// Error `bad_parameter`, also where there is another parameter.
Result<alert::Book::Question> history_question(const Query& query, Time now);

/// The place after which a page begins, as text for a URL, and back. An empty text is before the
/// newest entry. Error `bad_parameter`.
std::string place_text(const alert::Book::Places& places);
Result<alert::Book::Places> history_places(const std::string& text);

/// What the parameters of `GET /api/v1/lifecycle` ask for. Error `bad_parameter`, also where there
/// is another parameter.
Result<alert::LifecycleQuestion> lifecycle_question(const Query& query, Time now);

}  // namespace alarum::api
