#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/time.h"

namespace alarum::cli {

/// What a daemon said of itself.
struct StatusAnswers {
  nlohmann::ordered_json status;         ///< `GET /api/v1/status`
  nlohmann::ordered_json alerts = {};    ///< `GET /api/v1/alerts/summary`; null: not known
  nlohmann::ordered_json rejected = {};  ///< `GET /api/v1/rejected`: the newest; null: not known
};

/// That on one screen: version, what is wrong, what is in force and since when, how many alerts
/// fire, who was heard when, whom notifications reach, journal, disk and ledger. `url`: as it was
/// asked. All of it may be shown on a terminal.
std::string status_text(const StatusAnswers& answers, const std::string& url, Time now);

/// The page `/-/ready?verbose` as JSON: `ready`, and under `checks` each part that is not well:
/// `name`, `state` (`failed`, `warning`), `reason` and `detail`.
nlohmann::ordered_json health_of(const std::string& page);

/// A line for each of them, and `ready` or `not ready` as the last.
std::string health_text(const nlohmann::ordered_json& health);

/// `GET /api/v1/targets` as a table.
std::string targets_text(const nlohmann::ordered_json& targets, Time now);

/// `GET /api/v1/rejected`: a line an entry, newest last; `bodies`: and below it what was refused.
std::string rejected_text(const nlohmann::ordered_json& entries, bool bodies);

/// `12.4 GiB`, `700 B`.
std::string size_text(double bytes);

}  // namespace alarum::cli
