#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/event.h"
#include "model/record.h"

namespace alarum::model {

/// Sorted by name, as Alertmanager's fingerprint wants it.
using Labels = std::map<std::string, std::string>;

/// Alertmanager's: FNV-1a 64 over the sorted labels, each as name, 0xFF, value, 0xFF. Written as 16
/// hex digits.
std::uint64_t fingerprint(const Labels& labels);

enum class AlertState : std::uint8_t { firing = 1, resolved = 2 };

/// How an alert ended.
// Lost: after damage no engine knew it any more
enum class EndReason : std::uint8_t {
  none = 0,
  recovered = 1,
  drained = 2,
  timeout = 3,
  manual = 4,
  escalated = 5,
  rule_changed = 6,
  lost = 7
};

std::string_view to_text(AlertState);
std::string_view to_text(EndReason);  ///< "" for none

/// Who takes care of an alert. Times are by the wall clock.
struct Acknowledgement {
  std::string by, comment;
  Time at;
  std::optional<Time> until;  ///< it ends by itself then
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// One alert instance from its firing to its end. Identity is (rule, key); `labels` and so the
/// fingerprint are fixed when it fires.
struct Alert {
  /// 16 hex digits derived from (rule, key, opening offset): the same in every replay
  std::string id;
  std::string rule;  ///< the `alert:` name; empty for one that was posted to the API
  /// The `by` values as one text: `subject=s1,npu=3`; of a posted one the fingerprint of its labels
  std::string key;
  Labels labels;              ///< alertname, severity, the `by` labels, `labels:`
  Labels annotations;         ///< summary, description, runbook, stage where the rule has them
  std::string generator_url;  ///< of a posted alert: where its sender shows it
  Severity severity = Severity::warning;
  AlertState state = AlertState::firing;
  EndReason reason = EndReason::none;
  bool late = false;        ///< its whole life lay before its arrival: recorded, not notified
  std::uint64_t count = 1;  ///< matches so far
  Time starts_at;           ///< event time that completed the condition
  Time last_seen;           ///< event time of the newest match
  /// When resolved: event time of the recovery, else engine time of the end
  std::optional<Time> ends_at;
  /// Of the newest change: engine time, by the wall clock once it left the engine
  Time changed_at;
  Offset opened_by = 0;
  Offset changed_by = 0;
  /// Rules whose alerts suppress this one (`inhibited_by`) at the end of the step: it is recorded
  /// but nobody is told. Of a resolved alert: not empty only when nobody was told that it fired.
  std::vector<std::string> inhibited_by;
  /// Roll-up rules (`gather`) whose firing alerts have it as a member (`absorbed`), or which hold
  /// it back until it is known whether they fire (`waiting`). As with `inhibited_by` nobody is
  /// notified meanwhile. Of a resolved alert: not empty only when nobody was notified that it
  /// fired.
  std::vector<std::string> absorbed = {}, waiting = {};
  /// The newest that holds; of a resolved alert the one that held at its end
  std::optional<Acknowledgement> acknowledged = {};
};

/// Nobody is notified of it for now, by the word of rules: it is inhibited, member of a roll-up, or
/// waits for one.
inline bool is_held(const Alert& alert) {
  return !alert.inhibited_by.empty() || !alert.absorbed.empty() || !alert.waiting.empty();
}

/// What one step did to one alert. Immutable; in the order in which they happened.
struct Change {
  enum class Kind : std::uint8_t {
    fired = 1,
    repeated = 2,       ///< count, last_seen or annotations moved: kept in the book, not notified
    stage_changed = 3,  ///< notified
    resolved = 4,
    /// What held it back (inhibition, a roll-up) ended while it fires, and nobody has been told of
    /// it yet: notified as firing
    released = 5,
    /// Somebody takes care of it: notified where a receiver asks for that (`notify_ack`)
    acknowledged = 6,
    /// Nobody does any more: taken back, or its time is over; notified as `acknowledged` is
    unacknowledged = 7,
    // In messages only:
    reminded = 8,  ///< it fires, as its receiver knows
    /// It fired when it was last reported, which is some time ago, and only a time-out ends it
    unconfirmed = 9,
  };
  Kind kind = Kind::fired;
  Alert alert;        ///< as it is after the change
  Offset offset = 0;  ///< the record that caused it
  Time at;            ///< engine time, by the wall clock once it left the engine
  /// Of acknowledged and unacknowledged: who says so, and why; by nobody: its time is over
  std::string by = {}, comment = {};
};

/// Whether it is about who takes care of the alert, not about the alert.
inline bool is_about_care(Change::Kind kind) {
  return kind == Change::Kind::acknowledged || kind == Change::Kind::unacknowledged;
}

/// It leaves the engine: its times are by the wall clock from here on. `ahead`: of engine time
/// before it.
inline void to_wall(Change& change, Duration ahead) {
  change.at -= ahead;
  change.alert.changed_at -= ahead;
}

std::string_view to_text(Change::Kind);

}  // namespace alarum::model
