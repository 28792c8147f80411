#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>

#include "alert/dispatcher.h"
#include "base/bytes.h"
#include "base/node.h"
#include "config/routing.h"
#include "tests/support/story.h"

/// Routing told as a story: alerts are posted with labels as text, time is an offset, and what was
/// told comes back as lines.
namespace alarum::alert {

constexpr auto kGrouped =
    "route: {receiver: a, group_by: [g], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}";

inline config::Routing routing_of(const std::string& yaml) {
  Diagnostics out;
  const auto root = parse_yaml(yaml, "c.yaml", out);
  auto routing = config::read_routing(*root, {"a", "b", "c"}, out);
  EXPECT_EQ(out.text(), "");
  return routing;
}

inline model::Labels labels_of(const std::string& text) {
  model::Labels labels;
  const auto parsed = model::parse_matchers(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  for (const auto& one : *parsed) labels[one.name()] = one.value();
  return labels;
}

class Town {
 public:
  explicit Town(const std::string& yaml = "route: {receiver: a}") { configure(yaml); }

  void configure(const std::string& yaml) {
    auto routing = std::make_shared<const config::Routing>(routing_of(yaml));
    groups_->configure({routing, targets, self_monitoring}, now_);
  }
  /// After restart(), where the state was saved under the same config.
  void resume(const std::string& yaml) {
    auto routing = std::make_shared<const config::Routing>(routing_of(yaml));
    groups_->resume({routing, targets, self_monitoring}, now_, ahead);
  }
  /// For the next configure()
  std::vector<Target> targets{{"a/w/0", "a", true}, {"b/w/0", "b", true}, {"c/w/0", "c", false}};
  std::string self_monitoring;
  /// An alert is posted that is over long after the test, or (`end`) ends now.
  std::string post(const std::string& when, const std::string& labels, bool end = false) {
    const auto now = support::at(when) - ahead;
    Posted posted{labels_of(labels), {}, now, end ? now : support::at("60d"), url};
    return step(when, model::Tick{}, &posted);
  }
  std::string end(const std::string& when, const std::string& labels) {
    return post(when, labels, true);
  }
  /// Time passes, by the second where something is due.
  std::string until(const std::string& when) {
    std::string out;
    const auto due = [&] {
      return std::min(groups_->next_due().value_or(Time::max()),
                      active_alerts_.next() ? std::get<0>(*active_alerts_.next()) : Time::max());
    };
    while (due() <= support::at(when))
      out += step(support::shown(std::max(due(), now_)), model::Tick{});
    return out + step(when, model::Tick{});
  }
  std::string silence(const std::string& when, const std::string& id, const std::string& matchers,
                      const std::string& end, bool until_resolved = false,
                      const std::string& begin = "") {
    model::Silence silence;
    silence.id = id, silence.matchers = *model::parse_matchers(matchers),
    silence.starts_at = begin.empty() ? support::at(when) - ahead : support::at(begin),
    silence.ends_at = support::at(end);
    silence.until_resolved = until_resolved;
    return step(when, model::SetSilence{model::silence_json(silence)});
  }
  std::string ack(const std::string& when, const std::string& labels, Duration lasts = {},
                  const std::string& by = "kim") {
    return step(when, model::Acknowledge{id_of(labels), by, "", lasts});
  }
  std::string step(const std::string& when, model::Payload payload,
                   const Posted* posted = nullptr) {
    now_ = support::at(when);
    std::vector<model::Change> changes;
    active_alerts_.set_clock(now_, ahead);
    while (active_alerts_.next() && std::get<0>(*active_alerts_.next()) <= now_)
      active_alerts_.run_next(offset_, changes);
    if (posted) active_alerts_.post(*posted, now_, offset_, changes);
    if (const auto* said = std::get_if<model::Acknowledge>(&payload))
      active_alerts_.acknowledge(*said, now_, offset_, changes);
    if (const auto* said = std::get_if<model::Unacknowledge>(&payload))
      active_alerts_.unacknowledge(*said, now_, offset_, changes);
    for (auto& change : changes) {
      if (const auto held = held_.find(change.alert.key);
          change.kind == model::Change::Kind::fired && held != held_.end())
        active_alerts_.hold(change.alert, held->second);
    }
    const auto held = [this](const model::Alert& alert) {
      return held_.contains(alert.key) ? held_.at(alert.key) : ActiveAlerts::Held();
    };
    active_alerts_.settle(now_, offset_, changes, {std::exchange(touched_, {}), held});
    Dispatcher::Output out;
    groups_->step({offset_++, now_, 0, std::move(payload), std::nullopt, ahead}, changes, out);
    owes = std::accumulate(out.owes.begin(), out.owes.end(), 0U);
    return told(out);
  }
  /// From the next step on the one keeps the other back, as `inhibited_by` of a rule does.
  void inhibit(const std::string& labels, const std::string& source) {
    active_alerts_.set_inhibitors({"", hex(labels)}, {{"", hex(source)}});
  }
  /// From the next step on roll-ups hold it back so; from its firing on where it does not fire yet.
  void hold(const std::string& labels, ActiveAlerts::Held held) {
    held_[hex(labels)] = std::move(held), touched_.insert({"", hex(labels)});
  }
  const ActiveAlerts& active_alerts() const { return active_alerts_; }
  std::string id_of(const std::string& labels) const {
    return active_alerts_.all().at({"", hex(labels)}).alert.id;
  }
  void restart() {
    const auto saved = groups_->save();
    auto fresh = std::make_unique<Dispatcher>(active_alerts_, nobody, ends_by_timeout());
    ASSERT_TRUE(fresh->restore(saved));
    groups_ = std::move(fresh);
  }
  Dispatcher& groups() { return *groups_; }
  std::uint32_t owes = 0;  ///< by the changes of the last step
  /// Of engine time, in which the story is told, before the wall clock, in which silences end
  Duration ahead{};
  std::string url;            ///< of the next post: another one is a change
  bool only_timeout = false;  ///< nothing but a time-out ends its alerts
  bool every_reason = false;  ///< show each transition that a target was not told

 private:
  Dispatcher::EndsByTimeout ends_by_timeout() {
    return [this](const model::Alert&) { return only_timeout; };
  }
  static const std::vector<std::string>* nobody(const model::Alert&) { return nullptr; }
  static std::string hex(const std::string& labels) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>(model::fingerprint(labels_of(labels))));
    return text;
  }
  static std::string name(const model::Alert& alert) {
    return alert.labels.contains("n") ? alert.labels.at("n") : alert.labels.begin()->second;
  }
  std::string told(const Dispatcher::Output& out) const {
    std::string text;
    for (const auto& [target, message, at] : out.messages) {
      text += support::shown(at) + ' ' + target.substr(0, 1) + ':';
      for (const auto& change : message.changes)
        text += ' ' +
                std::string(model::is_about_care(change.kind)
                                ? change.kind == model::Change::Kind::acknowledged ? "ack" : "unack"
                            : change.kind == model::Change::Kind::unconfirmed ? "?"
                            : change.alert.state == model::AlertState::firing ? "+"
                                                                              : "-") +
                name(change.alert);
      text += '\n';
    }
    for (const auto& change : out.logged)
      text += support::shown(change.at) +
              " log: " + (change.alert.state == model::AlertState::firing ? "+" : "-") +
              name(change.alert) + '\n';
    for (const auto& one : out.suppressed) {
      if (!every_reason && one.why > model::Suppressed::Why::acknowledged) continue;
      text += support::shown(one.at) + ' ' + one.receiver + ": " + std::string(to_text(one.why));
      if (one.state == model::AlertState::resolved) text += " end";
      for (const auto& by : one.by) text += ' ' + by;
      text += '\n';
    }
    return text;
  }

  ActiveAlerts active_alerts_;
  std::unique_ptr<Dispatcher> groups_ =
      std::make_unique<Dispatcher>(active_alerts_, nobody, ends_by_timeout());
  std::map<std::string, ActiveAlerts::Held> held_;  // by key
  std::set<ActiveAlerts::Id> touched_;
  Time now_ = support::kStart;
  model::Offset offset_ = 1;
};

}  // namespace alarum::alert
