#pragma once
#include <string>
#include <vector>

#include "alert/book.h"

namespace alarum::api {

/// Items of `GET /api/v1/history`, newest first, commas between them; each with `at`, `offset`,
/// `alert` (its id) and `kind`: `fired`, `stage_changed`, `released`, `resolved` (with the whole
/// `after`), `notification` (`id`, `target`, `outcome`, `attempts`, `detail`) or `suppressed`
/// (`why`, `by`, `receiver`, `group`, `state`).
std::string items_json(const std::vector<alert::Book::Entry>& entries);

}  // namespace alarum::api
