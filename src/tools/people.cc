#include "tools/people.h"

#include <algorithm>
#include <tuple>

namespace alarum::tools {
namespace {

// What a message says about an alert. If this text differs from the last one, it is an update.
std::string said_of(const model::Alert& alert) {
  const auto stage = alert.annotations.find("stage");
  return std::string(to_text(alert.severity)) + ' ' +
         (stage == alert.annotations.end() ? "" : stage->second);
}

News kind_of(bool paged, bool updated, bool ended) {
  return paged ? News::page : updated ? News::update : ended ? News::end : News::reminder;
}

}  // namespace

std::string_view to_text(News news) {
  switch (news) {
    case News::page:
      return "page";
    case News::update:
      return "update";
    case News::end:
      return "end";
    case News::reminder:
      return "reminder";
  }
  return "";
}

People::People(const engine::Engine& engine, engine::DeliveryConfig outlets, Take take)
    : engine_(engine),
      delivery_config_(std::move(outlets)),
      take_(std::move(take)),
      groups_(
          engine.active_alerts(),
          [this](const model::Alert& alert) -> const std::vector<std::string>* {
            const auto found = notify_.find(alert.rule);
            return found == notify_.end() ? nullptr : &found->second;
          },
          [this](const model::Alert& alert) { return ends_by_timeout_.contains(alert.rule); }) {
  groups_.configure(
      {delivery_config_.routing, delivery_config_.targets, delivery_config_.self_monitoring}, now_);
}

void People::read_rules() {
  if (engine_.generation() == read_from_) return;
  read_from_ = engine_.generation();
  std::map<std::string, std::vector<std::string>> named;
  ends_by_timeout_.clear();
  for (const auto& rule : read_from_->rules().rules) {
    if (engine::ends_by_timeout_only(rule)) ends_by_timeout_.insert(rule.alert);
    if (!rule.notify.empty()) named[rule.alert] = rule.notify;
  }
  if (named == notify_) return;
  notify_ = std::move(named);
  groups_.configure(
      {delivery_config_.routing, delivery_config_.targets, delivery_config_.self_monitoring}, now_);
}

void People::step(const model::Record& record, const std::vector<model::Change>& changes) {
  now_ = record.at;
  next_ = record.offset;
  read_rules();
  alert::Dispatcher::Output output;
  groups_.step(record, changes, output);
  take(output);
}

void People::run_until(Time end) {
  while (groups_.next_due() && *groups_.next_due() < end) {
    now_ = std::max(now_, *groups_.next_due());
    alert::Dispatcher::Output output;
    groups_.step({next_, now_, 0, model::Tick{}, std::nullopt, engine_.ahead()}, {}, output);
    take(output);
  }
}

void People::take(const alert::Dispatcher::Output& output) {
  for (const auto& routed : output.messages) take_(judge(routed));
}

People::Message People::judge(const alert::Routed& routed) {
  auto& known = known_[routed.target];
  bool paged = false, updated = false, ended = false;
  auto worst = model::Severity::none, worst_news = model::Severity::none;
  // An alert whose severity has risen ends and fires as another one; for a person it is the same.
  std::map<std::pair<std::string, std::string>, std::string> worse;
  for (const auto& change : routed.message.changes) {
    if (change.alert.reason == model::EndReason::escalated && known.contains(change.alert.id))
      worse[{change.alert.rule, change.alert.key}] = known.at(change.alert.id);
  }
  for (const auto& [kind, alert, offset, at, by, comment] : routed.message.changes) {
    worst = std::max(worst, alert.severity);
    const auto before = worse.find({alert.rule, alert.key});
    if (before != worse.end() && alert.state != model::AlertState::resolved)
      known.try_emplace(alert.id, before->second);
    if (alert.state == model::AlertState::resolved) {
      ended = true;
      known.erase(alert.id);
      continue;
    }
    const auto [place, first] = known.try_emplace(alert.id);
    auto said = said_of(alert);
    const bool other = !first && place->second != said;
    if (first || other) worst_news = std::max(worst_news, alert.severity);
    paged = paged || first;
    updated = updated || other;
    place->second = std::move(said);
  }
  return {routed, kind_of(paged, updated, ended), paged || updated ? worst_news : worst};
}

void PeopleCount::add(const People::Message& message) {
  const bool page = message.news == News::page || message.news == News::update;
  pages += page;
  updates += message.news == News::update;
  critical += page && message.severity == model::Severity::critical;
  ends += message.news == News::end;
  reminders += message.news == News::reminder;
}

PeopleCount& PeopleCount::operator+=(const PeopleCount& other) {
  pages += other.pages, critical += other.critical, updates += other.updates, ends += other.ends,
      reminders += other.reminders;
  return *this;
}

const std::pair<const std::string, PeopleCount>* busiest(
    const std::map<std::string, PeopleCount>& counts, const std::string& receiver) {
  const std::pair<const std::string, PeopleCount>* best = nullptr;
  for (const auto& one : counts) {
    if (!receiver.empty() && !one.first.starts_with(receiver + '/')) continue;
    const auto rank = [](const auto& entry) {
      return std::tuple(entry.second.pages, entry.second.all());
    };
    if (!best || rank(one) > rank(*best)) best = &one;
  }
  return best;
}

}  // namespace alarum::tools
