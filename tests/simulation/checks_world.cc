#include "tests/simulation/checks_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "app/core.h"
#include "base/hash.h"
#include "journal/reader.h"
#include "tests/simulation/catalogue.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/world.h"
#include "tools/past.h"

namespace alarum::simulation {

using Json = nlohmann::json;

/// What the checks of one life remember.
struct Inspection {
  explicit Inspection(World& life) : world(life) {}

  World& world;
  std::vector<Told> told;
  Model model{[this](const std::string& hash) -> const std::vector<SimpleRule>* {
    const auto name = world.history.rules_by_hash.find(hash);
    const auto* set = name == world.history.rules_by_hash.end() ? nullptr : rule_set(name->second);
    return set ? &set->simple : nullptr;
  }};
  std::size_t modelled = 0;                 // records
  std::optional<std::size_t> replayed_in;   // the newest incarnation whose state was held against a replay
};

namespace {

constexpr const char* kFolder = "/data";
constexpr std::size_t kAll = 100'000;

Inspection& inspection_of(World& world) {
  if (!world.inspection) world.inspection = std::make_shared<Inspection>(world);
  return *world.inspection;
}

const std::set<std::string>& modelled_rules() {
  static const std::set<std::string> names = [] {
    std::set<std::string> out;
    for (const auto& set : rule_sets()) {
      for (const auto& rule : set.simple) out.insert(rule.alert);
    }
    return out;
  }();
  return names;
}

void report(World& world, const Violations& violations) {
  if (!violations.empty()) world.violation(violations.front());
}

// nullopt: it cannot be read now, by a fault of the disk that was waiting for somebody.
std::optional<JournalOnDisk> journal_of(World& world) {
  JournalOnDisk out;
  const auto begin = tools::first_offset(world.disk, kFolder);
  if (!begin) return std::nullopt;
  out.begin = *begin;
  out.end = world.core->journal().stats().end_offset;
  auto reader = journal::Reader::open(world.disk, kFolder, out.begin);
  if (!reader) return std::nullopt;
  for (;;) {
    auto records = reader->next();
    if (!records) return std::nullopt;
    if (records->empty()) break;
    // Past the end stand remains of what failed.
    for (auto& record : *records) {
      if (record.offset < out.end) out.records.push_back(std::move(record));
    }
  }
  for (const auto& one : reader->corruptions()) out.damage.push_back({one.from, one.to, one.text()});
  return out;
}

AlertsKnown alerts_of(World& world) {
  AlertsKnown known;
  auto& storage = world.core->storage();
  for (const auto& [id, live] : storage.engine().instances().all()) known.firing.push_back(live.alert);
  auto firing = storage.book().firing_ids();
  auto resolved = storage.book().resolved({}, kAll);
  if (!firing || !resolved) world.violation("the book cannot be read at a quiet moment");
  if (firing) known.firing_in_book = std::move(*firing);
  if (resolved) known.ended = std::move(resolved->alerts);
  return known;
}

std::string state_of(engine::Engine& engine) {
  auto state = engine.begin_save();
  while (engine.saving()) state += engine.save_some(1 << 20);
  return state;
}

// Equal states have equal bytes once they were restored: keys come in the order of their tables, whose sizes depend on what was there before.
std::string normal(const std::string& state, const engine::FindGeneration& find) {
  engine::Engine engine(find);
  if (!engine.restore(state)) return "a state that cannot be restored";
  return state_of(engine);
}

// From nothing, with every event matched anew.
void check_replay(World& world, Inspection& inspection) {
  const auto& history = world.history;
  if (history.damaged || !history.gaps.empty() || history.records.empty() || history.records.front().offset != 0) return;
  inspection.replayed_in = world.incarnation();
  const engine::FindGeneration find = [&](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
    auto compiled = world.texts().compiled(hash);
    if (!compiled) return fail("not_found", "rules " + hash + " were never loaded");
    return compiled;
  };
  engine::Engine replay(find);
  for (auto record : history.records) {
    record.hits.reset();
    if (const auto done = replay.step(record); !done) return world.violation("a replay stops at offset " + std::to_string(record.offset) + ": " + done.error().message);
  }
  report(world, check_same_state("the replay of the journal from nothing", normal(state_of(world.core->storage().engine()), find), normal(state_of(replay), find)));
}

std::vector<Bound> bounds_of(World& world) {
  auto& core = *world.core;
  const auto stats = core.journal().stats();
  const auto& choices = world.choices;
  return {{"identities of events that are remembered", stats.dedup_size, choices.dedup_max},
          {"bytes between journal and engine", core.stage().backlog(), choices.queue_bytes + (1 << 20)},
          {"events that wait for the journal", stats.queued, 50'000}};
}

// The ledger as users ask for it.
void check_ledger(World& world) {
  const auto reply = world.call("GET", "/api/v1/ledger");
  if (world.failed() || reply.status != 200) return;
  const auto json = Json::parse(reply.body, nullptr, false);
  if (!json.is_object() || !json.contains("faults")) return world.violation("the ledger is no ledger: " + reply.body);
  if (json["faults"].empty()) return;
  const auto fault = json["faults"].front().get<std::string>();
  const auto at = fault.find("alert ");
  const auto history = at == fault.npos ? Reply{} : world.call("GET", "/api/v1/history", "alert=" + fault.substr(at + 6, 16));
  world.violation("the ledger does not balance: " + fault + '\n' + history.body);
}

// The config in force by what operators and starts did; empty: it is not certain.
std::string config_in_force(const History& history) {
  auto name = history.incarnations.back().config;
  const auto now = history.incarnations.size() - 1;
  for (const auto& act : history.operated) {
    if (act.kind != OperatorAct::Kind::reload || act.broken || act.attempt.incarnation != now) continue;
    if (act.attempt.fate == Fate::acknowledged) name = act.config;
    else if (act.config != name) return {};
  }
  return name;
}

// Who was told by the routes of another config is not told of the end by those that came after it: receipts and routing are no records yet.
bool had_one_config(const History& history) {
  const auto same = [&](const auto& one) { return one.config.empty() || one.config == history.incarnations.front().config; };
  return std::ranges::all_of(history.incarnations, same) && std::ranges::all_of(history.operated, same);
}

std::vector<ExpectedTargets> expected_targets(World& world, const std::string& config, const AlertsKnown& known) {
  std::vector<ExpectedTargets> out;
  // Who stands in for another hears of what that one did not take, and of no end.
  std::set<std::string> stand_ins;
  for (const auto& [name, fallbacks] : world.core->storage().ledger().outlets().fallbacks) stand_ins.insert(fallbacks.begin(), fallbacks.end());
  for (const auto& target : world.core->storage().ledger().outlets().targets) {
    ExpectedTargets one{target.name, target.send_resolved && target.resolve_on.empty() && !stand_ins.contains(target.name) && had_one_config(world.history), {}};
    for (const auto& alert : known.firing) {
      const auto name = alert.labels.find("alertname"), severity = alert.labels.find("severity");
      if (name == alert.labels.end() || name->second.starts_with("Alarum")) continue;
      if (receivers_of(config, name->second, severity == alert.labels.end() ? "" : severity->second).contains(target.receiver)) one.firing[hex64(model::fingerprint(alert.labels))] = alert.id;
    }
    out.push_back(std::move(one));
  }
  return out;
}

struct Book {
  std::vector<Excuse> excuses;
  std::set<std::string> lossy;  // targets some of whose notifications became dead letters
};

Book book_of(World& world) {
  Book out;
  alert::Book::Question question;
  question.limit = kAll;
  const auto entries = world.core->storage().book().entries(question);
  if (!entries) return out;
  const bool one_config = had_one_config(world.history);
  for (const auto& one : entries->entries) {
    using Kind = alert::Book::Entry::Kind;
    // What rules hold back they hold back under any config; what was recorded of it stands under the receiver of then.
    if (!one_config && (one.outcome == "absorbed" || one.outcome == "waiting" || one.outcome == "inhibited" || one.outcome == "acknowledged")) {
      for (const auto& target : world.core->storage().ledger().outlets().targets) out.excuses.push_back({one.alert_id, target.name, one.outcome});
    }
    if (one.kind == Kind::suppressed && one.outcome != "already_notified" && one.outcome != "known" && one.outcome != "untold" && one.outcome != "never_notified") out.excuses.push_back({one.alert_id, one.target, one.outcome});
    if (one.kind == Kind::notification && (one.outcome == "dead" || one.outcome == "dropped")) out.excuses.push_back({one.alert_id, one.target, one.outcome}), out.lossy.insert(one.target);
  }
  return out;
}

// How long an event is known. A start knows those alone whose segments are still there.
Duration remembered(const World& world) {
  const auto& choices = world.choices;
  if (world.history.incarnations.size() == 1) return choices.dedup_window;
  return choices.max_size < std::uint64_t{1} << 30 ? Duration() : std::min(choices.dedup_window, choices.retention);
}

// With `keep: matched` events that are not in the journal take part in it.
std::size_t known_at_most(const Choices& choices) { return choices.keep_matched && choices.dedup_max < 1'000'000 ? 0 : static_cast<std::size_t>(choices.dedup_max); }

// Whoever waits for a group's next message does not know yet what happened a moment ago.
void excuse_recent(std::vector<Excuse>& excuses, const AlertsKnown& known, const std::vector<ExpectedTargets>& targets, Time now) {
  constexpr auto kLongestWait = std::chrono::minutes(6);
  for (const auto* alerts : {&known.firing, &known.ended}) {
    for (const auto& alert : *alerts) {
      if (alert.changed_at < now - kLongestWait) continue;
      for (const auto& target : targets) excuses.push_back({alert.id, target.target, "recent"});
    }
  }
}

// What the book knows of the alerts that a violation names, for whoever reads the trace.
void tell_story(World& world, const std::string& violation) {
  if (!world.trace.on()) return;
  alert::Book::Question question;
  question.limit = kAll;
  const auto entries = world.core->storage().book().entries(question);
  if (!entries) return;
  for (auto one = entries->entries.rbegin(); one != entries->entries.rend(); ++one) {
    if (violation.find(one->alert_id) == std::string::npos) continue;
    world.trace.say(world.clock, "  the book: offset {} {} {} {} {} {} {}", one->offset, one->alert_id, one->target, one->group_key, one->id, one->outcome, one->line.empty() ? one->state : one->line);
  }
}

void check_all(World& world, bool end) {
  auto& inspection = inspection_of(world);
  auto& history = world.history;
  auto& core = *world.core;
  const auto& seen = world.receivers.seen();
  while (inspection.told.size() < seen.size()) inspection.told.push_back(told_of(seen[inspection.told.size()], history.quiet.size()));
  const auto& choices = world.choices;
  const auto& told = inspection.told;

  if (const auto journal = journal_of(world)) report(world, check_journal(history, *journal));
  report(world, check_acknowledged(history, !choices.keep_matched));
  report(world, check_refused(history));
  report(world, check_counted_once(history, remembered(world), known_at_most(choices)));
  report(world, check_operators(history));
  report(world, check_bounds(bounds_of(world)));
  if (had_one_config(history)) report(world, check_bodies(told));
  report(world, check_silenced(told, history.records));
  const auto book = book_of(world);
  report(world, check_order(told, book.lossy, had_one_config(history), history.incarnations));
  report(world, check_once(told, history.quiet, history.incarnations));
  if (world.failed()) return;

  // Nobody has anything to do; but for a book that cannot be written.
  const auto committed = core.journal().stats().end_offset;
  if (core.stage().processed() != committed || !core.stage().healthy()) return;
  const auto counts = core.storage().book().counts();
  if (counts && counts->pending == 0) history.quiet.push_back({world.clock.true_time(), world.incarnation(), committed});
  const auto known = alerts_of(world);
  report(world, check_alerts(known));
  for (; inspection.modelled < history.records.size() && history.records[inspection.modelled].offset < committed; ++inspection.modelled) inspection.model.take(history.records[inspection.modelled]);
  if (!history.damaged) report(world, check_model(inspection.model, known, modelled_rules()));
  if (end || inspection.replayed_in != world.incarnation()) check_replay(world, inspection);
  if (world.failed()) return;
  if (end) {
    const auto config = config_in_force(history);
    auto excuses = book.excuses;
    const auto targets = expected_targets(world, config, known);
    excuse_recent(excuses, known, targets, world.clock.wall());
    const auto wrong = config.empty() ? Violations() : check_receivers(told, targets, known, excuses);
    report(world, wrong);
    if (!wrong.empty()) tell_story(world, wrong.front());
  }
  // A start replays by the config of today what was notified by another one (until receipts and routing are records).
  if (!world.failed() && (had_one_config(history) || history.incarnations.size() == 1)) check_ledger(world);
}

}  // namespace

void check_quiet(World& world) { check_all(world, false); }
void check_end(World& world) { check_all(world, true); }

}  // namespace alarum::simulation
