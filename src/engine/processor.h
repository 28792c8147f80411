#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/book.h"
#include "alert/dispatcher.h"
#include "engine/engine.h"
#include "engine/late_alerts.h"

namespace alarum::engine {

/// Turns a routed message into what its target is sent; nullopt where the target is told nothing of
/// it (`resolve_on`).
using Compose = std::function<std::optional<model::Content>(const std::string& target,
                                                            const model::Message& message)>;

/// What everybody is to be told, and how: the part of the config that a reload replaces.
struct DeliveryConfig {
  std::shared_ptr<const config::Routing> routing;
  std::vector<alert::Target> targets;
  Compose compose;
  /// Target → who is told of critical alerts that it could not be told
  std::map<std::string, std::vector<std::string>> fallbacks;
  std::string self_monitoring = {};  ///< as alert::Dispatcher::Config's
  /// Of alerts that are logged only; none: they are not
  std::function<void(const model::Change&)> write_log = {};
};

/// The alert by which people learn that a start went over damage.
inline constexpr std::string_view kDamageAlert = "AlarumJournalDamaged";

/// DeliveryConfig of Reload::routing. Error `bad_routing`.
using ReadDeliveryConfig = std::function<Result<DeliveryConfig>(const std::string& routing)>;

/// What became of a dead letter that was to be sent again.
struct RedriveOutcome {
  std::string id;
  /// `redriven`, or why not: `not_there`, `no_longer_true`, `kept_back`, `target_gone`, `no_facts`
  std::string outcome;
  std::string as;  ///< the id of the new notification
};
/// Of several, and what is to be sent in their place.
struct Redrives {
  std::vector<RedriveOutcome> outcomes;
  std::vector<alert::Book::Batch::Revived> revived;
};

/// Whether nothing but a time-out ends the rule's alerts (alert::Dispatcher::EndsByTimeout).
bool ends_by_timeout_only(const rules::Rule& rule);

/// The engine together with its book: steps records and enters what they led to and how
/// notifications ended, in one transaction a batch. Synchronous; the daemon's stage, replay at
/// start and tests call the same code.
class Processor {
 public:
  /// `outlets` are in force until a record, or the state that is restored, says others. Without
  /// `read` none does.
  Processor(Engine& engine, alert::Book& book, DeliveryConfig outlets,
            ReadDeliveryConfig read = {});

  /// Steps the record. What it led to waits for `commit`, unless the book holds it already (a
  /// replay below `processed`). An error, or an exception of any part, is parked and logged; what
  /// the other parts made of the record stands. The next record is stepped as ever.
  Result<void> step(const model::Record& record);
  /// Before step(): what only the book knows of dead letters that the record sends again, or that
  /// fallbacks are notified of, or that it makes, as its targets go; as it is after all records
  /// before; commits what waits of those. Of other records nothing. Error: nothing of it happened,
  /// call it again.
  Result<void> prepare(const model::Record& record);
  /// Enters all that waits, in one transaction. On an error nothing is lost: call it again. Rows
  /// that the book throws at are parked, the others entered.
  Result<void> commit();

  /// Of the notifications that wait for commit(), those that were made since the last call, in
  /// their order. What the book may know already is not among them: in its stead stand the targets
  /// that the book is to be asked for once it has the batch. What was not asked for before a commit
  /// only the book gives.
  struct Fresh {
    std::vector<model::Notification> notifications;
    std::set<std::string> by_book;
  };
  Fresh take_fresh();

  /// Whether prepare() and step() of this record ask the book: nobody else may be at it then.
  bool needs_book(const model::Record& record) const;
  /// The batch, to be written by somebody else; nothing waits any more. Only behind a replay.
  alert::Book::Batch hand_out();
  /// It could not be written: it waits again, before what came since.
  void put_back(alert::Book::Batch batch);

  /// What became of alerts where book and engine part, once the whole journal was stepped.
  struct Parted {
    /// Ids: ended, and who was notified of them is notified of that
    std::vector<std::string> lost;
    /// Fire and were not in the book: entered, and people are notified
    std::vector<std::string> found;
    /// Ended long ago by the book, and still fire for the engine: to be ended by a record
    std::vector<std::string> over;
    bool any() const { return !lost.empty() || !found.empty() || !over.empty(); }
  };
  /// After a replay, before the first new record: makes book and engine agree again (alert/lost.h),
  /// in one transaction, then book and routing (Dispatcher::agree): what routing made of records
  /// that the book has already was not entered, and another config, or damage, may have made it
  /// another thing.
  Result<Parted> reconcile(const alert::Reconciling& now);
  /// What was replayed is not what was lived (other rules stood in, records are missing): routing
  /// is to be made to agree with the book. The ledger sees most of it by itself.
  void doubt() { certain_ = false; }
  /// It was, once in its life.
  bool took_from_book() const { return took_from_book_; }
  /// A replay begins here: a first record behind it is one before which others are missing. Of
  /// records below `lived` another run may have notified people.
  void expect(model::Offset next, model::Offset lived) { expected_ = next, lived_ = lived; }
  /// The replay went over this damage (sentences, all of it so far): what is saved says so until a
  /// record of kDamageAlert is stepped that no run before wrote.
  void note_damage(std::vector<std::string> places) { new_damage_ = std::move(places); }
  /// What a start before went over and said in the state that was restored, until people learn of
  /// it. Where it was cut short nobody has.
  const std::vector<std::string>& inherited_damage() const { return inherited_damage_; }
  /// Before a checkpoint within a replay: the same for book and routing alone, where the replay has
  /// come to the book's end, so that a start from this checkpoint has nothing to replay. Before
  /// that the book knows notifications of records to come: whoever holds them for known has no news
  /// of those records, and counts `repeat_interval` from an older message. A start from there
  /// replays on, and agrees at the end.
  Result<void> agree_with_book();

  /// Whether nobody is to be notified of an alert that fires, at this time by the wall clock.
  std::function<bool(const model::Alert&)> kept_back_at(Time now) const;
  /// What became of each letter of the redrive at this offset; nullptr: it is none of the newest.
  const std::vector<RedriveOutcome>* redriven(model::Offset offset) const;

  /// Rows that wait.
  std::size_t waiting() const { return batch_.rows(); }
  model::Offset next_offset() const { return batch_.processed; }
  /// Engine time of the newest record, also of one that only a checkpoint knows.
  Time now() const { return now_; }
  /// What the newest model::OwnReceivers says; empty: none since the routing came into force.
  const std::vector<std::string>& own_receivers() const { return own_receivers_; }
  const DeliveryConfig& delivery_config() const { return delivery_config_; }
  /// Reload::routing that is in force; empty: no record has said any.
  const std::string& routing() const { return routing_; }
  const alert::Dispatcher& dispatcher() const { return dispatcher_; }
  /// When the next timer is due, of the engine or of routing.
  std::optional<Time> next_due() const;

  /// Everything that engine and routing remember: what a checkpoint holds, in parts, between steps,
  /// as Engine::begin_save() has it.
  std::string begin_save();
  std::string save_some(std::size_t bytes) { return engine_.save_some(bytes); }
  bool saving() const { return engine_.saving(); }
  bool tidy(std::size_t keys) { return engine_.tidy(keys); }
  /// Error `bad_state`; what is remembered is then unchanged.
  Result<void> restore(const std::string& state);
  /// The part of what was saved that is the engine's. Error `bad_state`.
  static Result<std::string> engine_state(const std::string& state);

  struct Counts {
    std::uint64_t events = 0;  ///< that were stepped, replayed ones too
    std::uint64_t fired = 0, repeated = 0, stage_changed = 0, resolved = 0, late = 0,
                  notifications = 0;
    std::map<std::string, std::uint64_t> suppressed;  ///< by why
  };
  const Counts& counts() const { return counts_; }
  /// Of the records that were not stepped before.
  LateAlerts& late_alerts() { return late_; }

  /// Something of a record that could not be processed. It was passed over, so somebody may not
  /// have been notified.
  struct Parked {
    model::Offset offset = 0;
    std::string doing;  ///< `step`, `route`, `compose`, `enter`
    std::string reason;
  };
  static constexpr std::size_t kMostParked = 100;
  /// Since the start, replayed ones too; parked() has the first kMostParked.
  std::uint64_t parked_count() const { return parked_count_; }
  const std::vector<Parked>& parked() const { return parked_; }

 private:
  const std::vector<std::string>* receivers_of(const model::Alert& alert) const;
  void read_rules();
  bool name_other_receivers();
  std::set<std::string> all_targets() const;
  bool book_is_unsure() const;
  alert::Notified notified(model::Alert alert, std::vector<alert::Recipient> recipients,
                           std::uint32_t owes) const;
  /// With each the recipients who are still to be notified of its end.
  Result<alert::Dispatcher::Recorded> ended_by_book();
  void note_unread();
  /// Where a restored state, or the newest record that was stepped, ends.
  model::Offset reached() const { return expected_.value_or(next_offset()); }
  Result<void> meet_book(const alert::Dispatcher::Recorded& over);
  Result<void> agree(const std::set<std::string>& targets, const alert::Dispatcher::Recorded& over);
  Result<void> agree_all(const alert::Dispatcher::Recorded& over);
  Result<void> count_reminders(const model::Record& record,
                               const std::vector<alert::Routed>& replayed);
  void enter(alert::Dispatcher::Output output, std::vector<model::Change> changes,
             const model::Record& record);
  /// `at`: by the wall clock. `ahead`: of the messages' times before that.
  void enter_change(model::Change change, std::uint32_t owes);
  void enter(std::vector<alert::Routed> messages, std::vector<model::Suppressed> suppressed,
             model::Offset offset, Time at, Duration ahead);
  void count(const model::Change& change);
  Result<void> park(const std::string& doing, const Error& error);
  void begin_with_book(model::Offset offset);
  void enter_dead_letters(const model::Record& record);
  const std::string* other_routing(const model::Record& record) const;
  void take_up_routing(const model::Record& record);
  bool restore_routing(const std::string& routing);
  void set_outlets(DeliveryConfig outlets);
  void configure();
  alert::Dispatcher::Config groups_config() const;
  bool is_as_lived() const;
  /// What was stepped is another past than the one that was lived: records are missing, or other
  /// rules or another routing stand in.
  void note_another_past() { another_past_ = true, doubt(); }
  bool is_another_past() const { return another_past_ || !inherited_damage_.empty(); }
  std::string id_of(const alert::Routed& routed, model::Offset offset);
  void note_damage_alert(const model::Record& record);
  DeliveryConfig careful(DeliveryConfig outlets);
  Result<void> commit_each(const std::string& why);
  bool may_be_known(const model::Message& message) const;
  bool falls_back(const model::Record& record) const;
  bool needs_dead_letters(const model::Record& record) const;
  void stamp_batch();
  void forget_batch();

  Engine& engine_;
  alert::Book& book_;
  DeliveryConfig delivery_config_;
  const ReadDeliveryConfig read_outlets_;
  std::string routing_;
  std::vector<std::string> own_receivers_;
  bool took_from_book_ = false;
  bool certain_ = true;  ///< nothing was seen yet for which doubt() is called
  bool another_past_ = false;
  std::vector<std::string> inherited_damage_, new_damage_;
  bool tells_anew_ = false;                ///< id_of() has given such an id, and said so
  std::optional<model::Offset> expected_;  ///< the next record's, where nothing is missing
  model::Offset lived_ = 0;                ///< as expect()'s
  /// Of the rules in force that name receivers
  std::map<std::string, std::vector<std::string>> notify_;
  /// Of the rules in force, those whose alerts nothing but a time-out ends
  std::set<std::string> ends_by_timeout_;
  const match::Generation* read_from_ = nullptr;  ///< only ever compared
  alert::Dispatcher dispatcher_;
  LateAlerts late_;
  Time now_;  ///< stamp of the newest record
  /// Records that the book has were stepped, or cannot be read any more, and agree_all() is owed.
  bool replayed_ = false;
  /// meet_book() was tried, before the first record that the book does not have
  bool met_ = false;
  /// And reconcile() has not looked yet what of the book is owed and known to no group: until then
  /// `told` stays, for the next start to look where this one is cut short.
  bool unreconciled_ = false;
  bool stepped_ = false, stopped_ = false;  ///< some record; the newest of them is a stop
  bool beyond_book_ = false;                ///< of those, one that the book did not have
  /// Within a replay: what the book has of the records that are to be stepped.
  std::optional<std::vector<alert::Book::Made>> made_;
  /// What prepare() found for the record of this offset.
  struct DeadLetterFacts {
    model::Offset offset = 0;
    std::vector<model::Notification> fallbacks;
    Redrives redrives;
    std::vector<model::Receipt> strays;
  };
  std::optional<DeadLetterFacts> letters_;
  std::deque<std::pair<model::Offset, std::vector<RedriveOutcome>>> redriven_;  ///< of the newest
  alert::Book::Batch batch_;
  std::unordered_map<std::string, std::size_t>
      repeated_;  ///< by alert: where in batch_.changes its newest change is, which only repeats
  const model::Offset begun_;      ///< of the first record that the book did not have at the start
  std::size_t taken_ = 0;          ///< of the batch's notifications: take_fresh() gave them
  std::set<std::string> by_book_;  ///< as Fresh's
  Counts counts_;
  std::uint64_t parked_count_ = 0;
  std::vector<Parked> parked_;
};

}  // namespace alarum::engine
