#include "tools/backtest.h"

#include <fmt/format.h>

#include <algorithm>

#include "alert/codec.h"

namespace alarum::tools {
namespace {

using Key = std::pair<std::string, std::string>;
using Lists = std::map<Key, std::vector<const PastAlert*>>;

// If two starts are further apart, they are two alerts and not one that moved.
constexpr Duration kNear = std::chrono::hours(1);
constexpr std::size_t kNoisiest = 10;

Lists by_key(const std::vector<PastAlert>& alerts) {
  Lists lists;
  for (const auto& alert : alerts) lists[{alert.rule, alert.key}].push_back(&alert);
  return lists;
}

bool same(const PastAlert& a, const PastAlert& b) {
  return a.starts_at == b.starts_at && a.ends_at == b.ends_at && a.reason == b.reason &&
         a.severity == b.severity;
}

Duration apart(const PastAlert& a, const PastAlert& b) {
  return std::chrono::abs(a.starts_at - b.starts_at);
}

// Takes the partner of `alert` out of `others`: the one with the nearest start.
const PastAlert* take_partner(const PastAlert& alert, std::vector<const PastAlert*>& others,
                              Duration most) {
  const auto nearest =
      std::ranges::min_element(others, {}, [&](const auto* other) { return apart(alert, *other); });
  if (nearest == others.end() || apart(alert, **nearest) > most) return nullptr;
  const auto* partner = *nearest;
  others.erase(nearest);
  return partner;
}

// Pairs alerts that start at the same time first, so that none of them becomes the partner of one
// that starts nearby.
void compare(std::vector<const PastAlert*> before, std::vector<const PastAlert*> after,
             BacktestReport& report) {
  for (const auto most : {Duration::zero(), kNear}) {
    std::vector<const PastAlert*> alone;
    for (const auto* alert : before) {
      const auto* partner = take_partner(*alert, after, most);
      if (!partner) alone.push_back(alert);
      if (partner && !same(*alert, *partner)) report.moved.push_back({*alert, *partner});
    }
    before = std::move(alone);
  }
  for (const auto* alert : before) report.removed.push_back(*alert);
  for (const auto* alert : after) report.added.push_back(*alert);
}

}  // namespace

void HistoryCheck::take(const model::Change& change) {
  if (change.kind != model::Change::Kind::repeated && change.offset >= from_)
    replayed_.push_back(alert::history_line(change));
}

std::string HistoryCheck::difference() const {
  for (std::size_t i = 0; i < std::max(recorded_.size(), replayed_.size()); ++i) {
    const auto at = [&](const auto& lines) {
      return i < lines.size() ? lines[i] : std::string("(nothing)");
    };
    if (at(recorded_) != at(replayed_))
      return fmt::format("- {}\n+ {}\n", at(recorded_), at(replayed_));
  }
  return "";
}

Backtest::Backtest(engine::FindGeneration stored, FindHash hash_of,
                   std::shared_ptr<const match::Generation> next, Time since,
                   const engine::DeliveryConfig& outlets)
    : old_(std::move(stored), std::move(hash_of)),
      new_([next](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
        return next;
      }),
      next_(std::move(next)),
      since_(since),
      old_people_(old_.engine(), outlets, counting(before_)),
      new_people_(new_, outlets, counting(after_)) {}

People::Take Backtest::counting(Side& side) {
  return [this, &side](const People::Message& message) {
    const auto at = message.routed.at - ahead_;
    if (at < since_) return;
    const auto& target = message.routed.target;
    side.sent[target].add(message);
    if (message.news == News::page || message.news == News::update)
      ++side.pages[target][std::chrono::floor<std::chrono::days>(at)];
  };
}

void Backtest::Side::take(const model::Change& change, Time since) {
  const auto& alert = change.alert;
  const Key key{alert.rule, alert.key};
  if (change.kind == model::Change::Kind::fired && !alert.late && change.at >= since) {
    open[key] = alerts.size();
    alerts.push_back({alert.rule, alert.key, alert.severity, alert.starts_at, change.at,
                      std::nullopt, model::EndReason::none, change.offset});
  }
  if (change.kind != model::Change::Kind::resolved) return;
  const auto found = open.find(key);
  if (found == open.end()) return;
  alerts[found->second].ends_at = alert.ends_at;
  alerts[found->second].reason = alert.reason;
  open.erase(found);
}

// Runs what is due before the record, in steps of their own, where the daemon would have written
// ticks. The journal has the ticks of the old engine, except those for reminders of another config.
// For times in which the daemon did not run, nothing is run, because it sent nothing then.
Result<void> Backtest::pass_time(const model::Record& record) {
  if (std::holds_alternative<model::Start>(record.payload)) return {};
  old_people_.run_until(std::min(record.at, old_.engine().next_due().value_or(record.at)));
  const auto next = [&] {
    const auto engine = new_.next_due(), people = new_people_.next_due();
    return std::min(engine.value_or(record.at), people.value_or(record.at));
  };
  for (auto due = next(); due < record.at; due = next()) {
    now_ = std::max(now_, due);
    if (auto done =
            step_new({record.offset, now_, next_->id(), model::Tick{}, std::nullopt, record.ahead});
        !done)
      return done;
  }
  return {};
}

Result<void> Backtest::step_new(const model::Record& record) {
  auto changes = new_.step(record);
  if (!changes) return std::unexpected(changes.error());
  now_ = record.at;
  new_people_.step(record, *changes);
  for (auto& change : *changes) {
    model::to_wall(change, record.ahead);
    after_.take(change, since_);
  }
  return {};
}

Result<void> Backtest::step_old(const model::Record& record) {
  auto changes = old_.step(record);
  if (!changes) return std::unexpected(changes.error());
  for (const auto& change : *changes) before_.take(change, since_);
  for (auto& change : *changes) model::to_wall(change, -record.ahead);  // routing has engine time
  old_people_.step(record, *changes);
  return {};
}

Result<void> Backtest::step(const model::Record& record) {
  ahead_ = record.ahead;
  if (!std::exchange(began_, true)) {
    auto loaded = new_.step({record.offset, record.at, next_->id(),
                             model::Reload{next_->rules().hash}, std::nullopt, record.ahead});
    if (!loaded) return std::unexpected(loaded.error());
    now_ = record.at;
  }
  if (auto done = pass_time(record); !done) return done;
  if (auto done = step_old(record); !done) return done;
  auto other = record;
  other.hits.reset();
  // The new rules are in force from the beginning, so for them a recorded reload is only time that
  // passes.
  if (std::holds_alternative<model::Reload>(record.payload)) other.payload = model::Tick{};
  if (auto done = step_new(other); !done) return done;
  const auto at = record.arrived();
  if (at < since_) return {};
  if (!from_) from_ = at;
  to_ = std::max(to_, at);
  events_ += std::holds_alternative<model::Event>(record.payload) ? 1 : 0;
  return {};
}

std::string Backtest::person() const {
  auto both = before_.sent;
  for (const auto& [target, count] : after_.sent) both[target] += count;
  const auto* most = busiest(both, "");
  return most ? most->first : "";
}

std::vector<BacktestReport::Day> Backtest::by_day(const std::string& person) const {
  std::map<std::chrono::sys_days, BacktestReport::Day> days;
  using Day = BacktestReport::Day;
  const auto count = [&](const Side& side, std::size_t Day::*alerts, std::size_t Day::*pages) {
    for (const auto& alert : side.alerts)
      ++(days[std::chrono::floor<std::chrono::days>(alert.fired_at)].*alerts);
    const auto sent = side.pages.find(person);
    if (sent == side.pages.end()) return;
    for (const auto& [day, number] : sent->second) days[day].*pages += number;
  };
  count(before_, &Day::alerts_before, &Day::pages_before);
  count(after_, &Day::alerts_after, &Day::pages_after);
  std::vector<Day> out;
  for (auto& [day, numbers] : days) {
    numbers.day = day;
    out.push_back(numbers);
  }
  return out;
}

BacktestReport Backtest::report() const {
  BacktestReport report;
  report.from = from_.value_or(since_);
  report.to = std::max(to_, report.from);
  report.events = events_;
  const auto days = std::max(
      1.0, std::chrono::duration<double, std::ratio<86400>>(report.to - report.from).count());
  report.person = person();
  report.days = by_day(report.person);
  const auto side = [&](const Side& of) {
    const auto sent = of.sent.find(report.person);
    const auto count = sent == of.sent.end() ? PeopleCount{} : sent->second;
    const auto a_day = [&](std::size_t number) { return static_cast<double>(number) / days; };
    return BacktestReport::Side{of.alerts.size(), a_day(of.alerts.size()), a_day(count.pages),
                                a_day(count.critical), a_day(count.all())};
  };
  report.old_rules = side(before_);
  report.new_rules = side(after_);
  auto before = by_key(before_.alerts), after = by_key(after_.alerts);
  for (const auto& [key, list] : after) before.try_emplace(key);
  for (const auto& [key, list] : before) {
    const auto found = after.find(key);
    const auto others = found == after.end() ? std::vector<const PastAlert*>{} : found->second;
    compare(list, others, report);
    report.noisiest.push_back({key.first, key.second, list.size(), others.size()});
  }
  std::ranges::stable_sort(report.noisiest, [](const auto& a, const auto& b) {
    return std::pair(a.after, a.before) > std::pair(b.after, b.before);
  });
  if (report.noisiest.size() > kNoisiest) report.noisiest.resize(kNoisiest);
  const auto by_time = [](const PastAlert& alert) {
    return std::pair(alert.fired_at, alert.offset);
  };
  std::ranges::stable_sort(report.added, {}, by_time);
  std::ranges::stable_sort(report.removed, {}, by_time);
  std::ranges::stable_sort(report.moved, {},
                           [&](const auto& moved) { return by_time(moved.before); });
  return report;
}

}  // namespace alarum::tools
