#include "cli/folder_history.h"

#include <nlohmann/json.hpp>

#include "api/history.h"

namespace alarum::cli {

Result<FolderHistory> FolderHistory::open(const std::string& folder, bool bridge, Time now) {
  auto view = alert::BookView::open(folder + "/book.sqlite");
  if (!view) return std::unexpected(view.error());
  return FolderHistory(std::move(*view), bridge, now);
}

Result<nlohmann::ordered_json> FolderHistory::page(const std::string& query) {
  const auto items = bridge_ ? bridge_page(query) : alerts_page(query);
  if (!items) return std::unexpected(items.error());
  return nlohmann::ordered_json::parse("[" + *items + "]");
}

Result<std::string> FolderHistory::alerts_page(const std::string& query) {
  const api::Query asked(query);
  auto question = api::history_question(asked, now_);
  if (!question) return std::unexpected(question.error());
  const auto filter = asked.matchers("filter");
  if (!filter) return std::unexpected(filter.error());
  const auto limit = asked.count("limit", question->limit, api::kMostHistory);
  if (!limit) return std::unexpected(limit.error());
  question->limit = *limit;
  auto found = view_.entries(*question, places_);
  if (!found) return std::unexpected(found.error());
  more_ = found->next.has_value();
  if (more_) places_ = *found->next;
  const auto fits = [&](const alert::Book::Entry& entry) {
    const auto alert = view_.alert(entry.alert_id);
    return alert && *alert && model::all_match(*filter, (*alert)->labels);
  };
  if (!filter->empty())
    std::erase_if(found->entries, [&](const auto& entry) { return !fits(entry); });
  return api::items_json(found->entries);
}

Result<std::string> FolderHistory::bridge_page(const std::string& query) {
  auto question = api::lifecycle_question(api::Query(query), now_);
  if (!question) return std::unexpected(question.error());
  if (below_) question->below = *below_;
  const auto found = view_.lifecycle(*question);
  if (!found) return std::unexpected(found.error());
  more_ = found->next.has_value();
  below_ = found->next;
  return api::items_json(found->entries);
}

}  // namespace alarum::cli
