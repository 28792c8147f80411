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

// The promises, one function each: plain values in, sentences out, one for each violation; none
// where the promise was kept. What is looked at comes from checks_world.cc (a life) or from a test
// that has doctored it (checks_test.cc): each of them is seen to fail there.
namespace alarum::simulation {

using Violations = std::vector<std::string>;

/// Offsets [from, to) that cannot be read, and where that is reported.
struct Unreadable {
  model::Offset from = 0, to = 0;
  std::string place;
};

/// The journal as it stands on disk, read from its beginning.
struct JournalOnDisk {
  model::Offset begin = 0;  ///< of what retention has left
  model::Offset end = 0;    ///< what is committed ends here
  std::vector<model::Record> records;
  std::vector<Unreadable> damage;
};

/// Each offset is there once, times never go back, and what was seen to be durable stays as it was
/// until retention deletes it, or is reported as damaged.
Violations check_journal(const History& history, const JournalOnDisk& journal);
/// What cannot be read and was damaged before this start is named by the bridge, with file and
/// offsets: one of the lines that it said has it.
Violations check_damage_said(const std::vector<Unreadable>& damage,
                             const std::vector<std::string>& said);
/// What was acknowledged is there, and as many were accepted as was said. `keeps_all`: `journal:
/// {keep: all}`.
Violations check_acknowledged(const History& history, bool keeps_all);
/// What was refused as bad is not there.
Violations check_refused(const History& history);
/// No event counts twice while its identity is remembered, for `window`, of at most `most` events.
Violations check_counted_once(const History& history, Duration window, std::size_t most);
/// What a start finds beside the records, before it changes anything.
struct StartsFrom {
  struct Checkpoint {
    std::string path;
    model::Offset offset = 0;
    bool whole = true;
  };
  model::Offset begin = 0;  ///< of the journal, by the name of its oldest segment
  std::vector<Checkpoint> checkpoints;
  /// By hash: why its text cannot be read; empty: it can
  std::map<std::string, std::string> generations;
};
/// Each checkpoint is whole, two of them stand for what retention deleted, and the text of the
/// rules of each record that a start may read is there.
Violations check_start(const History& history, const StartsFrom& from);
/// The running totals say what became of each event that came: as many were stored as the journal
/// has. `rejected`: refused since the first start, by the door's own count; nullopt: not known.
Violations check_totals(const History& history, const journal::Totals& totals,
                        std::optional<std::uint64_t> rejected);
/// What an operator was told is done stands in the journal; what was broken is refused.
Violations check_operators(const History& history);

/// What fires, and what has ended, by the bridge's own word.
struct AlertsKnown {
  std::vector<model::Alert> firing;      ///< the engine's
  std::vector<model::Alert> ended;       ///< the book's
  std::set<std::string> firing_in_book;  ///< ids
  /// The book is as old as the journal, and nothing of it was forgotten
  bool book_complete = true;
  Time now = Time::max();  ///< engine time, of the newest record that the engine has
};
/// Engine and book agree on what fires, each alert's id is made of its rule, its key and the record
/// that opened it (and numbered, where that opened several such alerts), and what the engine knows
/// to have happened is not still to come.
Violations check_alerts(const AlertsKnown& known);
/// Of the keys that the model understands there are the alerts that it says, with its beginnings
/// and ends.
Violations check_model(const Model& model, const AlertsKnown& known,
                       const std::set<std::string>& modelled_rules);

/// An alert as a receiver was told of it.
struct ToldAlert {
  std::string id;  ///< empty: not known
  std::string fingerprint, name;
  model::Labels labels = {};
  bool firing = false;
  bool reminds = false;         ///< nothing of it is news
  bool lost = false;            ///< it has ended as that: after damage the bridge knew it no more
  model::Offset opened_by = 0;  ///< by the facts
};
/// A request with what stands in it.
struct Told {
  Seen seen;
  std::vector<ToldAlert> alerts;
  bool merged = false;    ///< it stands for others: a digest, a dead letter that was sent again
  bool outbox = true;     ///< false: a heartbeat, or a resend
  std::size_t quiet = 0;  ///< how many quiet moments lay before it
};
/// `Alarum-Replaces: a, b`: a receiver that remembers ids has seen those as well.
std::vector<std::string> replaced_by(const Told& told);
/// The alerts that stand in it, by its facts; without facts by its body.
std::vector<ToldAlert> alerts_told(const Seen& seen);
Told told_of(const Seen& seen, std::size_t quiet, std::vector<ToldAlert> alerts);
/// What came of records of which nothing is left the bridge does not know to have said: it goes out
/// of `told`, and so do of a resend the alerts of which its target's newest word was forgotten.
void pass_over_forgotten(std::vector<Told>& told, const History::Forgotten& forgotten);
/// What the body says, in whichever form: Alertmanager's webhook, a CloudEvent around it,
/// Alertmanager's own API, a payload of the catalogue. Without ids.
std::vector<ToldAlert> alerts_in(std::string_view body, std::string_view headers);
/// The body says what the notification was made of. Each is looked at once: those before `from`
/// were.
Violations check_bodies(const std::vector<Told>& told, std::size_t from = 0);

/// One id is one body; it comes once within a start, and
/// never after a start that found its receipt in the journal, nor after a stop in order. `damaged`:
/// as History's.
Violations check_once(const std::vector<Told>& told, const Recorded& recorded, bool damaged,
                      const std::vector<Incarnation>& incarnations);
/// A dead letter, and what the last attempt came to.
struct GivenUp {
  std::string id, target, why;
  Duration waited = Duration::max();  ///< at most, by a clock that nobody steps
};
/// Nobody is given up for an answer after which a request is tried again, nor for none, nor for its
/// age before `max_age` (the least that a config says) has passed.
Violations check_given_up(const std::vector<GivenUp>& dead, Duration max_age);
/// Who was told to wait waits: what was not taken is not sent again before that is over, and after
/// a 429 its target is asked nothing at all. What is tried again comes to its target as soon as the
/// back-off lets it. A start knows of no wait.
Violations check_waits(const std::vector<Asked>& asked, const std::vector<Stall>& stalls);
/// What was over at a quiet moment is over: a later start makes no new notification of it, unless a
/// power cut has put the book back.
Violations check_over(const std::vector<Told>& told, const std::vector<Quiet>& quiet,
                      const std::vector<Incarnation>& incarnations);
/// In a group the notifications of a target come in the order of what caused them; no alert fires
/// for it after it has ended, or ends before it has fired (unless it is among `lossy`: some of what
/// it was to be told became dead letters; or it is told, since a run that did not stop in order,
/// that an alert was lost: that run may have told of it). What was told of records of which a start
/// behind damage told anew counts for neither.
Violations check_order(const std::vector<Told>& told, const std::set<std::string>& lossy,
                       const std::vector<Incarnation>& incarnations);
/// Nobody was notified of what was silenced when the notification was made.
/// Of silences that were set in what is `lost` nobody need know.
Violations check_silenced(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          const std::vector<Unreadable>& lost = {});

/// Whether an alert with the first labels keeps one with the second back while it fires.
using Inhibits = std::function<bool(const model::Labels& source, const model::Labels& target)>;
/// Nobody was notified of an alert while one fired that keeps it back. `inhibits` held all the
/// time.
Violations check_inhibited(const std::vector<Told>& told, const AlertsKnown& known,
                           const Inhibits& inhibits);

/// The records that made notifications of an alert that nothing kept back, for one target.
struct Notified {
  std::string alert_id, target;
  std::set<model::Offset> by;
};
/// While an alert fires, its target is notified of it again within `most` of engine time: reminders
/// come. `records`: all of them.
Violations check_reminders(const std::vector<Notified>& notified, const AlertsKnown& known,
                           const std::vector<model::Record>& records, Duration most);
/// No reminder comes before `repeat` has passed since its group's message before. Not across a
/// power cut, which takes a message that only a start knew of out.
Violations check_too_soon(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          Duration repeat, const std::vector<Incarnation>& incarnations);

/// Why somebody need not know of an alert, by the book: that was suppressed, or its notification
/// became a dead letter.
struct Excuse {
  std::string alert_id;
  std::string receiver;  ///< `ops` or `ops/webhook/0`
  std::string why;
};
/// A target of the config in force, and which alerts the routes give it.
struct ExpectedTargets {
  std::string target;
  bool is_told_ends = true;                   ///< of every kind
  std::map<std::string, std::string> firing;  ///< the alerts that it is to know: fingerprint, id
};
/// What fires at each target, by the newest it was told, is what fires here. But for alerts of
/// which `nothing_tells` that they were told.
using NothingTells = std::function<bool(const Told&, const ToldAlert&)>;
Violations check_receivers(const std::vector<Told>& told,
                           const std::vector<ExpectedTargets>& targets, const AlertsKnown& known,
                           const std::vector<Excuse>& excuses,
                           const NothingTells& nothing_tells = {});
/// Nothing that is left on disk tells that the alert was ever there: a power cut since it was told
/// has put the book back, so that it has no alert of that id (`in_book`: those that it has), and a
/// start after that said that its replay went over damage which is no later than what opened the
/// alert: records, or rules that were in force by then. (A receipt names the notification, not its
/// alerts.)
bool is_untraceable(const Told& told, const ToldAlert& alert, const History& history,
                    const std::set<std::string>& in_book);

/// Something that has a bound.
struct Bound {
  std::string what;
  std::uint64_t is = 0, most = 0;
};
Violations check_bounds(const std::vector<Bound>& bounds);
/// Of the notifications that delivery has by target those beyond each target's share: all of them
/// are of the common stock.
std::uint64_t above_shares(const std::map<std::string, std::size_t>& held, std::size_t share);

/// Two states that must be one.
Violations check_same_state(const std::string& what, const std::string& lived,
                            const std::string& replayed);

}  // namespace alarum::simulation
