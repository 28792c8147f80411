#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/support/story.h"

/// A daemon's engine in text: rules by name, what the journal would hold, what happened.
namespace alarum::engine {

inline std::shared_ptr<const match::Generation> generation_of(
    const std::string& rules, const std::map<std::string, std::string>& tables = {}) {
  rules::TextRules text{{{"r.yaml", rules}}, {}};
  for (const auto& [name, table] : tables) {
    text.tables.push_back({name, table});
    if (name == "inventory.csv") text.inventory = rules::inventory_text(name, table);
  }
  Diagnostics faults;
  auto set = text.compile(faults);
  if (!set) throw std::invalid_argument(faults.text());
  return std::make_shared<const match::Generation>(std::move(*set));
}

/// `fired A{subject=s1}` and the like, as `AT KIND RULE{KEY} …`.
inline std::string shown(const model::Change& change) {
  const auto& alert = change.alert;
  auto text = support::shown(change.at) + ' ' + std::string(to_text(change.kind)) + ' ' +
              alert.rule + '{' + alert.key + '}';
  if (alert.reason != model::EndReason::none) text += ' ' + std::string(to_text(alert.reason));
  if (change.kind == model::Change::Kind::fired && alert.starts_at != change.at)
    text += " since " + support::shown(alert.starts_at);
  if (alert.late) text += " late";
  for (const auto& name : alert.inhibited_by) text += " inhibited_by " + name;
  for (const auto& name : alert.absorbed) text += " absorbed by " + name;
  for (const auto& name : alert.waiting) text += " waits for " + name;
  return text + '\n';
}

/// All that an engine or a ledger remembers, in one go.
template <class Saver>
std::string saved(Saver& saver) {
  auto state = saver.begin_save();
  while (saver.saving()) state += saver.save_some(1 << 20);
  return state;
}
/// Of a saved state: its keys come in any order.
inline std::string sorted(std::string text) {
  std::ranges::sort(text);
  return text;
}

class World {
 public:
  explicit World(const std::string& rules, const std::map<std::string, std::string>& tables = {}) {
    put(support::kStart, model::Start{});
    reload(support::kStart, rules, tables);
  }

  /// Lines of `AT EVENT` (support::event_of), each an id of its own unless `id=…`, or `AT !stop`,
  /// `AT !start` (what was not heard in between is its gap), `AT !step DURATION` (of the wall
  /// clock), `AT !resolve RULE KEY`, `AT !tick`. While it runs, a tick is written for each timer,
  /// as the daemon's journal does.
  void play(const std::string& story) {
    for (const auto& line : support::lines_of(story)) {
      const auto blank = line.find(' ');
      const auto at = support::at(line.substr(0, blank));
      const auto rest = line.substr(blank + 1);
      if (running_) tick_until(at);
      rest.starts_with('!')
          ? command(at, support::words_of(rest.substr(1)))
          : put(at, support::event_of(rest, at - ahead_, std::to_string(offset_)));
    }
  }
  void take(Time at, model::Event event) { put(at, std::move(event)); }
  void reload(Time at, const std::string& rules,
              const std::map<std::string, std::string>& tables = {}) {
    if (running_) tick_until(at);
    auto generation = generation_of(rules, tables);
    const auto hash = generation->rules().hash;
    generations_[hash] = std::move(generation);
    put(at, model::Reload{hash});
  }

  /// What was told since the last time: all but repeats. Times are by the wall clock.
  std::string told() { return std::exchange(told_, {}); }
  /// Ids of alerts of this rule, a word for each time that one fired.
  std::vector<std::string> fired(const std::string& rule) const {
    const auto found = fired_.find(rule);
    return found == fired_.end() ? std::vector<std::string>() : found->second;
  }
  Engine& engine() { return engine_; }

 private:
  void command(Time at, const std::vector<std::string>& words) {
    if (words[0] == "stop")
      running_ = false, put(at, model::Stop{});
    else if (words[0] == "start")
      running_ = true, put(at, model::Start{at - last_});
    else if (words[0] == "step")
      ahead_ -= support::offset(words.at(1)),
          put(at, model::ClockStep{support::offset(words.at(1))});
    else if (words[0] == "resolve")
      put(at, model::ResolveAlert{id_of(words.at(1), words.at(2)), "kim", ""});
    else if (words[0] == "tick")
      put(at, model::Tick{});
    else
      throw std::invalid_argument(words[0]);
  }
  std::string id_of(const std::string& rule, const std::string& key) const {
    return engine_.active_alerts().all().at({rule, key}).alert.id;
  }
  void tick_until(Time at) {
    while (engine_.next_due() && *engine_.next_due() <= at)
      put(std::max(last_, *engine_.next_due()), model::Tick{});
  }
  void put(Time at, model::Payload payload) {
    last_ = at;
    auto changes = engine_.step({offset_++, at, 0, std::move(payload), std::nullopt, ahead_});
    if (!changes) throw std::runtime_error(changes.error().message);
    for (auto& change : *changes) {
      model::to_wall(change, ahead_);
      if (change.kind == model::Change::Kind::fired) {
        fired_[change.alert.rule].push_back(change.alert.id);
      }
      if (change.kind != model::Change::Kind::repeated) told_ += shown(change);
    }
  }

  std::map<std::string, std::shared_ptr<const match::Generation>> generations_;
  Engine engine_{
      [this](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
        return generations_.at(hash);
      }};
  model::Offset offset_ = 0;
  Time last_ = support::kStart;
  Duration ahead_{};
  bool running_ = true;
  std::string told_;
  std::map<std::string, std::vector<std::string>> fired_;
};

}  // namespace alarum::engine
