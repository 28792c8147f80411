#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"
#include "ingest/push/object.h"

namespace alarum::ingest {

/// What a BMC posts (Redfish `Event` and `MetricReport` payloads, DMTF DSP0266 "Eventing"), with
/// the deviations that real ones show: an event a record or a metric value. The sender's address is
/// the source; `Context` is the extension `context`. docs/formats/redfish.md.
///
/// BMCs begin their event ids anew when they restart: the id is a hash of the sender and the whole
/// record, and of the minute of arrival where the record has no time of its own, or one that is
/// more than a day off. What such a time is worth is the engine's to say (engine/sender_clocks.h).
///
/// Errors: those of check_json; `not_redfish` for what is neither. Of a record: `not_an_object`.
Result<std::vector<Decoded>> decode_redfish(std::string_view json, std::string_view sender,
                                            Time now);

/// An entry of a BMC's log (Redfish LogEntry) as the event that a push of it would have been;
/// `data` is the entry, and the extension `logentry` its path. Errors: those of check_json;
/// `not_an_object`.
Decoded decode_redfish_entry(std::string_view json, std::string_view sender,
                             std::string_view context);

/// When what a log entry tells of happened: its EventTimestamp, else when it was written.
std::optional<Time> redfish_entry_time(const Object& entry);

/// BMCs start in 1970.
bool clock_was_set(Time time);

/// A BMC's moment; none of a clock that nobody set.
std::optional<Time> redfish_time(std::string_view text);

/// `StorageDevice.DriveFailure` of `StorageDevice.1.2.1.DriveFailure`: the type goes without the
/// registry's version. Anything else as it is.
std::string without_version(std::string_view message_id);

}  // namespace alarum::ingest
