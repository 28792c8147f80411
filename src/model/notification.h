#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/receipt.h"

namespace alarum::model {

/// What a receiver is to be told: a group of alerts in one message. Routing makes it, a notifier
/// turns it into a body.
struct Message {
  std::string receiver;   ///< the receiver's name in the config
  std::string group_key;  ///< order is kept within (target, group_key)
  Labels group_labels;
  std::vector<Change> changes;  ///< at least one
};

/// What a notifier makes of a message: the part of a request that stays the same in every attempt.
struct Content {
  std::string body;
  /// `Name: value` lines, each ended by a line feed; beside those of the target
  std::string headers;
};

/// One frozen request to one target. The id is derived from (alert, offset, target): stable across
/// retries, restarts and replays.
struct Notification {
  std::string id;
  /// Receiver name, '/', kind and number of the integration (app/target_names.h):
  /// `oncall/webhook/0`
  std::string target;
  std::string group_key;
  std::string body;
  std::string alert_id;        ///< of the first alert in it
  Offset offset = 0;           ///< of the record that caused it
  Time created;                ///< by the wall clock
  std::uint64_t sequence = 0;  ///< place in the outbox, given by the book; order within a group
  std::string headers;         ///< frozen, as in Content
  /// The message it was made of (alert::message_json), for those that must merge several into one
  std::string facts;
  /// Of all alerts in it, when it is made; the outbox does not give them back
  std::vector<std::string> alert_ids = {};
  /// What it tells of alerts is how they were then, by the wall clock: within the step of its
  /// record they may have changed again. By default it tells all that the record did.
  Time as_of = Time::max();
  /// As the outbox gives it: the end of a built-in alert, and nothing of that alert was delivered
  /// to the target so far
  bool unheard = false;
};

/// What the group keys of built-in alerts begin with: each of them is a group by itself, and no
/// other group is called that.
constexpr std::string_view kOwnGroups = "self_monitoring/";

/// Somebody was not told of an alert, and why.
struct Suppressed {
  enum class Why : std::uint8_t {
    silenced = 1,
    inhibited = 2,
    muted = 3,
    late = 4,
    acknowledged = 5,
    refired = 6,    ///< an end of what fires anew: it is told as firing
    rerouted = 7,   ///< another config came into force before they were told
    absorbed = 11,  ///< a roll-up has it as a member
    waiting = 12,   ///< held back until it is known whether a roll-up begins
    /// A start knew no more of what they were to be told before (damage, or it was over under
    /// another config)
    lost = 15,
    // Of one target, whose name stands as the receiver:
    unwanted = 8,  ///< an end of a kind that it is not told (`send_resolved`, `resolve_on`)
    untold = 9,    ///< the end of an alert of which it was never told
    known = 10,    ///< it knows already
    // Of an alert that fires: what it annulled (`unless`), which never became an alert. `group_key`
    // names it, as `RULE{key}`; nobody is the receiver.
    annulled = 13,
    logged = 14,  ///< its route logs it and notifies nobody
  };
  Why why = Why::silenced;
  std::string alert_id;
  std::string receiver;  ///< who would have been told
  std::string group_key;
  AlertState state = AlertState::firing;
  /// Silence ids, fingerprints of the inhibiting alerts, names of time intervals, who acknowledged
  std::vector<std::string> by;
  Offset offset = 0;  ///< of the record in whose step it was decided
  Time at;            ///< engine time, by the wall clock once it left the engine
};

std::string_view to_text(Suppressed::Why);

/// One request that a target did not take.
struct FailedAttempt {
  Time at;                  ///< wall clock
  std::string detail;       ///< as Receipt's
  std::string answer = {};  ///< as Receipt's
};

}  // namespace alarum::model
