#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/receipt.h"

namespace alarum::model {

/// A group of alert changes for one receiver, to be sent in one notification. The dispatcher makes
/// it; a receiver kind turns it into the body of a request (Content).
struct Message {
  std::string receiver;   ///< the receiver's name in the config
  std::string group_key;  ///< order is kept within (target, group_key)
  Labels group_labels;
  std::vector<Change> changes;  ///< at least one
};

/// What a receiver kind makes of a message: the part of the request that is the same in every
/// attempt.
struct Content {
  std::string body;
  /// `Name: value` lines, each ended by a line feed, in addition to the headers of the target.
  std::string headers;
};

/// One request to one target, frozen when it was made. The id is derived from alert, offset and
/// target, so it is the same after retries, restarts and replays: a receiver can drop duplicates by
/// it.
struct Notification {
  std::string id;
  /// Receiver name, `/`, kind and number of the integration: `oncall/webhook/0`
  /// (app/target_names.h).
  std::string target;
  std::string group_key;
  std::string body;
  std::string alert_id;        ///< of the first alert in it
  Offset offset = 0;           ///< of the record that caused it
  Time created;                ///< by the wall clock
  std::uint64_t sequence = 0;  ///< place in the outbox, which orders a group's notifications
  std::string headers;         ///< frozen, as in Content
  /// The message as JSON (alert::message_json), from which delivery makes a digest of several
  /// notifications.
  std::string facts;
  /// The ids of all alerts in it. Set when it is made; not stored in the outbox.
  std::vector<std::string> alert_ids = {};
  /// Wall-clock time of the state of the alerts that it describes. They may have changed again
  /// within the step of the same record. By default it describes all that the record did.
  Time as_of = Time::max();
  /// Set by the outbox: this is the end of a built-in alert, and nothing about that alert was
  /// delivered to the target so far.
  bool unheard = false;
};

/// The prefix of the group keys of built-in alerts. Each built-in alert is a group by itself, and
/// no other group key begins with it.
constexpr std::string_view kOwnGroups = "self_monitoring/";

/// A notification that was not made, and why. The history shows it, and metrics count it. The
/// numbers of Why are on disk and must not change.
struct Suppressed {
  /// The reasons (docs/not-notified.md). silenced, inhibited, muted and acknowledged are
  /// Alertmanager's concepts.
  enum class Why : std::uint8_t {
    silenced = 1,
    inhibited = 2,
    muted = 3,
    late = 4,
    acknowledged = 5,
    refired = 6,         ///< the end of an alert that fires again: the firing is notified instead
    config_changed = 7,  ///< another config came into force before the group was notified
    absorbed = 11,       ///< a roll-up has it as a member
    waiting = 12,        ///< held back until it is known whether a roll-up begins
    /// A start knew no more of what they were to be told before (damage, or it was over under
    /// another config)
    lost = 15,
    no_integration = 16,  ///< its receiver has no integration: nothing that notifies anybody
    // Of one target, whose name stands as the receiver:
    filtered = 8,           ///< `send_resolved` or `resolve_on` leave this end out
    never_notified = 9,     ///< the end of an alert of which the target was never notified
    already_notified = 10,  ///< the target was notified of this state already
    // Of an alert that fires: what it annulled (`unless`), which never became an alert. `group_key`
    // names it, as `RULE{key}`; nobody is the receiver.
    annulled = 13,
    logged = 14,  ///< its route logs it and notifies nobody
  };
  Why why = Why::silenced;
  std::string alert_id;
  std::string receiver;  ///< who would have been notified
  std::string group_key;
  AlertState state = AlertState::firing;
  /// What suppressed it: ids of silences, fingerprints of inhibiting alerts, names of time
  /// intervals, or who acknowledged it.
  std::vector<std::string> by;
  Offset offset = 0;  ///< of the record in whose step it was decided
  Time at;            ///< engine time, by the wall clock once it left the engine
};

std::string_view to_text(Suppressed::Why);

/// One request that a target did not accept.
struct FailedAttempt {
  Time at;                  ///< wall clock
  std::string detail;       ///< as Receipt's
  std::string answer = {};  ///< as Receipt's
};

}  // namespace alarum::model
