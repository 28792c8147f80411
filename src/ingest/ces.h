#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace alarum::ingest {

/// One item of a Cloud Eye report. The answer to the report repeats id and name.
struct CesItem {
  model::Event event;
  std::string event_id;
  std::string event_name;
};

/// Items of one report at most, as the API has it.
constexpr std::size_t kMaxCesItems = 100;

/// Decodes the body of Cloud Eye's `POST /V1.0/{project_id}/events` (API v1 "Reporting Events"): a
/// bare array of 1 to 100 items. Pure, any thread. The event's `data` is the item's `detail`
/// object, byte for byte; the project is the extension `projectid`.
///
/// The first fault rejects the whole call, as the vendor does; the message names its place as
/// `[3].detail.event_level`. `strict`: reject what the vendor's documents forbid. Without it,
/// EVENT.SYS, empty optional fields, any age, a time in seconds, and any characters in
/// `resource_id` are accepted, because real senders use them. `now`: what ages are counted from.
/// Errors: those of check_json, `bad_project`, `bad_body`, `unknown_member`, `missing_member`,
/// `bad_member`.
Result<std::vector<CesItem>> decode_ces(std::string_view json, std::string_view project,
                                        std::string_view sender, bool strict, Time now);

}  // namespace alarum::ingest
