#include "engine/dead_letters.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "alert/codec.h"
#include "base/hash.h"

namespace alarum::engine {
namespace {

using model::AlertState;

bool is_critical(const model::Message& message) {
  return std::ranges::any_of(message.changes, [](const auto& change) {
    return change.alert.severity == model::Severity::critical;
  });
}

// A notification that replaces another one. `salt` makes its id different.
model::Notification in_place_of(const model::Notification& other, const std::string& target,
                                const model::Message& message, model::Content content,
                                const std::string& salt) {
  model::Notification out = other;
  out.id = "ntf-" + hex64(fnv1a(other.id + '\n' + target + '\n' + salt));
  out.sequence = 0;
  out.target = target;
  out.body = std::move(content.body);
  out.headers = content.headers + "Alarum-Replaces: " + other.id + "\n";
  out.facts = alert::message_json(message);
  out.alert_id = message.changes.front().alert.id;
  out.alert_ids.clear();
  for (const auto& change : message.changes) out.alert_ids.push_back(change.alert.id);
  return out;
}

bool is_among(const DeliveryConfig& outlets, const std::string& target,
              const std::vector<std::string>& receivers) {
  const auto found = std::ranges::find(outlets.targets, target, &alert::Target::name);
  return found != outlets.targets.end() &&
         std::ranges::find(receivers, found->receiver) != receivers.end();
}

Result<std::vector<model::Notification>> fallbacks_of(
    alert::Book& book, const DeliveryConfig& outlets, const model::Receipt& receipt,
    const std::vector<std::string>& own_receivers) {
  std::vector<model::Notification> out;
  const auto letter = book.waiting(receipt.id);
  if (!letter) return std::unexpected(letter.error());
  const auto others = *letter ? outlets.fallbacks.find((*letter)->target) : outlets.fallbacks.end();
  if (others == outlets.fallbacks.end()) return out;
  const auto message = alert::parse_message((*letter)->facts);
  if (!message || !is_critical(*message)) return out;
  const bool own = (*letter)->group_key.starts_with(model::kOwnGroups);
  for (const auto& target : others->second) {
    if (own && is_among(outlets, target, own_receivers)) continue;
    auto content = outlets.compose(target, *message);
    if (!content) continue;
    out.push_back(in_place_of(**letter, target, *message, std::move(*content), "fallback"));
    out.back().created = receipt.at;
  }
  return out;
}

struct Still {
  model::Message message;
  bool kept_back = false;  // some firing alerts are true, but suppressed now
};

// The labels of alerts that fire for a target, by what it was notified of and by what waits for it.
// Labels are compared because receivers tell alerts apart by them. Reading them costs O(all that
// fires), so it is done once for each target, and only if a letter contains an end.
class FiringFor {
 public:
  explicit FiringFor(alert::Book& book) : book_(book) {}

  Result<bool> contains(const std::string& target, const model::Labels& labels) {
    const auto print = model::fingerprint(labels);
    if (added_.contains({target, print})) return true;
    auto found = targets_.find(target);
    if (found == targets_.end()) {
      auto firing = book_.firing_for(target);
      if (!firing) return std::unexpected(firing.error());
      found = targets_.emplace(target, std::move(*firing)).first;
    }
    return found->second.contains(print);
  }

  /// A notification for the target waits from now on (or would, if this is a dry run).
  void add(const std::string& target, const model::Message& message) {
    for (const auto& change : message.changes) {
      if (change.alert.state != AlertState::firing) continue;
      added_.emplace(target, model::fingerprint(change.alert.labels));
    }
  }

 private:
  alert::Book& book_;
  std::map<std::string, std::set<std::uint64_t>> targets_;
  std::set<std::pair<std::string, std::uint64_t>> added_;
};

// The changes of a letter that are still true, with the alerts as they are now. The end of an alert
// is left out if a new alert with the same labels fires for the target: sent after the new firing
// it would end that one.
Result<Still> still_true(alert::Book& book, FiringFor& firing, const std::string& target,
                         const model::Message& message, const KeptBack& kept_back) {
  Still out{{message.receiver, message.group_key, message.group_labels, {}}};
  for (auto change : message.changes) {
    const auto now = book.alert(change.alert.id);
    if (!now) return std::unexpected(now.error());
    if (!*now || (*now)->state != change.alert.state) continue;
    if (change.alert.state == AlertState::resolved) {
      const auto told = book.was_told(target, change.alert.id);
      if (!told) return std::unexpected(told.error());
      if (!*told) continue;
      const auto anew = firing.contains(target, change.alert.labels);
      if (!anew) return std::unexpected(anew.error());
      if (*anew) continue;
    } else if (kept_back(**now)) {
      out.kept_back = true;
      continue;
    }
    change.alert = **now;
    out.message.changes.push_back(std::move(change));
  }
  return out;
}

struct Redrive {
  alert::Book& book;
  const DeliveryConfig& outlets;
  const KeptBack& kept_back;
  Time now;
  FiringFor firing;
  Redrives done;

  Result<void> add(const std::string& id) {
    const auto end = [&](const char* outcome) -> Result<void> {
      done.outcomes.push_back({id, outcome, ""});
      return {};
    };
    const auto letter = book.dead_letter(id);
    if (!letter) return std::unexpected(letter.error());
    if (!*letter || std::ranges::find(done.revived, id, &alert::Book::Batch::Revived::letter) !=
                        done.revived.end())
      return end("not_there");
    const auto& dead = (*letter)->notification;
    const auto told = alert::parse_message(dead.facts);
    if (!told) return end("no_facts");
    const auto still = still_true(book, firing, dead.target, *told, kept_back);
    if (!still) return std::unexpected(still.error());
    const auto& message = still->message;
    if (message.changes.empty()) return end(still->kept_back ? "kept_back" : "no_longer_true");
    auto content = outlets.compose(dead.target, message);
    if (!content) return end("target_gone");
    auto again = in_place_of(dead, dead.target, message, std::move(*content),
                             "redrive " + std::to_string(now.time_since_epoch().count()));
    again.created = now;
    firing.add(dead.target, message);
    done.outcomes.push_back({id, "redriven", again.id});
    done.revived.push_back({id, std::move(again)});
    return {};
  }
};

}  // namespace

Result<std::vector<model::Notification>> fall_back(alert::Book& book, const DeliveryConfig& outlets,
                                                   const std::vector<model::Receipt>& receipts,
                                                   const std::vector<std::string>& own_receivers) {
  std::vector<model::Notification> all;
  if (outlets.fallbacks.empty()) return all;
  for (const auto& receipt : receipts) {
    if (receipt.outcome != model::Receipt::Outcome::dead) continue;
    auto made = fallbacks_of(book, outlets, receipt, own_receivers);
    if (!made) return std::unexpected(made.error());
    std::ranges::move(*made, std::back_inserter(all));
  }
  return all;
}

Result<Redrives> redrive(alert::Book& book, const DeliveryConfig& outlets,
                         const KeptBack& kept_back, const std::vector<std::string>& ids, Time now) {
  Redrive all{book, outlets, kept_back, now, FiringFor(book), {}};
  for (const auto& id : ids) {
    if (auto done = all.add(id); !done) return std::unexpected(done.error());
  }
  return std::move(all.done);
}

std::string firing_body(alert::Book& book, const DeliveryConfig& outlets, const std::string& target,
                        Time now) {
  const auto alerts = book.told_firing(target);
  if (!alerts || alerts->empty()) return {};
  model::Message message;
  message.receiver = target.substr(0, target.find('/'));
  for (const auto& alert : *alerts) {
    message.changes.emplace_back();
    message.changes.back().alert = alert;
    message.changes.back().at = now;
  }
  const auto content = outlets.compose(target, message);
  return content ? content->body : std::string();
}

}  // namespace alarum::engine
