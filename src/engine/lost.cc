// After a replay: makes engine, routing and book agree where one knows what another does not.
#include "alert/lost.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/log.h"
#include "engine/processor.h"

namespace alarum::engine {

// Alerts that fire in the engine and that the book has ended, because the journal lost their ends.
Result<alert::Dispatcher::Recorded> Processor::ended_by_book() {
  const auto firing = book_.firing_ids();
  if (!firing) return std::unexpected(firing.error());
  const auto open = book_.open();
  if (!open) return std::unexpected(open.error());
  alert::Dispatcher::Recorded over;
  for (const auto& [id, live] : engine_.active_alerts().all()) {
    if (firing->contains(live.alert.id)) continue;
    const auto before = book_.alert(live.alert.id);
    if (!before) return std::unexpected(before.error());
    if (!*before) continue;
    auto& owed = over[live.alert.id];
    if (!open->contains(live.alert.id)) continue;
    auto recipients = book_.recipients_left(**before);
    if (!recipients) return std::unexpected(recipients.error());
    owed = std::move(*recipients);
  }
  return over;
}

// If the book is ahead although no record is left to step, damage has taken these records. What the
// book says about them is then as new to routing as after records that were stepped.
void Processor::note_unread() {
  if (reached() < book_.processed()) replayed_ = unreconciled_ = true;
}

// All records that the book has were stepped, or are lost. From here on routing starts with what
// the book says.
Result<void> Processor::meet_book(const alert::Dispatcher::Recorded& over) {
  met_ = true;
  dispatcher_.expect_ends(over);
  const bool agrees = is_as_lived() && over.empty() && reached() >= book_.processed();
  if (replayed_ && !agrees) {
    log::info("engine",
              "a replay may differ from what happened: who was notified is taken from the history",
              {{"offset", next_offset()}});
    took_from_book_ = true;
    auto done = agree_all(over);
    replayed_ = !done;  // if the book cannot be read, this is tried again
    return done;
  }
  replayed_ = false;
  dispatcher_.agree(over, all_targets());
  return {};
}

Result<Processor::Parted> Processor::reconcile(const alert::Reconciling& now) {
  note_unread();
  const auto firing = book_.firing_ids();
  if (!firing) return std::unexpected(firing.error());
  const auto open = book_.open();
  if (!open) return std::unexpected(open.error());
  auto over = ended_by_book();
  if (!over) return std::unexpected(over.error());
  Parted parted;
  std::vector<alert::Notified> recorded, alive, ended;
  std::set<std::string> known;
  for (const auto& [id, live] : engine_.active_alerts().all()) {
    known.insert(live.alert.id);
    if (firing->contains(live.alert.id)) {
      // The book had its end when the replay came to where the book ends. Records after that hit it
      // again, so it fires, and whoever was notified of its end must hear that.
      if (!dispatcher_.expected_ends().contains(live.alert.id)) continue;
      dispatcher_.expect_no_end(live.alert.id);
      parted.again.push_back(live.alert.id);
      alive.push_back({live.alert, all_recipients(live.alert)});
      continue;
    }
    if (over->contains(live.alert.id)) {
      parted.over.push_back(live.alert.id);
    } else {
      parted.found.push_back(live.alert.id);
      alive.push_back({live.alert, dispatcher_.recipients(live.alert)});
    }
  }
  for (const auto& id : *firing) {
    if (known.contains(id)) continue;
    auto alert = book_.alert(id);
    if (!alert) return std::unexpected(alert.error());
    auto recipients = book_.recipients(id);
    if (!recipients) return std::unexpected(recipients.error());
    parted.lost.push_back(id);
    const auto owes = open->contains(id) ? open->at(id) : 0;
    recorded.push_back(notified(std::move(**alert), std::move(*recipients), owes));
    // If a record after the damage has fired another alert of this rule and key, and people were
    // notified of it, then a later notification of this end would be taken for that alert's end.
    const auto& lost = recorded.back().alert;
    const auto anew = engine_.active_alerts().all().find({lost.rule, lost.key});
    if (anew == engine_.active_alerts().all().end()) continue;
    const auto know = book_.recipients(anew->second.alert.id);
    if (!know) return std::unexpected(know.error());
    recorded.back().fires_anew = !know->empty();
  }
  // Nothing else will notify of transitions that the book owes and that wait in no group.
  const auto waiting = dispatcher_.members();
  for (const auto& [id, owes] : *open) {
    if (firing->contains(id) || known.contains(id) || waiting.contains(id)) continue;
    auto alert = book_.alert(id);
    if (!alert) return std::unexpected(alert.error());
    if (!*alert) continue;
    auto recipients = book_.recipients_left(**alert);
    if (!recipients) return std::unexpected(recipients.error());
    ended.push_back(notified(std::move(**alert), std::move(*recipients), owes));
    const auto& over_now = ended.back().alert;
    ended.back().fires_anew = engine_.active_alerts().all().contains({over_now.rule, over_now.key});
  }
  const auto agreed = [&]() -> Result<Parted> {
    if (auto done = meet_book(*over); !done) return std::unexpected(done.error());
    for (const auto& one : alive) {
      if (std::ranges::find(parted.again, one.alert.id) != parted.again.end())
        dispatcher_.agree({{one.alert.id, one.recipients}}, all_targets());
    }
    return parted;
  };
  unreconciled_ = false;
  if (recorded.empty() && alive.empty() && ended.empty()) return agreed();
  auto asked = now;
  asked.unsure = book_is_unsure();
  asked.kept_back = [&](const model::Alert& alert,
                        const alert::Recipient& recipient) -> std::optional<model::Suppressed> {
    auto kept = dispatcher_.kept_back(alert, recipient.group_key, now.at);
    if (!kept) return std::nullopt;
    model::Suppressed out;
    out.why = kept->why, out.by = std::move(kept->by);
    return out;
  };
  auto reconciled = alert::reconcile(recorded, alive, ended, delivery_config_.targets, asked);
  enter(std::move(reconciled.messages), std::move(reconciled.suppressed), now.offset, now.at, {});
  reconciled.owes.resize(reconciled.changes.size());
  for (std::size_t i = 0; i < reconciled.changes.size(); ++i)
    enter_change(std::move(reconciled.changes[i]), reconciled.owes[i]);
  if (auto done = commit(); !done) return std::unexpected(done.error());
  return agreed();
}

// Every target of its routes.
std::vector<alert::Recipient> Processor::all_recipients(const model::Alert& alert) const {
  std::vector<alert::Recipient> out;
  for (const auto& [receiver, group_key, labels] : dispatcher_.receivers(alert)) {
    for (const auto& target : delivery_config_.targets) {
      if (target.receiver == receiver)
        out.push_back({target.name, group_key, dispatcher_.labels_in(alert, group_key)});
    }
  }
  return out;
}

alert::Notified Processor::notified(model::Alert alert, std::vector<alert::Recipient> recipients,
                                    std::uint32_t owes) const {
  auto receivers = dispatcher_.receivers(alert);
  for (auto* list : {&recipients, &receivers}) {
    for (auto& one : *list) one.group_labels = dispatcher_.labels_in(alert, one.group_key);
  }
  return {std::move(alert), std::move(recipients), owes, std::move(receivers)};
}

// Whether people may have been notified of more than the book has. A power cut may have put the
// book back, and a replay that ends before reconcile() brings it to the journal's end without
// checking that. Only after a regular stop it is certain that they were not.
bool Processor::book_is_unsure() const {
  return beyond_book_ || (stepped_ && !stopped_) || book_.processed() > next_offset();
}

std::set<std::string> Processor::all_targets() const {
  std::set<std::string> names;
  for (const auto& one : delivery_config_.targets) names.insert(one.name);
  return names;
}

Result<void> Processor::agree_with_book() {
  if (!replayed_ || next_offset() < book_.processed()) return {};
  const auto over = ended_by_book();
  return over ? meet_book(*over) : std::unexpected(over.error());
}

// If the replay made the same message, reminders count from that one already.
Result<void> Processor::count_reminders(const model::Record& record,
                                        const std::vector<alert::Routed>& replayed) {
  if (!made_) {
    auto made = book_.made_since(record.offset, record.arrived());
    if (!made) return std::unexpected(made.error());
    made_ = std::move(*made);
  }
  const auto by_record =
      std::ranges::equal_range(*made_, record.offset, {}, &alert::Book::Made::offset);
  for (const auto& one : by_record) {
    const bool same = std::ranges::any_of(replayed, [&](const alert::Routed& routed) {
      return routed.target == one.target && routed.message.group_key == one.group_key;
    });
    if (!same) dispatcher_.count_reminders_from_here(one.target, one.group_key);
  }
  return {};
}

// After a replay of records that the book has: routing's results for them were not entered.
Result<void> Processor::agree_all(const alert::Dispatcher::Recorded& over) {
  if (auto done = agree(all_targets(), over); !done) return done;
  std::map<std::string, alert::Dispatcher::Reasons> recorded;
  for (const auto& id : dispatcher_.members()) {
    auto reasons = book_.reasons(id);
    if (!reasons) return std::unexpected(reasons.error());
    recorded[id] = std::move(*reasons);
  }
  dispatcher_.record_again(recorded);
  made_.reset();
  return {};
}

Result<void> Processor::agree(const std::set<std::string>& targets,
                              const alert::Dispatcher::Recorded& over) {
  if (targets.empty()) return {};
  alert::Dispatcher::Recorded recorded;
  std::vector<std::string> own;
  for (const auto& id : dispatcher_.members()) {
    using Recipients = Result<std::vector<alert::Recipient>>;
    const auto ends = over.find(id);
    auto recipients = ends == over.end() ? book_.recipients(id) : Recipients(ends->second);
    if (!recipients) return std::unexpected(recipients.error());
    for (const auto& one : *recipients) {
      const auto target =
          std::ranges::find(delivery_config_.targets, one.target, &alert::Target::name);
      if (one.group_key.starts_with(model::kOwnGroups) && target != delivery_config_.targets.end())
        own.push_back(target->receiver);
    }
    recorded[id] = std::move(*recipients);
  }
  // A receiver that was notified of a built-in alert is notified of its end, even if no record
  // names it as a receiver of built-in alerts.
  dispatcher_.keep_own_receivers(own, now_);
  dispatcher_.agree(recorded, targets);
  return {};
}

}  // namespace alarum::engine
