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

/// Names and values of an alert's labels, or of its annotations. Sorted by name, as Alertmanager's
/// fingerprint requires it.
using Labels = std::map<std::string, std::string>;

/// Alertmanager's fingerprint of a label set (prometheus/common, model/signature.go): FNV-1a, 64
/// bits, over the labels in the order of their names, each as name, 0xFF, value, 0xFF. Texts show
/// it as 16 hex digits (hex64()).
std::uint64_t fingerprint(const Labels& labels);

/// The numbers are on disk and must not change.
enum class AlertState : std::uint8_t { firing = 1, resolved = 2 };

/// Why an alert ended. The numbers are on disk and must not change.
enum class EndReason : std::uint8_t {
  none = 0,
  recovered = 1,  ///< an event reported the end, or what was absent arrived
  drained = 2,    ///< the window of `count` or `distinct` emptied, or a roll-up's last member ended
  timeout = 3,    ///< `resolve_after` is over
  manual = 4,     ///< a person said so
  escalated = 5,  ///< it fired again with a higher severity, as a new alert
  rule_changed = 6,  ///< its rule is gone or changed so that its state is gone
  lost = 7           ///< after damage, the engine does not know it any more
};

std::string_view to_text(AlertState);
std::string_view to_text(EndReason);  ///< "" for none

/// Says that a person takes care of an alert, so nobody is reminded of it. Times are wall-clock
/// time.
struct Acknowledgement {
  std::string by, comment;
  Time at;
  std::optional<Time> until;  ///< when it ends by itself; nullopt: when the alert does
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// One alert instance from firing to end. Its identity is (rule, key): there is at most one firing
/// alert of each. `labels`, and so the fingerprint, are fixed when it fires. Value type.
struct Alert {
  /// 16 hex digits derived from rule, key and the offset of the record that opened it, so a replay
  /// gives the same id.
  std::string id;
  std::string rule;  ///< the `alert:` name; empty for one that was posted to the API
  /// The values of the rule's `by` as one text: `subject=s1,npu=3`. For a posted alert, the
  /// fingerprint of its labels.
  std::string key;
  Labels labels;              ///< alertname, severity, the `by` labels, `labels:`
  Labels annotations;         ///< summary, description, runbook, stage where the rule has them
  std::string generator_url;  ///< of a posted alert: where its sender shows it
  Severity severity = Severity::warning;
  AlertState state = AlertState::firing;
  EndReason reason = EndReason::none;
  bool late = false;        ///< it had ended before its events arrived: recorded, not notified
  std::uint64_t count = 1;  ///< how many matches there were so far
  Time starts_at;           ///< event time that completed the condition
  Time last_seen;           ///< event time of the newest match
  /// Of a resolved alert: the event time of the recovery, or the engine time of the end if there
  /// was none.
  std::optional<Time> ends_at;
  /// When it changed last: engine time within the engine, wall-clock time after to_wall().
  Time changed_at;
  Offset opened_by = 0;   ///< the record that made it fire
  Offset changed_by = 0;  ///< the record of the newest change
  /// Rules whose alerts suppress this one (`inhibited_by`) at the end of the step. It is recorded,
  /// but people are not notified. Of a resolved alert: not empty only if its firing was never
  /// notified.
  std::vector<std::string> inhibited_by;
  /// Roll-up rules (`gather`). `absorbed`: their alert fires and has this one as a member.
  /// `waiting`: it is not known yet whether they will fire. People are not notified in either case.
  /// Of a resolved alert: not empty only if its firing was never notified.
  std::vector<std::string> absorbed = {}, waiting = {};
  /// The acknowledgement in force; of a resolved alert, the one that was in force at its end.
  std::optional<Acknowledgement> acknowledged = {};
};

/// Whether a rule suppresses notifications about the alert at present: it is inhibited, a member of
/// a roll-up, or waits for one. Silences and mute times are not included, because they belong to
/// routes.
inline bool is_held(const Alert& alert) {
  return !alert.inhibited_by.empty() || !alert.absorbed.empty() || !alert.waiting.empty();
}

/// What one step did to one alert. Immutable. The engine produces them in the order in which they
/// happened; the dispatcher and the history consume them.
struct Change {
  enum class Kind : std::uint8_t {
    fired = 1,
    repeated = 2,       ///< count, last_seen or annotations changed: recorded, not notified
    stage_changed = 3,  ///< notified
    resolved = 4,
    /// What suppressed it (inhibition, a roll-up) ended while it fires and was never notified. It
    /// is notified as firing.
    released = 5,
    /// A person takes care of it. Notified if a receiver asks for that (`notify_ack`).
    acknowledged = 6,
    /// The acknowledgement was withdrawn or is over. Notified as `acknowledged` is.
    unacknowledged = 7,
    // The kinds from here on occur in messages only, never in the engine. `reminded`: it still
    // fires, as its receiver was notified before.
    reminded = 8,
    /// It fired when an event last reported it, some time ago, and only a time-out would end it.
    unconfirmed = 9,
  };
  Kind kind = Kind::fired;
  Alert alert;        ///< as it is after the change
  Offset offset = 0;  ///< the record that caused it
  Time at;            ///< engine time, by the wall clock once it left the engine
  /// Of acknowledged and unacknowledged: who did it, and why. `by` is empty if the time was over.
  std::string by = {}, comment = {};
};

/// Whether the change is about the acknowledgement and not about the alert itself.
inline bool is_about_care(Change::Kind kind) {
  return kind == Change::Kind::acknowledged || kind == Change::Kind::unacknowledged;
}

/// Converts the engine times of a change to wall-clock time. Called once, when the change leaves
/// the engine. `ahead`: how far engine time is before the wall clock (Stamp).
inline void to_wall(Change& change, Duration ahead) {
  change.at -= ahead;
  change.alert.changed_at -= ahead;
}

std::string_view to_text(Change::Kind);

}  // namespace alarum::model
