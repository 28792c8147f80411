#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// A row of Cloud Eye's "Querying Events" (API v1): how often an event occurred in the time asked
/// for.
struct CloudEyeCount {
  std::string name, type;  ///< `rebootServer`, `EVENT.SYS`
  std::uint64_t count = 0;
};

/// One page of it.
struct CloudEyeCounts {
  std::vector<CloudEyeCount> rows;
  std::uint64_t total = 0;  ///< of all pages, as they say
};
/// Errors: those of check_json; `bad_answer`.
Result<CloudEyeCounts> read_cloud_eye_counts(std::string_view json);

/// One item of "Querying Details of an Event". Its id is the service's `event_id`, else a hash of
/// project and item, as for reported ones (ces.h).
struct CloudEyeItem {
  std::string id;
  Time time;  ///< of `item`; of its arrival where it has none
  std::string raw;
  Decoded event;
};
struct CloudEyeItems {
  std::vector<CloudEyeItem> items;
  std::uint64_t total = 0;
};
/// `data` is the item's `detail`, byte for byte. What the vendor adds one day is taken as it is.
/// Errors: those of check_json; `bad_answer`.
Result<CloudEyeItems> read_cloud_eye_items(std::string_view json, std::string_view project,
                                           std::string_view sender, Time now);

/// What an answer that is no success says: `ces.0050: no permission`, else its beginning.
std::string cloud_eye_fault(std::string_view body);

}  // namespace alarum::ingest
