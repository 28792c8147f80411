#pragma once
#include <string_view>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// The body of Alertmanager's webhook, version "4": one event an alert, `data` being the alert as
/// it stands (docs/formats/alertmanager.md).
///
/// Alertmanager sends a firing alert again every `repeat_interval`, and whenever its group changes,
/// with nothing in it to tell it from a retry of the same request. The id has the minute of the
/// arrival in it: a retry is a duplicate, a repeat is news and keeps the alert alive. So has a
/// resolved one's: of a pair of Alertmanagers one may tell of the alert once more after the other
/// told of its end, and its own end must not be taken for that one.
///
/// What it says is true when it says it: the event's time is the arrival, else a repeat would be as
/// old as the first telling, and an end would be older than the last repeat. Only a firing alert
/// that began within the last 5 minutes is of its `startsAt`, none whose start is ahead of our
/// clock.
///
/// An alert without a fingerprint gets the one that Alertmanager would give its labels, in the id
/// and in `data`.
///
/// Errors: those of check_json, `not_an_object`, `bad_member`, `no_labels`. What is wrong with one
/// alert is that alert's error; alerts that the sender left out (`truncatedAlerts`) are one error
/// more, so that they are counted.
Result<std::vector<Decoded>> decode_alertmanager(std::string_view json, std::string_view sender,
                                                 Time now);

}  // namespace alarum::ingest
