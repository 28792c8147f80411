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

/// Makes the content that a target is sent out of a routed message. nullopt if the target is not
/// sent this message (`resolve_on`).
using Compose = std::function<std::optional<model::Content>(const std::string& target,
                                                            const model::Message& message)>;

/// Who is notified, and how: the part of the config that a reload replaces. Plain values; the
/// functions are called on the engine's thread.
struct DeliveryConfig {
  std::shared_ptr<const config::Routing> routing;
  std::vector<alert::Target> targets;
  Compose compose;
  /// Target → targets that are notified of critical alerts which it could not be sent.
  std::map<std::string, std::vector<std::string>> fallbacks;
  std::string self_monitoring = {};  ///< as alert::Dispatcher::Config's
  /// Receives changes of alerts that no target is notified of because they are only logged; may be
  /// empty.
  std::function<void(const model::Change&)> write_log = {};
};

/// The alert that tells people that a start had to pass over damage of the journal.
inline constexpr std::string_view kDamageAlert = "AlarumJournalDamaged";

/// Makes the DeliveryConfig out of Reload::routing. Error `bad_routing`.
using ReadDeliveryConfig = std::function<Result<DeliveryConfig>(const std::string& routing)>;

/// What became of a dead letter that people wanted to send again.
struct RedriveOutcome {
  std::string id;
  /// `redriven`, or the reason why it was not sent: `not_there`, `no_longer_true`, `kept_back` (the
  /// alerts are silenced, inhibited or muted now), `target_gone`, `no_facts` (its content is not
  /// stored)
  std::string outcome;
  std::string as;  ///< if `redriven`: the id of the new notification
};
/// The outcomes of one redrive, and the notifications that it sends.
struct Redrives {
  std::vector<RedriveOutcome> outcomes;
  std::vector<alert::Book::Batch::Revived> revived;
};

/// Whether nothing but `resolve_after` can end alerts of the rule
/// (alert::Dispatcher::EndsByTimeout).
bool ends_by_timeout_only(const rules::Rule& rule);

/// The log line of a start that notifies everybody again, with the first such record in `from`. The
/// simulator looks for it: what was sent before does not count then.
inline constexpr std::string_view kNotifiedAgain =
    "the journal is damaged before records that are missing in the history: everybody is notified "
    "of these again, whatever was sent before the crash";

/// Engine, routing and book as one function of the records: steps a record, and collects what came
/// of it (changes, notifications, receipts) in a batch that is written to the book in one
/// transaction. Synchronous, with no clock; the daemon's stage, replay at start and tests call the
/// same code. It lives on the engine's thread. `engine` and `book` outlive it.
///
/// Replay: records that the book has processed are stepped only to restore the state, and nothing
/// of them is entered. After a replay reconcile() makes engine, routing and book agree.
class Processor {
 public:
  /// `outlets` is in force until a record, or a restored state, names another routing. Without
  /// `read` such a routing is ignored.
  Processor(Engine& engine, alert::Book& book, DeliveryConfig outlets,
            ReadDeliveryConfig read = {});

  /// Steps the record. Its results wait in the batch for commit(), unless the book has them already
  /// (a replay below `processed`). If a part of the work fails or throws, the fault is logged and
  /// listed in parked(), what the other parts made of the record is used, and the next record is
  /// stepped normally.
  Result<void> step(const model::Record& record);
  /// Reads from the book what step() of this record needs: the dead letters that it sends again,
  /// the notifications whose fallbacks are to be notified, and those whose target the record
  /// removes. Call it before step(). It commits the batch first, so that the book has all earlier
  /// records. Does nothing for other records. After an error (of the book) nothing has happened:
  /// call it again.
  Result<void> prepare(const model::Record& record);
  /// Writes the batch to the book in one transaction. After an error of the book nothing is lost:
  /// call it again. If a row makes the book throw, the rows are written one by one and that one
  /// goes to parked().
  Result<void> commit();

  /// The notifications of the batch that were made since the last call, in order, so that they can
  /// be sent before the book has them. Notifications that the book may know already are left out,
  /// and their targets are in `by_book`: the book must be asked for these after it has the batch.
  /// Notifications that nobody took before the commit come from the book as well.
  struct Fresh {
    std::vector<model::Notification> notifications;
    std::set<std::string> by_book;
  };
  Fresh take_fresh();

  /// Whether prepare() and step() of this record read the book. Then no other thread may be writing
  /// it.
  bool needs_book(const model::Record& record) const;
  /// Takes the batch, to be written by a BookWriter. Only after the replay.
  alert::Book::Batch hand_out();
  /// Puts a batch that could not be written in front of what has come since.
  void put_back(alert::Book::Batch batch);

  /// Alerts in which book and engine differed after the whole journal was stepped. Ids of alerts.
  struct Parted {
    /// Fired in the book only: ended, and everyone who was notified of them is notified of the end.
    std::vector<std::string> lost;
    /// Fire in the engine only: entered in the book, and people are notified.
    std::vector<std::string> found;
    /// Ended in the book, still fire in the engine: the caller must end them by a record.
    std::vector<std::string> over;
    /// Had ended in the book, and records that it did not have hit them again: they fire, and
    /// people are notified once more.
    std::vector<std::string> again;
    bool any() const { return !lost.empty() || !found.empty() || !over.empty() || !again.empty(); }
  };
  /// After a replay and before the first new record, makes book and engine agree (alert/lost.h), in
  /// one transaction, then routing and book (Dispatcher::agree). The second is needed because
  /// routing's results for records that the book had were not entered, and another config or damage
  /// may have changed them. Errors are those of the book.
  Result<Parted> reconcile(const alert::Reconciling& now);
  /// The replay may not repeat what really happened (other rules were used, or records are
  /// missing), so routing must take from the book who was notified. The processor notices most such
  /// cases by itself.
  void doubt() { certain_ = false; }
  /// Whether, at any time in this object's life, routing was taken from the book.
  bool took_from_book() const { return took_from_book_; }
  /// A replay begins at offset `next`: if the first record has a higher offset, records before it
  /// are missing. An earlier run may have notified people of records below `lived`.
  void expect(model::Offset next, model::Offset lived) { expected_ = next, lived_ = lived; }
  /// The replay passed over this damage (sentences; the complete list so far). Checkpoints carry
  /// the list until a kDamageAlert record is stepped that this run has written.
  void note_damage(std::vector<std::string> places) { new_damage_ = std::move(places); }
  /// Damage that an earlier start passed over and stored in the restored state, until the alert
  /// about it was stepped. If that start was cut short, people have not been notified of it yet.
  const std::vector<std::string>& inherited_damage() const { return inherited_damage_; }
  /// Makes routing and book agree before a checkpoint during a replay, if the replay has reached
  /// the book's end. A start from that checkpoint then has nothing to replay. Before the book's end
  /// it does nothing: the book has notifications of later records, and routing that took these for
  /// its own would not send them and would count `repeat_interval` from an older message.
  Result<void> agree_with_book();

  /// From now on `changed` is called with every change that is entered, times by the wall clock,
  /// and `commented` with the id of each alert that somebody comments on. They must not block; an
  /// empty one is not called.
  void watch(std::function<void(const model::Change&)> changed,
             std::function<void(const std::string&)> commented) {
    changed_ = std::move(changed), commented_ = std::move(commented);
  }

  /// Whether people must not be notified of a firing alert at this time (wall clock), because it is
  /// silenced, inhibited or muted.
  std::function<bool(const model::Alert&)> kept_back_at(Time now) const;
  /// What became of each letter of the redrive at this offset. nullptr if it is not among the 64
  /// newest redrives.
  const std::vector<RedriveOutcome>* redriven(model::Offset offset) const;

  /// Rows of the batch.
  std::size_t waiting() const { return batch_.rows(); }
  /// The offset after the newest record that was stepped.
  model::Offset next_offset() const { return batch_.processed; }
  /// Engine time of the newest record, even if only a checkpoint knows it.
  Time now() const { return now_; }
  /// The receivers in the newest model::OwnReceivers record; empty if there was none since the
  /// routing came into force.
  const std::vector<std::string>& own_receivers() const { return own_receivers_; }
  const DeliveryConfig& delivery_config() const { return delivery_config_; }
  /// The routing in force, as Reload::routing has it; empty if no record has named one.
  const std::string& routing() const { return routing_; }
  const alert::Dispatcher& dispatcher() const { return dispatcher_; }
  /// When the next timer of engine or routing is due, in engine time.
  std::optional<Time> next_due() const;

  /// The state of engine and routing for a checkpoint (docs/formats/checkpoint.md), in parts that
  /// are made between steps, as Engine::begin_save() describes it.
  std::string begin_save();
  std::string save_some(std::size_t bytes) { return engine_.save_some(bytes); }
  bool saving() const { return engine_.saving(); }
  bool tidy(std::size_t keys) { return engine_.tidy(keys); }
  /// Replaces the state. Error `bad_state`, or `newer_format`: nothing has changed.
  Result<void> restore(const std::string& state);
  /// Extracts the engine's part of a saved state. Error `bad_state`.
  static Result<std::string> engine_state(const std::string& state);

  /// Totals since the start, for metrics.
  struct Counts {
    std::uint64_t events = 0;  ///< that were stepped, replayed ones too
    std::uint64_t fired = 0, repeated = 0, stage_changed = 0, resolved = 0, late = 0,
                  notifications = 0;
    std::map<std::string, std::uint64_t> suppressed;  ///< by reason
    /// `fired` by rule, without posted alerts. The first kMostRules rules have a row each, further
    /// ones share "(others)", so that reloads with ever new names cannot fill the memory.
    std::map<std::string, std::uint64_t> fired_by_rule;
  };
  static constexpr std::size_t kMostRules = 1'000;
  const Counts& counts() const { return counts_; }
  /// Late alerts of new records; replayed records do not count.
  LateAlerts& late_alerts() { return late_; }

  /// A part of a record that could not be processed. It was passed over, so that people may not
  /// have been notified of something.
  struct Parked {
    model::Offset offset = 0;
    std::string doing;   ///< the part: `step`, `route`, `compose`, `enter`
    std::string reason;  ///< the message of the error
  };
  /// parked() lists at most so many.
  static constexpr std::size_t kMostParked = 100;
  /// All since the start, replayed ones too; parked() has the first kMostParked of them.
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
  /// Alerts that fire in the engine and ended in the book, each with the recipients who have not
  /// been notified of the end.
  Result<alert::Dispatcher::Recorded> ended_by_book();
  std::vector<alert::Recipient> all_recipients(const model::Alert& alert) const;
  void note_unread();
  /// The offset after the newest record that was stepped, or after the restored state.
  model::Offset reached() const { return expected_.value_or(next_offset()); }
  Result<void> meet_book(const alert::Dispatcher::Recorded& over);
  Result<void> agree(const std::set<std::string>& targets, const alert::Dispatcher::Recorded& over);
  Result<void> agree_all(const alert::Dispatcher::Recorded& over);
  Result<void> count_reminders(const model::Record& record,
                               const std::vector<alert::Routed>& replayed);
  void enter(alert::Dispatcher::Output output, std::vector<model::Change> changes,
             const model::Record& record);
  /// `at` is by the wall clock; `ahead` turns the messages' engine times into wall-clock times.
  void enter_change(model::Change change, std::uint32_t owes);
  void enter_comment(const model::CommentAlert& said, const model::Record& record);
  void enter(std::vector<alert::Routed> messages, std::vector<model::Suppressed> suppressed,
             model::Offset offset, Time at, Duration ahead);
  void count(const model::Change& change);
  void count_fired(const std::string& rule);
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
  /// The records that were stepped differ from what happened: some are missing, or other rules or
  /// another routing were used in place of the original ones.
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
  bool certain_ = true;  ///< nothing has happened yet for which doubt() is called
  bool another_past_ = false;
  std::vector<std::string> inherited_damage_, new_damage_;
  bool tells_anew_ = false;                ///< id_of() has made a new id and logged that
  std::optional<model::Offset> expected_;  ///< the next record's offset if none is missing
  model::Offset lived_ = 0;                ///< as given to expect()
  /// Rule → receivers, for the rules in force that name receivers.
  std::map<std::string, std::vector<std::string>> notify_;
  /// Rules in force of which nothing but `resolve_after` ends the alerts.
  std::set<std::string> ends_by_timeout_;
  const match::Generation* read_from_ = nullptr;  ///< whose rules were read; only compared
  alert::Dispatcher dispatcher_;
  LateAlerts late_;
  Time now_;  ///< stamp of the newest record
  /// Records that the book has were stepped, or cannot be read any more; agree_all() must follow.
  bool replayed_ = false;
  /// meet_book() was tried; that happens before the first record that the book does not have.
  bool met_ = false;
  /// reconcile() has not yet looked for notifications that the book still owes and no group knows.
  /// Until then `told` in the book stays, so that the next start looks if this one is cut short.
  bool unreconciled_ = false;
  bool stepped_ = false, stopped_ = false;  ///< a record was stepped; the newest one is a Stop
  bool beyond_book_ = false;                ///< a record was stepped that the book did not have
  /// During a replay: the notifications of the book for the records that are still to be stepped.
  std::optional<std::vector<alert::Book::Made>> made_;
  /// What prepare() has found for the record with this offset.
  struct DeadLetterFacts {
    model::Offset offset = 0;
    std::vector<model::Notification> fallbacks;
    Redrives redrives;
    std::vector<model::Receipt> strays;
  };
  std::optional<DeadLetterFacts> letters_;
  /// The newest redrives.
  std::deque<std::pair<model::Offset, std::vector<RedriveOutcome>>> redriven_;
  alert::Book::Batch batch_;
  std::unordered_map<std::string, std::size_t>
      repeated_;  ///< alert id → index in batch_.changes of its newest change, if that is a repeat
  const model::Offset begun_;      ///< book_.processed() at the start
  std::size_t taken_ = 0;          ///< how many notifications of the batch take_fresh() has given
  std::set<std::string> by_book_;  ///< as Fresh has it
  std::function<void(const model::Change&)> changed_;  ///< as watch() has it
  std::function<void(const std::string&)> commented_;  ///< as watch() has it
  Counts counts_;
  std::uint64_t parked_count_ = 0;
  std::vector<Parked> parked_;
};

}  // namespace alarum::engine
