#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"
#include "ingest/push/object.h"

namespace alarum::ingest {

// Redfish payloads and log entries (DMTF DSP0266). All functions are pure. `sender`: the BMC's
// address.

/// Decodes what a BMC posts: Redfish `Event` and `MetricReport` payloads (DSP0266 "Eventing"), with
/// the deviations that real BMCs show (docs/formats/redfish.md). Each event record or metric value
/// becomes one event. The sender's address is the source; `Context` is the extension `context`.
///
/// Identity: BMCs restart their event ids from 1 when they reboot. Therefore the id is a hash of
/// the sender and the whole record. It includes the minute of arrival if the record has no time, or
/// one that is more than a day from `now`; such a clock may repeat itself after each reboot.
/// Whether such a time counts is decided by the engine (engine/sender_clocks.h).
///
/// Errors of the body: those of check_json; `not_redfish`. Of a record: `not_an_object`.
Result<std::vector<Decoded>> decode_redfish(std::string_view json, std::string_view sender,
                                            Time now);

/// Decodes an entry of a BMC's log (Redfish LogEntry) into the event that a push of it would have
/// made; `data` is the entry, and the extension `logentry` its path. `context`: that of the
/// source's subscription. Errors: those of check_json; `not_an_object`.
Decoded decode_redfish_entry(std::string_view json, std::string_view sender,
                             std::string_view context);

/// When the event of a log entry happened: its EventTimestamp, otherwise Created. nullopt if the
/// BMC's clock was not set.
std::optional<Time> redfish_entry_time(const Object& entry);

/// False for times that only a clock shows which was never set; BMCs start in 1970.
bool clock_was_set(Time time);

/// Reads a BMC's time; nullopt if it cannot be read or its clock was not set.
std::optional<Time> redfish_time(std::string_view text);

/// A MessageId without the version of its registry, so that rules survive firmware updates:
/// `StorageDevice.DriveFailure` for `StorageDevice.1.2.1.DriveFailure`. Other texts are unchanged.
std::string without_version(std::string_view message_id);

}  // namespace alarum::ingest
