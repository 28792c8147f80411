#pragma once
#include <string>
#include <vector>

#include "alert/book.h"

namespace alarum::api {

/// `GET /api/v1/history`: a list, newest first; each with `at`, `offset`, `alert` (its id) and `kind`: `fired`, `stage_changed`, `released`,
/// `resolved` (with the whole `after`), `notification` (`id`, `target`, `outcome`, `attempts`, `detail`) or `suppressed` (`why`, `by`,
/// `receiver`, `group`, `state`).
std::string history_json(const std::vector<alert::Book::Entry>& entries);

}  // namespace alarum::api
