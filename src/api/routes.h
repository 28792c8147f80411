#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "engine/stage.h"
#include "http/completion.h"
#include "http/router.h"

namespace alarum::api {

/// What the engine's thread knows of itself.
struct EngineNumbers {
  engine::Ledger::Counts changes;
  correlate::Counts correlate;
  alert::Book::Counts book;
  std::uint64_t missing_names = 0;
};

/// What the API asks the rest of the daemon for. All are called on an HTTP thread and must not block.
struct Sources {
  std::function<std::string(const EngineNumbers&)> metrics;    ///< the page's text
  std::function<Result<void>()> ready;                         ///< an error says why not
  std::function<void(http::Completion<Result<void>>)> reload;  ///< completes with what is at fault
  std::function<std::string()> receiver;                       ///< the name of the receiver of all alerts
  std::function<std::string()> status;                         ///< `GET /api/v1/status`: a JSON object
  engine::Stage* engine = nullptr;
};

/// Adds `/metrics`, `/-/healthy`, `/-/ready`, `POST /-/reload`, `GET /api/v2/alerts` and `GET /api/v1/status`.
void add_routes(http::Router& router, const Sources& sources);

}  // namespace alarum::api
