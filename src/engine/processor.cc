#include "engine/processor.h"

#include <algorithm>
#include <span>

#include "alert/codec.h"
#include "base/bounded_rows.h"
#include "base/hash.h"
#include "base/log.h"
#include "engine/dead_letters.h"
#include "model/posted.h"

namespace alarum::engine {
namespace {

std::set<std::string> names_of(const std::vector<alert::Target>& targets) {
  std::set<std::string> names;
  for (const auto& one : targets) names.insert(one.name);
  return names;
}

// Runs `work` and returns its result, or its exception as the error `exception`.
template <class Work>
auto attempted(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& fault) {
    return fail("exception", fault.what());
  }
}

// Removes the changes that enter_change() has replaced. They still count as rows.
void drop_replaced(alert::Book::Batch& batch) {
  batch.owes.resize(batch.changes.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    if (batch.changes[i].alert.id.empty()) continue;
    if (kept < i)
      batch.changes[kept] = std::move(batch.changes[i]), batch.owes[kept] = batch.owes[i];
    ++kept;
  }
  batch.replaced += batch.changes.size() - kept;
  batch.changes.resize(kept), batch.owes.resize(kept);
}

}  // namespace

// A rule that reads `status`, or has `until`, can be ended by an event. Windows, absences and rules
// that match alerts have other ends.
bool ends_by_timeout_only(const rules::Rule& rule) {
  return rule.resolve_after && !rule.until && rule.condition == rules::Condition::each &&
         !rule.names_status && !rule.matches_alerts;
}

Processor::Processor(Engine& engine, alert::Book& book, DeliveryConfig outlets,
                     ReadDeliveryConfig read)
    : engine_(engine),
      book_(book),
      delivery_config_(careful(std::move(outlets))),
      read_outlets_(std::move(read)),
      dispatcher_(
          engine.active_alerts(), [this](const model::Alert& alert) { return receivers_of(alert); },
          [this](const model::Alert& alert) { return ends_by_timeout_.contains(alert.rule); }),
      begun_(book.processed()) {
  configure();
}

void Processor::configure() {
  dispatcher_.configure(groups_config(), now_);
  if (!own_receivers_.empty()) dispatcher_.set_own_receivers(own_receivers_, now_);
}

alert::Dispatcher::Config Processor::groups_config() const {
  return {delivery_config_.routing, delivery_config_.targets, delivery_config_.self_monitoring};
}

// The routing that the record brings into force; nullptr if it brings none or the one in force.
const std::string* Processor::other_routing(const model::Record& record) const {
  const auto* reload = std::get_if<model::Reload>(&record.payload);
  const bool other =
      reload && read_outlets_ && !reload->routing.empty() && reload->routing != routing_;
  return other ? &reload->routing : nullptr;
}

void Processor::take_up_routing(const model::Record& record) {
  const auto* routing = other_routing(record);
  if (!routing) return;
  auto next = read_outlets_(*routing);
  if (!next) return note_another_past(), (void)park("route", next.error());
  next->write_log = delivery_config_.write_log;
  routing_ = *routing;
  set_outlets(std::move(*next));
}

void Processor::set_outlets(DeliveryConfig outlets) {
  const auto before = delivery_config_.targets;
  delivery_config_ = careful(std::move(outlets));
  own_receivers_.clear();
  configure();
  // For a target that comes back, routing takes from the book what the target was notified of.
  // Notifications that waited when it was removed became dead letters.
  std::set<std::string> come;
  for (const auto& one : delivery_config_.targets) {
    if (std::ranges::find(before, one.name, &alert::Target::name) == before.end())
      come.insert(one.name);
  }
  if (come.empty()) return;
  // During a replay the book is ahead, so it cannot say what the target knew at this record.
  if (batch_.processed <= book_.processed()) return doubt();
  if (auto done = agree(come, {}); !done)
    log::error("engine", done.error().message, {{"reason", done.error().reason}});
}

std::optional<Time> Processor::next_due() const {
  const auto engine = engine_.next_due(), groups = dispatcher_.next_due();
  return engine && groups ? std::min(engine, groups) : engine ? engine : groups;
}

// From this record on routing's results are entered. Routing starts with what the book has of the
// records before.
void Processor::begin_with_book(model::Offset offset) {
  if (expected_ && offset != *expected_) note_another_past();
  if (met_ || offset < book_.processed()) return;
  note_unread();
  const auto over = ended_by_book();
  const auto done = over ? meet_book(*over) : Result<void>(std::unexpected(over.error()));
  if (!done) (void)park("route", done.error());
}

// Whether the replay repeated what really happened. Routing is a function of the records, so its
// state is then right.
bool Processor::is_as_lived() const {
  return certain_ && !routing_.empty();
}

// The alert about the damage was stepped, so people have been notified of it. If this run has
// written the record, its own damage is covered as well.
void Processor::note_damage_alert(const model::Record& record) {
  if (inherited_damage_.empty() && new_damage_.empty()) return;
  const auto* event = std::get_if<model::Event>(&record.payload);
  if (!event || event->type() != kDamageAlert || !model::is_posted(*event)) return;
  inherited_damage_.clear();
  if (record.offset >= lived_) new_damage_.clear();
}

Result<void> Processor::step(const model::Record& record) {
  begin_with_book(record.offset);
  expected_ = record.offset + 1;
  counts_.events += std::holds_alternative<model::Event>(record.payload);
  batch_.processed = record.offset + 1;
  now_ = record.at;
  stepped_ = true;
  stopped_ = std::holds_alternative<model::Stop>(record.payload);
  std::vector<model::Change> changes;
  const auto stepped = attempted([&] { return engine_.step(record, changes); });
  note_damage_alert(record);
  take_up_routing(record);
  if (const auto* own = std::get_if<model::OwnReceivers>(&record.payload)) {
    own_receivers_ = own->names;
    dispatcher_.set_own_receivers(own_receivers_, now_);
  }
  if (engine_.had_other_rules()) note_another_past();
  if (!stepped) doubt();
  alert::Dispatcher::Output output;
  const auto routed = attempted([&]() -> Result<void> {
    read_rules();
    dispatcher_.step(record, changes, output);
    std::ranges::copy(engine_.annulments().noted(), std::back_inserter(output.suppressed));
    return {};
  });
  if (record.offset >= book_.processed()) {
    beyond_book_ = true;
    enter(std::move(output), std::move(changes), record);
    enter_dead_letters(record);
    if (const auto* said = std::get_if<model::CommentAlert>(&record.payload))
      enter_comment(*said, record);
    if (auto entry = alert::lifecycle_entry(record)) batch_.lifecycle.push_back(std::move(*entry));
  } else {
    replayed_ = unreconciled_ = true;
    const auto done = is_as_lived() ? Result<void>() : count_reminders(record, output.messages);
    if (!done) (void)park("route", done.error());
  }
  if (!routed) (void)park("route", routed.error());
  if (!stepped) return park("step", stepped.error());
  return routed;
}

// Logs a fault and adds it to parked(), for the newest record, because everything is done in its
// step.
Result<void> Processor::park(const std::string& doing, const Error& error) {
  const auto offset = batch_.processed == 0 ? 0 : batch_.processed - 1;
  ++parked_count_;
  if (parked_.size() < kMostParked) {
    parked_.push_back({offset, doing, error.message});
    log::error("engine", "a record could not be processed: " + error.message,
               {{"reason", error.reason}, {"doing", doing}, {"offset", offset}});
  }
  return std::unexpected(error);
}

// A message that cannot be composed is left out, so that the others still reach their target.
DeliveryConfig Processor::careful(DeliveryConfig outlets) {
  outlets.compose = [this, compose = std::move(outlets.compose)](
                        const std::string& target,
                        const model::Message& message) -> std::optional<model::Content> {
    auto content =
        attempted([&] { return Result<std::optional<model::Content>>(compose(target, message)); });
    if (content) return std::move(*content);
    (void)park("compose", {content.error().reason,
                           target + ' ' + message.group_key + ": " + content.error().message});
    return std::nullopt;
  };
  return outlets;
}

const std::vector<std::string>* Processor::receivers_of(const model::Alert& alert) const {
  const auto found = notify_.find(alert.rule);
  return found == notify_.end() ? nullptr : &found->second;
}

// After a change of the rules, alerts move to the receivers that the new rules name.
void Processor::read_rules() {
  if (name_other_receivers()) configure();
}

bool Processor::name_other_receivers() {
  if (engine_.generation() == read_from_) return false;
  read_from_ = engine_.generation();
  std::map<std::string, std::vector<std::string>> named;
  ends_by_timeout_.clear();
  for (const auto& rule : read_from_->rules().rules) {
    if (!rule.notify.empty()) named[rule.alert] = rule.notify;
    if (ends_by_timeout_only(rule)) ends_by_timeout_.insert(rule.alert);
  }
  if (named == notify_) return false;
  notify_ = std::move(named);
  return true;
}

// After a start a group may notify again of older transitions, under an id that the book has
// already.
bool Processor::may_be_known(const model::Message& message) const {
  return std::ranges::all_of(message.changes,
                             [this](const auto& change) { return change.offset < begun_; });
}

// Converts all times to the wall clock, because the results leave the engine here.
void Processor::enter(alert::Dispatcher::Output output, std::vector<model::Change> changes,
                      const model::Record& record) {
  output.owes.resize(changes.size());  // if routing threw, the missing entries are 0
  for (auto& routed : output.messages) {
    for (auto& change : routed.message.changes) model::to_wall(change, record.ahead);
  }
  for (auto& one : output.suppressed) one.at -= record.ahead;
  for (auto& change : output.logged) {
    model::to_wall(change, record.ahead);
    if (delivery_config_.write_log) delivery_config_.write_log(change);
  }
  enter(std::move(output.messages), std::move(output.suppressed), record.offset, record.arrived(),
        record.ahead);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    model::to_wall(changes[i], record.ahead);
    enter_change(std::move(changes[i]), output.owes[i]);
  }
}

// The book has one row for an alert that many events repeat, with its state after the last one. So
// an earlier repetition in the batch is dropped at once.
void Processor::enter_change(model::Change change, std::uint32_t owes) {
  count(change);
  if (changed_) changed_(change);
  const auto before = repeated_.find(change.alert.id);
  if (change.kind != model::Change::Kind::repeated) {
    if (before != repeated_.end()) repeated_.erase(before);
  } else if (before != repeated_.end()) {
    batch_.changes[before->second] = {};
    before->second = batch_.changes.size();
  } else {
    repeated_.emplace(change.alert.id, batch_.changes.size());
  }
  batch_.changes.push_back(std::move(change));
  batch_.owes.push_back(owes);
}

void Processor::enter_comment(const model::CommentAlert& said, const model::Record& record) {
  batch_.comments.push_back(
      {record.offset, record.arrived(), said.alert_id, said.by, said.comment});
  if (commented_) commented_(said.alert_id);
}

// If the past differs from what really happened, another run may have sent a different notification
// for this record. The new one must then get another id, because receivers that remember ids, and
// the receipts in the journal, would otherwise treat it as a copy.
std::string Processor::id_of(const alert::Routed& routed, model::Offset offset) {
  auto id = alert::notification_id(routed);
  if (!is_another_past() || offset >= lived_) return id;
  if (!std::exchange(tells_anew_, true)) {
    log::warn("engine", kNotifiedAgain, {{"from", offset}});
  }
  return "ntf-" + hex64(fnv1a(id + '\n' + std::to_string(lived_)));
}

void Processor::enter(std::vector<alert::Routed> messages,
                      std::vector<model::Suppressed> suppressed, model::Offset offset, Time at,
                      Duration ahead) {
  for (auto& routed : messages) {
    auto content = delivery_config_.compose(routed.target, routed.message);
    if (!content) continue;
    const auto& first = routed.message.changes.front();
    std::vector<std::string> ids;
    for (const auto& change : routed.message.changes) ids.push_back(change.alert.id);
    if (may_be_known(routed.message)) by_book_.insert(routed.target);
    batch_.notifications.push_back(
        {id_of(routed, offset), routed.target, routed.message.group_key, std::move(content->body),
         first.alert.id, offset, at, book_.next_sequence(), std::move(content->headers),
         alert::message_json(routed.message), std::move(ids), routed.at - ahead});
    ++counts_.notifications;
  }
  for (auto& one : suppressed) {
    ++counts_.suppressed[std::string(to_text(one.why))];
    batch_.suppressed.push_back(std::move(one));
  }
}

// Whether a receipt of the record ends a notification as dead, so that fallbacks may be notified.
bool Processor::falls_back(const model::Record& record) const {
  const auto* ended = std::get_if<model::Receipts>(&record.payload);
  return ended && !delivery_config_.fallbacks.empty() &&
         std::ranges::find(ended->receipts, model::Receipt::Outcome::dead,
                           &model::Receipt::outcome) != ended->receipts.end();
}

bool Processor::needs_dead_letters(const model::Record& record) const {
  return std::holds_alternative<model::Redrive>(record.payload) || falls_back(record) ||
         other_routing(record);
}

bool Processor::needs_book(const model::Record& record) const {
  return record.offset >= book_.processed() && (!met_ || needs_dead_letters(record));
}

Result<void> Processor::prepare(const model::Record& record) {
  if (record.offset < book_.processed() || !needs_dead_letters(record)) return {};
  const auto* order = std::get_if<model::Redrive>(&record.payload);
  const auto* routing = other_routing(record);
  begin_with_book(record.offset);
  if (auto done = commit(); !done) return done;
  DeadLetterFacts letters{record.offset, {}, {}, {}};
  if (const auto next = routing ? read_outlets_(*routing) : fail("", ""); next) {
    auto strays = book_.strays(names_of(next->targets), record.arrived());
    if (!strays) return std::unexpected(strays.error());
    letters.strays = std::move(*strays);
  }
  if (falls_back(record)) {
    auto made =
        fall_back(book_, delivery_config_, std::get<model::Receipts>(record.payload).receipts,
                  dispatcher_.own_receivers());
    if (!made) return std::unexpected(made.error());
    letters.fallbacks = std::move(*made);
  }
  if (order) {
    const auto now = record.arrived();
    auto made = redrive(book_, delivery_config_, kept_back_at(now), order->ids, now);
    if (!made) return std::unexpected(made.error());
    letters.redrives = std::move(*made);
  }
  letters_ = std::move(letters);
  return {};
}

std::function<bool(const model::Alert&)> Processor::kept_back_at(Time now) const {
  return [this, now](const model::Alert& alert) {
    const auto status = dispatcher_.status(alert, now);
    return !status.silenced_by.empty() || !status.inhibited_by.empty() || !status.muted_by.empty();
  };
}

// Receipts, and the notifications that are sent because of them or because of a redrive.
void Processor::enter_dead_letters(const model::Record& record) {
  constexpr std::size_t kMostRedrives = 64;
  if (const auto* ended = std::get_if<model::Receipts>(&record.payload)) {
    std::ranges::copy(ended->receipts, std::back_inserter(batch_.receipts));
  }
  auto letters = std::exchange(letters_, std::nullopt);
  if (!letters || letters->offset != record.offset) return;
  for (auto& one : letters->fallbacks) {
    one.sequence = book_.next_sequence();
    by_book_.insert(one.target);
    batch_.notifications.push_back(std::move(one));
  }
  for (auto& one : letters->redrives.revived) {
    one.again.sequence = book_.next_sequence();
    by_book_.insert(one.again.target);
    batch_.revived.push_back(std::move(one));
  }
  std::ranges::move(letters->strays, std::back_inserter(batch_.receipts));
  if (!std::holds_alternative<model::Redrive>(record.payload)) return;
  redriven_.emplace_back(record.offset, std::move(letters->redrives.outcomes));
  if (redriven_.size() > kMostRedrives) redriven_.pop_front();
}

// Notifications of built-in alerts go through the book, which knows whether their target was
// notified that they fire.
Processor::Fresh Processor::take_fresh() {
  Fresh fresh;
  for (const auto& one : std::span(batch_.notifications).subspan(taken_)) {
    if (one.group_key.starts_with(model::kOwnGroups))
      by_book_.insert(one.target);
    else
      fresh.notifications.push_back(one);
  }
  taken_ = batch_.notifications.size();
  std::erase_if(fresh.notifications,
                [this](const auto& one) { return by_book_.contains(one.target); });
  fresh.by_book = by_book_;
  return fresh;
}

const std::vector<RedriveOutcome>* Processor::redriven(model::Offset offset) const {
  const auto found =
      std::ranges::find(redriven_, offset, [](const auto& one) { return one.first; });
  return found == redriven_.end() ? nullptr : &found->second;
}

void Processor::stamp_batch() {
  batch_.told = dispatcher_.owed_from().value_or(batch_.processed);
  if (unreconciled_) batch_.told = std::min(batch_.told, book_.told());
}

void Processor::forget_batch() {
  batch_.clear();
  repeated_.clear();
  taken_ = 0;
  by_book_.clear();
}

alert::Book::Batch Processor::hand_out() {
  stamp_batch();
  drop_replaced(batch_);
  const auto processed = batch_.processed;
  auto out = std::exchange(batch_, {});
  batch_.processed = processed;
  forget_batch();
  return out;
}

void Processor::put_back(alert::Book::Batch batch) {
  const auto before = [](auto& first, auto& then) {
    first.insert(first.end(), std::move_iterator(then.begin()), std::move_iterator(then.end()));
  };
  batch.owes.resize(batch.changes.size());
  taken_ += batch.notifications.size();
  before(batch.changes, batch_.changes);
  before(batch.owes, batch_.owes);
  before(batch.notifications, batch_.notifications);
  before(batch.suppressed, batch_.suppressed);
  before(batch.receipts, batch_.receipts);
  before(batch.comments, batch_.comments);
  before(batch.lifecycle, batch_.lifecycle);
  before(batch.revived, batch_.revived);
  batch.processed = batch_.processed;
  batch.replaced += batch_.replaced;
  batch_ = std::move(batch);
  repeated_.clear();  // its indexes are not valid any more
}

Result<void> Processor::commit() {
  if (batch_.processed <= book_.processed() && batch_.rows() == 0) return {};
  stamp_batch();
  drop_replaced(batch_);
  repeated_.clear();  // its indexes are not valid any more
  try {
    if (auto done = book_.commit(batch_); !done) return done;
  } catch (const std::exception& fault) {
    if (auto done = commit_each(fault.what()); !done) return done;
  }
  forget_batch();
  return {};
}

// Some row of the batch cannot be written. Each row gets a transaction of its own, so that only
// that row is missing. If the disk fails in between, the rows are written again later, which is
// harmless.
Result<void> Processor::commit_each(const std::string& why) {
  log::error("engine", "rows are stored in the history one by one",
             {{"reason", why}, {"rows", batch_.rows()}});
  const auto enter_one = [&](alert::Book::Batch one) -> Result<void> {
    try {
      return book_.commit(one);
    } catch (const std::exception& fault) {
      (void)park("enter", {"exception", fault.what()});
      return {};
    }
  };
  const auto each = [&](const auto& rows, auto alert::Book::Batch::*member) -> Result<void> {
    for (const auto& row : rows) {
      alert::Book::Batch one;
      (one.*member).push_back(row);
      if (auto done = enter_one(std::move(one)); !done) return done;
    }
    return {};
  };
  for (std::size_t i = 0; i < batch_.changes.size(); ++i) {
    alert::Book::Batch one;
    one.changes = {batch_.changes[i]}, one.owes = {i < batch_.owes.size() ? batch_.owes[i] : 0};
    if (auto done = enter_one(std::move(one)); !done) return done;
  }
  if (auto done = each(batch_.notifications, &alert::Book::Batch::notifications); !done)
    return done;
  if (auto done = each(batch_.suppressed, &alert::Book::Batch::suppressed); !done) return done;
  if (auto done = each(batch_.comments, &alert::Book::Batch::comments); !done) return done;
  if (auto done = each(batch_.lifecycle, &alert::Book::Batch::lifecycle); !done) return done;
  if (auto done = each(batch_.revived, &alert::Book::Batch::revived); !done) return done;
  if (auto done = each(batch_.receipts, &alert::Book::Batch::receipts); !done) return done;
  alert::Book::Batch end;
  end.processed = batch_.processed, end.told = batch_.told;
  return book_.commit(end);
}

void Processor::count_fired(const std::string& rule) {
  ++counts_.fired;
  if (!rule.empty()) ++row_of(counts_.fired_by_rule, rule, kMostRules);
}

void Processor::count(const model::Change& change) {
  using Kind = model::Change::Kind;
  if (change.kind == Kind::fired) count_fired(change.alert.rule);
  if (change.kind == Kind::repeated) ++counts_.repeated;
  if (change.kind == Kind::stage_changed) ++counts_.stage_changed;
  if (change.kind == Kind::resolved) ++counts_.resolved;
  if (change.alert.late && change.kind == Kind::fired) ++counts_.late;
  late_.note(change);
}

}  // namespace alarum::engine
