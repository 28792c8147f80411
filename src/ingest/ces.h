#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace alarum::ingest {

/// One item of a Cloud Eye report, with what its answer needs.
struct CesItem {
  model::Event event;
  std::string event_id;
  std::string event_name;
};

constexpr std::size_t kMaxCesItems = 100;

/// The body of Cloud Eye's `POST /V1.0/{project_id}/events` (API v1 "Reporting Events"): a bare
/// array of 1 to 100 items. `data` is the item's `detail` object, byte for byte; the project is the
/// extension `projectid`. The whole call is refused on the first fault, which the message names as
/// `[3].detail.event_level`. Unless `strict`, EVENT.SYS, empty optional fields and any age are
/// taken, a time in seconds, and any characters in `resource_id`. Reasons: those of check_json,
/// `bad_project`, `bad_body`, `unknown_member`, `missing_member`, `bad_member`.
Result<std::vector<CesItem>> decode_ces(std::string_view json, std::string_view project,
                                        std::string_view sender, bool strict, Time now);

}  // namespace alarum::ingest
