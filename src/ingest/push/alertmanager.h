#pragma once
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Decodes the body of Alertmanager's webhook, version "4", into one event for each alert. `data`
/// is the alert, byte for byte (docs/formats/alertmanager.md). Pure, any thread.
///
/// Identity: Alertmanager sends a firing alert again every `repeat_interval` and whenever its group
/// changes, and such a repeat looks like a retry of the same request. Therefore the id contains the
/// minute of arrival: a retry within the minute is a duplicate, a later repeat is a new event that
/// keeps the alert alive. Resolved alerts have the minute in their id as well. With a pair of
/// Alertmanagers one may repeat the alert after the other has sent its end, and the first one's own
/// end must not count as a duplicate then.
///
/// Time: the event's time is the arrival `now`. Otherwise a repeat would be as old as the first
/// notification, and an end older than the last repeat. Only a firing alert that began within the
/// last 5 minutes, and not in the future, has its `startsAt`.
///
/// An alert without a fingerprint gets the one that Alertmanager computes from the labels, in the
/// id and in `data`.
///
/// Errors of the body: those of check_json, `not_an_object`, `bad_member`. Of one alert:
/// `not_an_object`, `bad_member`, `no_labels`. If the sender left alerts out (`truncatedAlerts`),
/// the result has one more error, `truncated_alerts`, so that the loss is counted.
///
/// `source` is the source of the events.
Result<std::vector<Decoded>> decode_alertmanager(std::string_view json, std::string_view sender,
                                                 Time now,
                                                 std::string_view source = "alertmanager");

}  // namespace alarum::ingest
