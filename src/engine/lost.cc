// After a replay: what the book has and the engine does not know, and the other way round.
#include "alert/lost.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "engine/ledger.h"

namespace alarum::engine {

Result<Ledger::Parted> Ledger::reconcile(const alert::Reconciling& now) {
  const auto firing = book_.firing_ids();
  if (!firing) return std::unexpected(firing.error());
  const auto open = book_.open();
  if (!open) return std::unexpected(open.error());
  Parted parted;
  std::vector<alert::Notified> recorded, alive, ended;
  std::set<std::string> known;
  for (const auto& [id, live] : engine_.instances().all()) {
    known.insert(live.alert.id);
    if (firing->contains(live.alert.id)) continue;
    const auto before = book_.alert(live.alert.id);
    if (!before) return std::unexpected(before.error());
    if (*before) {
      parted.over.push_back(live.alert.id);
    } else {
      parted.found.push_back(live.alert.id);
      alive.push_back({live.alert, groups_.recipients(live.alert)});
    }
  }
  for (const auto& id : *firing) {
    if (known.contains(id)) continue;
    auto alert = book_.alert(id);
    if (!alert) return std::unexpected(alert.error());
    auto recipients = book_.recipients(id);
    if (!recipients) return std::unexpected(recipients.error());
    for (auto& one : *recipients) one.group_labels = groups_.labels_in(**alert, one.group_key);
    parted.lost.push_back(id);
    auto receivers = groups_.receivers(**alert);
    const auto owes = open->contains(id) ? open->at(id) : 0;
    recorded.push_back({std::move(**alert), std::move(*recipients), owes, std::move(receivers)});
  }
  // What is owed and waits in no group is known to nobody any more.
  const auto waiting = groups_.members();
  for (const auto& [id, owes] : *open) {
    if (firing->contains(id) || known.contains(id) || waiting.contains(id)) continue;
    auto alert = book_.alert(id);
    if (!alert) return std::unexpected(alert.error());
    if (!*alert) continue;
    auto recipients = book_.recipients(id, (*alert)->changed_by);
    if (!recipients) return std::unexpected(recipients.error());
    for (auto& one : *recipients) one.group_labels = groups_.labels_in(**alert, one.group_key);
    const bool fires_anew = engine_.instances().all().contains({(*alert)->rule, (*alert)->key});
    auto receivers = groups_.receivers(**alert);
    ended.push_back({std::move(**alert), std::move(*recipients), owes, std::move(receivers),
                     fires_anew});
  }
  groups_.expect_ends(parted.over);
  const auto agreed = [&]() -> Result<Parted> {
    if (!std::exchange(replayed_, false)) return parted;
    if (auto done = agree_all(parted.over); !done) return std::unexpected(done.error());
    return parted;
  };
  unreconciled_ = false;
  if (recorded.empty() && alive.empty() && ended.empty()) return agreed();
  auto asked = now;
  asked.kept_back = [&](const model::Alert& alert, const alert::Recipient& recipient)
      -> std::optional<model::Suppressed> {
    auto kept = groups_.kept_back(alert, recipient.group_key, now.at);
    if (!kept) return std::nullopt;
    model::Suppressed out;
    out.why = kept->why, out.by = std::move(kept->by);
    return out;
  };
  auto reconciled = alert::reconcile(recorded, alive, ended, outlets_.targets, asked);
  enter(std::move(reconciled.messages), std::move(reconciled.suppressed), now.offset, now.at);
  std::ranges::copy(reconciled.owes, std::back_inserter(batch_.owes));
  for (auto& change : reconciled.changes) {
    count(change);
    batch_.changes.push_back(std::move(change));
  }
  if (auto done = commit(); !done) return std::unexpected(done.error());
  return agreed();
}

std::set<std::string> Ledger::all_targets() const {
  std::set<std::string> names;
  for (const auto& one : outlets_.targets) names.insert(one.name);
  return names;
}

// After records that the book has: what routing made of them was not entered.
Result<void> Ledger::agree_all(const std::vector<std::string>& except) {
  if (auto done = agree(all_targets(), except); !done) return done;
  std::map<std::string, alert::Groups::Reasons> recorded;
  for (const auto& id : groups_.members()) {
    auto reasons = book_.reasons(id);
    if (!reasons) return std::unexpected(reasons.error());
    recorded[id] = std::move(*reasons);
  }
  groups_.record_again(recorded);
  return {};
}

Result<void> Ledger::agree(const std::set<std::string>& targets, const std::vector<std::string>& except) {
  if (targets.empty()) return {};
  alert::Groups::Recorded recorded;
  auto own = groups_.own_receivers();
  for (const auto& id : groups_.members()) {
    if (std::ranges::find(except, id) != except.end()) continue;  // they are about to end
    auto recipients = book_.recipients(id);
    if (!recipients) return std::unexpected(recipients.error());
    for (const auto& one : *recipients) {
      const auto target = std::ranges::find(outlets_.targets, one.target, &alert::Target::name);
      if (one.group_key.starts_with(model::kOwnGroups) && target != outlets_.targets.end()) own.push_back(target->receiver);
    }
    recorded[id] = std::move(*recipients);
  }
  groups_.set_own_receivers(own, now_);  // whoever was notified of a built-in alert, by a choice that no record has, is notified of its end
  groups_.agree(recorded, targets);
  return {};
}

}  // namespace alarum::engine
