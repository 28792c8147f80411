#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/matcher.h"

namespace alarum::cli {

/// How alerts are shown. The alerts are a list as `GET /api/v2/alerts` gives it.
struct AlertTable {
  Time now;
  bool colour = false;
  bool head = false;      ///< a line with the numbers before the rows
  bool wide = false;      ///< whole ids, times and summaries
  bool fold = true;       ///< many alerts of one name in one row, see kFoldFrom
  std::size_t width = 0;  ///< columns of the terminal; 0: any number

  /// From so many alerts on, those of one name and severity that are more than kFoldMore stand in
  /// one row: `NpuOverheated ×29 on 8 servers`.
  static constexpr std::size_t kFoldFrom = 20, kFoldMore = 5;
};

/// Worst first, then newest; those that ended after those that fire.
void sort_alerts(nlohmann::ordered_json& alerts);

/// `83 firing: 38 critical, 12 major, 33 warning; 5 suppressed, 2 acknowledged`
std::string head_line(const nlohmann::ordered_json& alerts);
/// Rows under a heading, in columns as wide as what is in them. All of it may be shown on a
/// terminal. `alerts`: sorted.
std::string alerts_text(const nlohmann::ordered_json& alerts, const AlertTable& how);
/// For scripts: a line an alert, of fields with tabs between them: id, severity, state, alertname,
/// startsAt, count, labels. No heading.
std::string simple_text(const nlohmann::ordered_json& alerts);

/// `12s`, `7m`, `3h20m`, `5d`: how long ago.
std::string age_text(Duration age);
/// `alertname="A"` of each.
std::vector<std::string> texts_of(const model::Matchers& matchers);

/// Rows in columns that are as wide as what is in them, two spaces between; `right`: the columns
/// that are aligned on the right. UTF-8; what a terminal shows as two columns counts as one.
std::string columns_text(const std::vector<std::vector<std::string>>& rows,
                         const std::vector<std::size_t>& right = {});

}  // namespace alarum::cli
