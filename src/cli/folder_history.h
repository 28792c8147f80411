#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "alert/book_view.h"
#include "base/time.h"

namespace alarum::cli {

/// The history of a data folder, which a daemon may be writing: as `GET /api/v1/history` and `GET
/// /api/v1/lifecycle` give it, with the same parameters.
class FolderHistory {
 public:
  /// `bridge`: the lifecycle. Errors: those of BookView::open().
  static Result<FolderHistory> open(const std::string& folder, bool bridge, Time now);

  /// The next page of what the query string asks for; it goes on where the page before ended.
  /// Errors: `bad_parameter`, `bad_matcher`, those of BookView.
  Result<nlohmann::ordered_json> page(const std::string& query);
  /// The receivers that it names.
  Result<std::vector<std::string>> receivers() { return view_.receivers(); }
  /// Whether there is another page.
  bool more() const { return more_; }

 private:
  FolderHistory(alert::BookView view, bool bridge, Time now)
      : view_(std::move(view)), bridge_(bridge), now_(now) {}
  Result<std::string> alerts_page(const std::string& query);
  Result<std::string> bridge_page(const std::string& query);

  alert::BookView view_;
  bool bridge_;
  Time now_;
  alert::Book::Places places_;
  std::optional<model::Offset> below_;
  bool more_ = false;
};

}  // namespace alarum::cli
