#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

// Decoders of Cloud Eye's answers (API v1). Pure. Members that the vendor adds later are ignored.

/// A row of "Querying Events": how often an event occurred in the time that was asked for.
struct CloudEyeCount {
  std::string name, type;  ///< `rebootServer`, `EVENT.SYS`
  std::uint64_t count = 0;
};

/// One page of "Querying Events".
struct CloudEyeCounts {
  std::vector<CloudEyeCount> rows;
  std::uint64_t total = 0;  ///< rows of all pages, as Cloud Eye says
};
/// Reads such a page. Errors: those of check_json; `bad_answer` if it has no list `events`.
Result<CloudEyeCounts> read_cloud_eye_counts(std::string_view json);

/// One item of "Querying Details of an Event".
struct CloudEyeItem {
  /// The service's `event_id`, otherwise a hash of project and item, as for reported events (ces.h)
  std::string id;
  Time time;        ///< when it happened; the time of arrival if the item has none
  std::string raw;  ///< the item as JSON
  Decoded event;    ///< an error if the item lacks a required part
};
/// One page of "Querying Details of an Event".
struct CloudEyeItems {
  std::vector<CloudEyeItem> items;
  std::uint64_t total = 0;  ///< items of all pages, as Cloud Eye says
};
/// Reads such a page. The event's `data` is the item's `detail`, byte for byte. Errors: those of
/// check_json; `bad_answer` if it has no list `event_info`.
Result<CloudEyeItems> read_cloud_eye_items(std::string_view json, std::string_view project,
                                           std::string_view sender, Time now);

/// The reason in an answer that is no success, for the log: `ces.0050: no permission`, or the
/// beginning of the body. At most 200 bytes.
std::string cloud_eye_fault(std::string_view body);

}  // namespace alarum::ingest
