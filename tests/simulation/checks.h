#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "model/alert.h"
#include "model/record.h"
#include "tests/simulation/history.h"
#include "tests/simulation/model.h"
#include "tests/simulation/receivers.h"

// The promises of the bridge, one function for each. Plain values in; out comes a sentence for each
// violation, and none if the promise was kept. The values come from a life (checks_world.cc) or
// from a unit test that has falsified them (checks_*_test.cc): there each check is seen to fail.
namespace alarum::simulation {

using Violations = std::vector<std::string>;

/// Offsets [from, to) that cannot be read, and where that is reported.
struct Unreadable {
  model::Offset from = 0, to = 0;
  std::string place;
};

/// The journal on the simulated disk, read from its beginning.
struct JournalOnDisk {
  model::Offset begin = 0;  ///< the first offset that retention has left
  model::Offset end = 0;    ///< the offset after the last committed record
  std::vector<model::Record> records;
  std::vector<Unreadable> damage;
};

/// Each offset exists once, times never go back, and a record that was seen to be durable stays as
/// it was until retention deletes it or it is reported as damaged.
Violations check_journal(const History& history, const JournalOnDisk& journal);
/// Every part of the journal that could not be read at this start is named in the bridge's log,
/// with file and offsets. `said`: the lines of the log.
Violations check_damage_said(const std::vector<Unreadable>& damage,
                             const std::vector<std::string>& said);
/// Every acknowledged event is in the journal, and the numbers of accepted events in the answers
/// are right. `keeps_all`: the config has `journal: {keep: all}`; otherwise events that no rule
/// matched may be missing.
Violations check_acknowledged(const History& history, bool keeps_all);
/// No event that was rejected as bad is in the journal.
Violations check_refused(const History& history);
/// No event is in the journal twice while its identity is remembered, which is for `window` and for
/// the latest `most` events.
Violations check_counted_once(const History& history, Duration window, std::size_t most);
/// What a start finds on disk beside the records, before it changes anything.
struct StartsFrom {
  struct Checkpoint {
    std::string path;
    model::Offset offset = 0;
    bool whole = true;
  };
  model::Offset begin = 0;  ///< of the journal, by the name of its oldest segment
  std::vector<Checkpoint> checkpoints;
  /// By hash: why the text cannot be read; empty if it can
  std::map<std::string, std::string> generations;
};
/// Each checkpoint is whole, two of them cover what retention deleted, and the rules of each record
/// that a start may read are stored.
Violations check_start(const History& history, const StartsFrom& from);
/// The running totals account for each event that came, and as many were stored as the journal has.
/// `rejected`: rejected since the first start, as the intake counted; nullopt if that is not known.
Violations check_totals(const History& history, const journal::Totals& totals,
                        std::optional<std::uint64_t> rejected);
/// What an operator's request was answered 2xx for is in the journal; broken requests were
/// rejected.
Violations check_operators(const History& history);

/// The alerts as the bridge itself reports them.
struct AlertsKnown {
  std::vector<model::Alert> firing;      ///< the engine's
  std::vector<model::Alert> ended;       ///< the book's
  std::set<std::string> firing_in_book;  ///< ids
  /// The book is as old as the journal, and nothing of it was forgotten
  bool book_complete = true;
  Time now = Time::max();  ///< engine time, of the newest record that the engine has
};
/// Engine and book agree on what fires. Each alert's id is made from its rule, its key and the
/// record that opened it (with a number if that record opened several). No time of an alert is
/// later than the engine's.
Violations check_alerts(const AlertsKnown& known);
/// For all rules and keys that the model understands, the bridge has exactly the model's alerts,
/// with the same beginnings and ends.
Violations check_model(const Model& model, const AlertsKnown& known,
                       const std::set<std::string>& modelled_rules);

/// An alert as a request to a receiver describes it.
struct ToldAlert {
  std::string id;  ///< empty if the request does not say
  std::string fingerprint, name;
  model::Labels labels = {};
  bool firing = false;
  bool reminds = false;         ///< a reminder: nothing about it is new
  bool lost = false;            ///< ended as `lost`: after damage the bridge did not know it
  model::Offset opened_by = 0;  ///< by the facts of the notification
};
/// A request with the alerts in it.
struct Told {
  Seen seen;
  std::vector<ToldAlert> alerts;
  bool merged = false;    ///< it replaces others: a digest, or a dead letter that was sent again
  bool outbox = true;     ///< false: a heartbeat, or a resend
  std::size_t quiet = 0;  ///< how many quiet moments were before it
};
/// The ids in the header `Alarum-Replaces: a, b`. A receiver that remembers ids counts them as
/// received.
std::vector<std::string> replaced_by(const Told& told);
/// The alerts in a request, by the facts of the notification, or by its body if there are none.
std::vector<ToldAlert> alerts_told(const Seen& seen);
Told told_of(const Seen& seen, std::size_t quiet, std::vector<ToldAlert> alerts);
/// Removes from `told` what came from records that were lost without a trace, because the bridge
/// cannot know that it sent it. From a resend it removes the alerts whose newest notification to
/// that target was removed.
void pass_over_forgotten(std::vector<Told>& told, const History::Forgotten& forgotten);
/// The alerts in a body of any form: Alertmanager's webhook, a CloudEvent around it, Alertmanager's
/// own API, a payload of the catalogue. Without ids.
std::vector<ToldAlert> alerts_in(std::string_view body, std::string_view headers);
/// The body says the same as the facts of the notification. `from`: the first that was not checked
/// before.
Violations check_bodies(const std::vector<Told>& told, std::size_t from = 0);

/// A notification id always has the same body. It is accepted once within one start; and never
/// after a start that found its receipt in the journal, or after an orderly stop. `damaged`:
/// History::damaged.
Violations check_once(const std::vector<Told>& told, const Recorded& recorded, bool damaged,
                      const std::vector<Incarnation>& incarnations);
/// A dead letter, and the outcome of its last attempt.
struct GivenUp {
  std::string id, target, why;
  Duration waited = Duration::max();  ///< upper bound of its age, by the monotonic clock
};
/// No notification becomes a dead letter because of an answer that asks for a retry, or because no
/// answer came, or because of its age before `max_age` (the smallest of all configs) has passed.
Violations check_given_up(const std::vector<GivenUp>& dead, Duration max_age);
/// Retry-After is honoured: a notification is not sent again before that time, and after a 429
/// nothing is sent to the target. Retries come as soon as the back-off permits. A start forgets all
/// waits.
Violations check_waits(const std::vector<Asked>& asked, const std::vector<Stall>& stalls);
/// What was over at a quiet moment stays over: a later start makes no new notification about it,
/// unless a power cut has put the book back.
Violations check_over(const std::vector<Told>& told, const std::vector<Quiet>& quiet,
                      const std::vector<Incarnation>& incarnations);
/// Within a group a target gets notifications in the order of their causes. For a target no alert
/// fires after it has ended, or ends before it has fired. Exceptions: targets in `lossy`, some of
/// whose notifications became dead letters; and the end of an alert that was lost, after a run that
/// did not stop in order, because that run may have sent the beginning. Requests about records that
/// a start after damage notified of again do not count.
Violations check_order(const std::vector<Told>& told, const std::set<std::string>& lossy,
                       const std::vector<Incarnation>& incarnations);
/// No notification was made about an alert that was silenced at that time. Silences whose records
/// are in `lost` do not count.
Violations check_silenced(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          const std::vector<Unreadable>& lost = {});

/// Whether an alert with the labels `source` inhibits one with the labels `target` while it fires.
using Inhibits = std::function<bool(const model::Labels& source, const model::Labels& target)>;
/// No notification was made about an alert while another one inhibited it. `inhibits` must have
/// been in force all the time.
Violations check_inhibited(const std::vector<Told>& told, const AlertsKnown& known,
                           const Inhibits& inhibits);

/// The records that made notifications for one target about an alert that nothing suppressed.
struct Notified {
  std::string alert_id, target;
  std::set<model::Offset> by;  ///< offsets of the records
};
/// While an alert fires, its target gets a reminder within `most` of engine time. `records`: the
/// whole journal.
Violations check_reminders(const std::vector<Notified>& notified, const AlertsKnown& known,
                           const std::vector<model::Record>& records, Duration most);
/// No reminder comes before `repeat` has passed since the group's message before. Messages before a
/// power cut do not count, since the cut may have removed what only that start knew.
Violations check_too_soon(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          Duration repeat, const std::vector<Incarnation>& incarnations);

/// Why a receiver need not know of an alert, by the book: its notification was suppressed or became
/// a dead letter.
struct Excuse {
  std::string alert_id;
  std::string receiver;  ///< `ops` or `ops/webhook/0`
  std::string why;
};
/// A target of the config in force, and the alerts that the routes give it.
struct ExpectedTargets {
  std::string target;
  bool is_told_ends = true;                   ///< it is notified of ends of every kind
  std::map<std::string, std::string> firing;  ///< alerts that it must know of: fingerprint, id
};
/// Whether nothing on disk shows any more that this alert was sent (is_untraceable()).
using NothingTells = std::function<bool(const Told&, const ToldAlert&)>;
/// What fires at each target, by the newest request about each alert, is exactly what fires in the
/// bridge. Alerts with an excuse, and those for which `nothing_tells`, are left out.
Violations check_receivers(const std::vector<Told>& told,
                           const std::vector<ExpectedTargets>& targets, const AlertsKnown& known,
                           const std::vector<Excuse>& excuses,
                           const NothingTells& nothing_tells = {});
/// Whether nothing on disk shows any more that the alert ever existed. That is so if a power cut
/// after the request has put the book back, so that it has no alert of that id (`in_book`: the ids
/// that it has), and a later start reported damage at or before the record that opened the alert
/// (records, or the rules in force then). A receipt does not help, because it names the
/// notification and not its alerts.
bool is_untraceable(const Told& told, const ToldAlert& alert, const History& history,
                    const std::set<std::string>& in_book);

/// Something that has a bound: what it is now, and what it may be.
struct Bound {
  std::string what;
  std::uint64_t is = 0, most = 0;
};
/// Nothing exceeds its bound.
Violations check_bounds(const std::vector<Bound>& bounds);
/// How many notifications delivery has beyond each target's `share`, of all targets together; they
/// count against the common quota. `held`: notifications by target.
std::uint64_t above_shares(const std::map<std::string, std::size_t>& held, std::size_t share);

/// The state that was lived and the state that a replay makes are the same.
Violations check_same_state(const std::string& what, const std::string& lived,
                            const std::string& replayed);

}  // namespace alarum::simulation
