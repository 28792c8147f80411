#include "tests/simulation/checks_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_map>

#include "app/core.h"
#include "base/hash.h"
#include "journal/checkpoints.h"
#include "journal/generations.h"
#include "journal/reader.h"
#include "tests/simulation/catalogue.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/checks_old.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

using Json = nlohmann::json;

/// What the checks of one life remember.
struct Inspection {
  explicit Inspection(World& life) : world(life) {}

  World& world;
  std::vector<Told> told;
  std::size_t forgotten = 0;  // of history.forgotten, that `told` does not have any more
  std::size_t bodies = 0;     // of them, whose bodies were looked at
  /// By facts: what is sent again, or to several targets, is read once. Read JSON is what costs.
  std::unordered_map<std::string, std::vector<ToldAlert>> alerts_by_facts;
  Model model{[this](const std::string& hash) -> const std::vector<SimpleRule>* {
    const auto name = world.history.rules_by_hash.find(hash);
    const auto* set = name == world.history.rules_by_hash.end() ? nullptr : rule_set(name->second);
    return set ? &set->simple : nullptr;
  }};
  std::size_t seen = 0;      // by receivers, of what is in `told`
  std::uint64_t dead = 0;    // letters, when they were looked at last
  std::size_t modelled = 0;  // records
  // The newest incarnation whose state was held against a replay
  std::optional<std::size_t> replayed_in;
  engine::FindGeneration find =
      [this](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
    auto compiled = world.texts().compiled(hash);
    if (!compiled) return fail("not_found", "rules " + hash + " were never loaded");
    return compiled;
  };
  engine::Engine replay{find};  // from nothing; it goes on where it stood
  std::size_t replayed = 0;     // records
};

namespace {

constexpr const char* kFolder = "/data";
constexpr std::size_t kAll = 100'000;
constexpr auto kLeastMaxAge =
    std::chrono::minutes(4);  // `retry.max_age` of the catalogue's configs
constexpr auto kLongestWait = std::chrono::minutes(6);  // of a group for its next message

Inspection& inspection_of(World& world) {
  if (!world.inspection) world.inspection = std::make_shared<Inspection>(world);
  return *world.inspection;
}

const std::set<std::string>& modelled_rules() {
  static const std::set<std::string> names = [] {
    std::set<std::string> out;
    for (const auto* sets : {&rule_sets(), &old_rule_sets()}) {
      for (const auto& set : *sets) {
        for (const auto& rule : set.simple) out.insert(rule.alert);
      }
    }
    return out;
  }();
  return names;
}

Told told(Inspection& inspection, const Seen& seen, std::size_t quiet) {
  if (seen.facts.empty()) return told_of(seen, quiet, alerts_told(seen));
  const auto [found, fresh] = inspection.alerts_by_facts.try_emplace(seen.facts);
  if (fresh) found->second = alerts_told(seen);
  return told_of(seen, quiet, found->second);
}

void report(World& world, const Violations& violations) {
  if (!violations.empty()) world.violation(violations.front());
}

// nullopt: it cannot be read now, by a fault of the disk that was waiting for somebody.
std::optional<JournalOnDisk> journal_of(World& world) {
  JournalOnDisk out;
  const auto begin = world.core->journal().view().first_offset();
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
  for (const auto& one : reader->damage()) out.damage.push_back({one.from, one.to, one.text});
  return out;
}

AlertsKnown alerts_of(World& world) {
  AlertsKnown known;
  auto& storage = world.core->storage();
  for (const auto& [id, live] : storage.engine().active_alerts().all())
    known.firing.push_back(live.alert);
  known.now = storage.processor().now();
  auto firing = storage.book().firing_ids();
  auto resolved = storage.book().resolved({}, kAll);
  for (const auto* error :
       {firing ? nullptr : &firing.error(), resolved ? nullptr : &resolved.error()}) {
    if (error) world.violation("the book cannot be read at a quiet moment: " + error->message);
  }
  if (firing) known.firing_in_book = std::move(*firing);
  if (resolved) known.ended = std::move(resolved->alerts);
  return known;
}

std::string state_of(engine::Engine& engine) {
  auto state = engine.begin_save();
  while (engine.saving()) state += engine.save_some(1 << 20);
  return state;
}

// Equal states have equal bytes once they were restored: keys come in the order of their tables,
// whose sizes depend on what was there before.
std::string normal(const std::string& state, const engine::FindGeneration& find) {
  engine::Engine engine(find);
  if (!engine.restore(state)) return "a state that cannot be restored";
  return state_of(engine);
}

// What the newest checkpoint makes of all that came after it; nullopt: there is none that is whole.
std::optional<std::string> from_checkpoint(World& world, const engine::FindGeneration& find) {
  journal::Checkpoints checkpoints(world.disk, kFolder);
  std::vector<std::string> damaged;
  const auto checkpoint = checkpoints.load(world.core->storage().book().processed(), damaged);
  if (!checkpoint) return std::nullopt;
  const auto state = engine::Processor::engine_state(checkpoint->state);
  engine::Engine engine(find);
  if (!state) return "a checkpoint that cannot be read: " + state.error().message;
  if (const auto done = engine.restore(*state); !done)
    return "a checkpoint that cannot be restored: " + done.error().message;
  const auto& records = world.history.records;
  for (auto at = std::ranges::lower_bound(records, checkpoint->offset, {}, &model::Record::offset);
       at != records.end(); ++at) {
    auto record = *at;
    record.hits.reset();
    if (const auto done = engine.step(record); !done)
      return "a replay that stops at offset " + std::to_string(record.offset) + ": " +
             done.error().message;
  }
  return normal(state_of(engine), find);
}

// Nothing was damaged, and all records are known.
bool is_whole(const History& history) {
  return !history.state_damaged && history.gaps.empty() && !history.records.empty() &&
         history.records.front().offset == 0;
}

// From nothing, with every event matched again, once in a life: what was durable once does not
// change (check_journal).
void check_replay(World& world, Inspection& inspection) {
  const auto& history = world.history;
  if (!is_whole(history)) return;
  inspection.replayed_in = world.incarnation();
  auto& replay = inspection.replay;
  for (; inspection.replayed < history.records.size(); ++inspection.replayed) {
    auto record = history.records[inspection.replayed];
    record.hits.reset();
    if (const auto done = replay.step(record); !done)
      return world.violation("a replay stops at offset " + std::to_string(record.offset) + ": " +
                             done.error().message);
  }
  const auto lived = normal(state_of(world.core->storage().engine()), inspection.find);
  const auto replayed = normal(state_of(replay), inspection.find);
  report(world, check_same_state("the replay of the journal from nothing", lived, replayed));
  if (const auto behind = from_checkpoint(world, inspection.find)) {
    report(world,
           check_same_state("the newest checkpoint with what came after it", replayed, *behind));
  }
}

std::vector<Bound> bounds_of(World& world) {
  auto& core = *world.core;
  const auto stats = core.journal().stats();
  const auto& choices = world.choices;
  // By target, whatever configs there were: what a reload takes away is still there for a while,
  // and between two looks several may come and go.
  const auto above = above_shares(core.delivery().held(), choices.deliver_target_queue);
  return {
      {"identities of events that are remembered", stats.dedup_size, choices.dedup_max},
      // A commit that is larger than the bound fits where nothing else is there.
      {"bytes between journal and engine", core.stage().backlog(),
       std::max(choices.queue_bytes, world.largest_commit)},
      {"events that wait for the journal", stats.queued, 50'000},
      {"notifications that delivery has beyond the targets' shares", above, choices.deliver_queue}};
}

struct DamageAtStart {
  std::vector<Unreadable> surely;
  std::vector<Unreadable> maybe;  // bits of its file were flipped before, and others since
};

// Of what cannot be read now that which was so when the bridge started: each flip in its file lies
// before that, or some do.
DamageAtStart damage_at_start(const World& world, const std::vector<Unreadable>& damage) {
  const auto& history = world.history;
  const auto begun = history.incarnations.back().begun;
  DamageAtStart out;
  for (const auto& one : damage) {
    const auto flipped = [&](bool later) {
      return std::ranges::any_of(history.flips, [&](const Flip& flip) {
        return (flip.at >= begun) == later && one.place.starts_with(flip.path);
      });
    };
    if (!flipped(true))
      out.surely.push_back(one);
    else if (flipped(false))
      out.maybe.push_back(one);
  }
  return out;
}

// An alert that `inhibit_rules` alone kept back is notified of once nothing keeps it back any more:
// it is no excuse then.
void end_inhibitions(std::vector<Excuse>& excuses, const AlertsKnown& known,
                     const std::string& config, Time now) {
  const auto fires_or_did = [&](const model::Alert& target) {
    const auto keeps_back = [&](const model::Alert& source) {
      return is_inhibited(config, source.labels, target.labels);
    };
    const auto just_now = [&](const model::Alert& source) {
      return source.changed_at > now - kLongestWait && keeps_back(source);
    };
    return std::ranges::any_of(known.firing, keeps_back) ||
           std::ranges::any_of(known.ended, just_now);
  };
  for (const auto& alert : known.firing) {
    // Rules of their own may keep those back.
    const bool plain = alert.rule != "Quiet";
    if (plain && !fires_or_did(alert))
      std::erase_if(excuses, [&](const auto& one) {
        return one.alert_id == alert.id && one.why == "inhibited";
      });
  }
}

// The ledger as users ask for it.
void check_ledger(World& world) {
  const auto reply = world.call("GET", "/api/v1/ledger");
  if (world.failed() || reply.status != 200) return;
  const auto json = Json::parse(reply.body, nullptr, false);
  if (!json.is_object() || !json.contains("faults"))
    return world.violation("the ledger is no ledger: " + reply.body);
  if (json["faults"].empty()) return;
  const auto fault = json["faults"].front().get<std::string>();
  const auto at = fault.find("alert ");
  const auto history =
      at == fault.npos ? Reply{}
                       : world.call("GET", "/api/v1/history", "alert=" + fault.substr(at + 6, 16));
  world.violation("the ledger does not balance: " + fault + '\n' + history.body);
}

// The config in force by what operators and starts did; empty: it is not certain.
std::string config_in_force(const History& history) {
  auto name = history.incarnations.back().config;
  const auto now = history.incarnations.size() - 1;
  for (const auto& act : history.operated) {
    if (act.kind != OperatorAct::Kind::reload || act.broken || act.attempt.incarnation != now)
      continue;
    if (act.attempt.fate == Fate::acknowledged)
      name = act.config;
    else if (act.config != name)
      return {};
  }
  return name;
}

// Who was told by the routes of another config is not told of the end by those that came after it,
// where receiver or group changed.
bool had_one_config(const History& history) {
  const auto same = [&](const auto& one) {
    return one.config.empty() || one.config == history.incarnations.front().config;
  };
  return std::ranges::all_of(history.incarnations, same) &&
         std::ranges::all_of(history.operated, same);
}

std::vector<ExpectedTargets> expected_targets(World& world, const std::string& config,
                                              const AlertsKnown& known) {
  std::vector<ExpectedTargets> out;
  // Who stands in for another hears of what that one did not take, and of no end.
  std::set<std::string> stand_ins;
  for (const auto& [name, fallbacks] :
       world.core->storage().processor().delivery_config().fallbacks)
    stand_ins.insert(fallbacks.begin(), fallbacks.end());
  for (const auto& target : world.core->storage().processor().delivery_config().targets) {
    ExpectedTargets one{target.name,
                        target.send_resolved && target.resolve_on.empty() &&
                            !stand_ins.contains(target.name) && had_one_config(world.history),
                        {}};
    for (const auto& alert : known.firing) {
      const auto name = alert.labels.find("alertname"), severity = alert.labels.find("severity");
      if (name == alert.labels.end() || name->second.starts_with("Alarum")) continue;
      if (receivers_of(config, name->second, severity == alert.labels.end() ? "" : severity->second)
              .contains(target.receiver))
        one.firing[hex64(model::fingerprint(alert.labels))] = alert.id;
    }
    out.push_back(std::move(one));
  }
  return out;
}

struct Book {
  std::vector<Excuse> excuses;
  std::set<std::string> lost;  // notifications that became dead letters, or were dropped
  std::vector<GivenUp> dead;
  std::set<std::string> lossy;  // targets some of whose notifications became dead letters
  std::vector<Notified> notified;
};

// Rules whose alerts end when something says so: what time alone ends is not reminded of for ever.
const std::set<std::string>& reminded_rules() {
  static const std::set<std::string> names = [] {
    std::set<std::string> out, others;
    for (const auto& set : rule_sets()) {
      for (const auto& rule : set.simple) (rule.until.empty() ? others : out).insert(rule.alert);
    }
    for (const auto& name : others) out.erase(name);
    return out;
  }();
  return names;
}

// But for alerts that something kept back at some time.
std::vector<Notified> notified_by(const alert::Book::Entries& entries) {
  static const std::set<std::string_view> no_matter{"already_notified", "never_notified", "refired",
                                                    "filtered"};
  using Kind = alert::Book::Entry::Kind;
  std::set<std::string_view> kept_back;
  for (const auto& one : entries.entries) {
    if (one.kind == Kind::suppressed && !no_matter.contains(one.outcome))
      kept_back.insert(one.alert_id);
  }
  std::map<std::pair<std::string_view, std::string_view>, std::set<model::Offset>> by;
  for (const auto& one : entries.entries) {
    if (one.kind == Kind::notification && !kept_back.contains(one.alert_id))
      by[{one.alert_id, one.target}].insert(one.offset);
  }
  std::vector<Notified> out;
  for (auto& [name, offsets] : by)
    out.push_back({std::string(name.first), std::string(name.second), std::move(offsets)});
  return out;
}

// What was made before the newest start may be of any age: nobody knows what was done to the clock
// meanwhile.
Duration waited_since_start(const World& world, model::Offset offset) {
  const auto& records = world.history.records;
  for (auto at = records.rbegin();
       at != records.rend() && !std::holds_alternative<model::Start>(at->payload); ++at) {
    if (at->offset != offset) continue;
    return world.clock.true_time() - world.history.recorded_at.at(offset);
  }
  return Duration::max();
}

Book book_of(World& world) {
  Book out;
  alert::Book::Question question;
  question.limit = kAll;
  const auto entries = world.core->storage().book().entries(question);
  if (!entries) return out;
  const bool one_config = had_one_config(world.history);
  for (const auto& one : entries->entries) {
    using Kind = alert::Book::Entry::Kind;
    // What rules hold back they hold back under any config; what was recorded of it stands under
    // the receiver of then.
    if (!one_config && (one.outcome == "absorbed" || one.outcome == "waiting" ||
                        one.outcome == "inhibited" || one.outcome == "acknowledged")) {
      for (const auto& target : world.core->storage().processor().delivery_config().targets)
        out.excuses.push_back({one.alert_id, target.name, one.outcome});
    }
    if (one.kind == Kind::suppressed && one.outcome != "already_notified" &&
        one.outcome != "never_notified" && one.outcome != "lost")
      out.excuses.push_back({one.alert_id, one.target, one.outcome});
    if (one.kind == Kind::notification && (one.outcome == "dead" || one.outcome == "dropped"))
      out.excuses.push_back({one.alert_id, one.target, one.outcome}), out.lossy.insert(one.target),
          out.lost.insert(one.id);
  }
  for (const auto& one : entries->entries) {
    if (one.kind == alert::Book::Entry::Kind::notification && one.outcome == "dead")
      out.dead.push_back({one.id, one.target, one.detail, waited_since_start(world, one.offset)});
  }
  out.notified = notified_by(*entries);
  return out;
}

// What the door refused; nullopt once a start has forgotten some of it.
std::optional<std::uint64_t> rejected_by(World& world) {
  if (world.history.incarnations.size() > 1) return std::nullopt;
  std::uint64_t sum = 0;
  for (const auto& [format, counts] : world.core->intake().counts().snapshot()) {
    for (const auto& [reason, count] : counts.rejected) sum += count;
  }
  return sum;
}

// How long an event is known. A start knows those alone whose segments are still there.
Duration remembered(const World& world) {
  const auto& choices = world.choices;
  if (world.history.incarnations.size() == 1 && !world.inherited) return choices.dedup_window;
  return choices.max_size < std::uint64_t{1} << 30
             ? Duration()
             : std::min(choices.dedup_window, choices.retention);
}

// With `keep: matched` events that are not in the journal take part in it.
std::size_t known_at_most(const Choices& choices) {
  return choices.keep_matched && choices.dedup_max < 1'000'000
             ? 0
             : static_cast<std::size_t>(choices.dedup_max);
}

// Whoever waits for a group's next message does not know yet what happened a moment ago.
void excuse_recent(std::vector<Excuse>& excuses, const AlertsKnown& known,
                   const std::vector<ExpectedTargets>& targets, Time now) {
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
    world.trace.say(world.clock, "  the book: offset {} {} {} {} {} {} {}", one->offset,
                    one->alert_id, one->target, one->group_key, one->id, one->outcome,
                    one->line.empty() ? one->state : one->line);
  }
}

// Of the alerts of these rules.
std::set<std::string> ids_of(const AlertsKnown& known, const std::set<std::string>& rules) {
  std::set<std::string> ids;
  for (const auto* alerts : {&known.firing, &known.ended}) {
    for (const auto& alert : *alerts) {
      if (rules.contains(alert.rule)) ids.insert(alert.id);
    }
  }
  return ids;
}

void pass_over_forgotten(Inspection& inspection) {
  const auto& all = inspection.world.history.forgotten;
  for (; inspection.forgotten < all.size(); ++inspection.forgotten) {
    const auto& one = all[inspection.forgotten];
    pass_over_forgotten(inspection.told, one);
    inspection.bodies = std::min(inspection.bodies, inspection.told.size());
  }
}

void check_all(World& world, bool end) {
  auto& inspection = inspection_of(world);
  auto& history = world.history;
  auto& core = *world.core;
  const auto& seen = world.receivers.seen();
  if (world.inherited && inspection.told.empty())
    inspection.told = told_by_old(*world.inherited, alerts_of(world));
  while (inspection.seen < seen.size())
    inspection.told.push_back(told(inspection, seen[inspection.seen++], history.quiet.size()));
  pass_over_forgotten(inspection);
  const auto& choices = world.choices;
  const auto& told = inspection.told;

  std::vector<Unreadable> lost;  // what a checkpoint may not have
  if (const auto journal = journal_of(world)) {
    report(world, check_journal(history, *journal));
    const auto damage = damage_at_start(world, journal->damage);
    if (history.state_damaged) {
      lost.push_back({0, journal->begin, ""});
      for (const auto* some : {&damage.surely, &damage.maybe})
        lost.insert(lost.end(), some->begin(), some->end());
    }
    if (history.damaged)
      report(world, check_damage_said(damage.surely, history.incarnations.back().said));
  }
  report(world, check_acknowledged(history, !choices.keep_matched));
  report(world, check_refused(history));
  report(world, check_counted_once(history, remembered(world), known_at_most(choices)));
  report(world, check_totals(history, core.journal().stats().totals, rejected_by(world)));
  report(world, check_operators(history));
  report(world, check_bounds(bounds_of(world)));
  report(world, check_bodies(told, std::exchange(inspection.bodies, told.size())));
  report(world, check_silenced(told, history.records, lost));
  std::optional<Book> book;  // read where somebody needs it
  const auto dead = core.delivery().stats().dead;
  if (end || std::exchange(inspection.dead, dead) != dead) book = book_of(world);
  const auto order = [&](const std::set<std::string>& lossy) {
    return check_order(told, lossy, history.incarnations);
  };
  auto disorder = order(book ? book->lossy : std::set<std::string>());
  if (!disorder.empty() && !book) disorder = order(book_of(world).lossy);
  report(world, disorder);
  report(world, check_once(told, history.recorded, history.damaged, history.incarnations));
  if (book) report(world, check_given_up(book->dead, kLeastMaxAge));
  if (end) report(world, check_waits(world.receivers.asked(), history.stalls));
  if (end) report(world, check_over(told, history.quiet, history.incarnations));
  if (world.failed()) return;

  // Nobody has anything to do; but for a book that cannot be written, and a checkpoint that waits
  // for room.
  const auto committed = core.journal().stats().end_offset;
  if (core.stage().processed() != committed || !core.stage().healthy() ||
      core.storage().processor().saving())
    return;
  const auto counts = core.storage().book().counts();
  if (counts && counts->pending == 0)
    history.quiet.push_back({world.clock.true_time(), world.incarnation(), committed});
  const auto known = alerts_of(world);
  report(world, check_alerts(known));
  if (world.inherited && !history.state_damaged)
    report(world, check_old_alerts(*world.inherited, known));
  for (; inspection.modelled < history.records.size() &&
         history.records[inspection.modelled].offset < committed;
       ++inspection.modelled)
    inspection.model.take(history.records[inspection.modelled]);
  if (!history.state_damaged) report(world, check_model(inspection.model, known, modelled_rules()));
  if (end || inspection.replayed_in != world.incarnation()) check_replay(world, inspection);
  if (end && is_whole(history) && !world.inherited) check_notifications(world, inspection.find);
  if (world.failed()) return;
  if (end && world.inherited)
    report(world, check_old_deliveries(*world.inherited, told, book->lost));
  if (end) {
    const auto config = config_in_force(history);
    auto excuses = book->excuses;
    const auto targets = expected_targets(world, config, known);
    if (had_one_config(history) && !history.state_damaged) {
      report(world, check_inhibited(told, known, [&](const auto& source, const auto& target) {
               return is_inhibited(config, source, target);
             }));
      end_inhibitions(excuses, known, config, world.clock.wall());
    }
    excuse_recent(excuses, known, targets, world.clock.wall());
    const bool certain = had_one_config(history) && !history.state_damaged &&
                         history.gaps.empty() && !world.inherited;
    if (const auto reminders = reminders_of(config); reminders && certain) {
      auto& notified = book->notified;
      std::erase_if(notified, [&, ids = ids_of(known, reminded_rules())](const Notified& one) {
        return !ids.contains(one.alert_id);
      });
      report(world, check_reminders(notified, known, history.records,
                                    reminders->repeat + reminders->interval));
      report(world, check_too_soon(told, history.records, reminders->repeat, history.incarnations));
    }
    auto in_book = known.firing_in_book;
    for (const auto& alert : known.ended) in_book.insert(alert.id);
    const auto untraceable = [&](const Told& one, const ToldAlert& alert) {
      return is_untraceable(one, alert, history, in_book);
    };
    const auto wrong =
        config.empty() ? Violations() : check_receivers(told, targets, known, excuses, untraceable);
    report(world, wrong);
    if (!wrong.empty()) tell_story(world, wrong.front());
  }
  // What it misses once it misses at the end.
  const bool looks = end || history.quiet.size() % 3 == 1;
  if (!world.failed() && looks) check_ledger(world);
}

// A number at the beginning of a file's name.
model::Offset number_of(std::string_view name) {
  model::Offset number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

bool is_whole_checkpoint(std::string_view text) {
  constexpr std::string_view kHead = "alarum-checkpoint 1 ";
  constexpr auto kHeadSize = kHead.size() + 9;
  return text.size() >= kHeadSize && text.starts_with(kHead) &&
         text.substr(kHead.size(), 8) == fmt::format("{:08x}", crc32c(text.substr(kHeadSize)));
}

// Past all faults, and without an operation that could fail or be the one in which the machine
// ends.
StartsFrom starts_from(const SimulatedDisk& disk) {
  StartsFrom out;
  bool first = true;
  SeededRandom unused(0);
  SimulatedDisk stored(unused);
  std::vector<std::string> hashes;
  for (const auto& path : disk.paths()) {
    const auto name = std::string_view(path).substr(path.rfind('/') + 1);
    if (path.starts_with("/data/segments/") && path.find(".seg") != path.npos &&
        !path.ends_with(".tmp") && std::exchange(first, false))
      out.begin = number_of(name.substr(name.find('-') + 1));
    if (path.ends_with(".ckpt"))
      out.checkpoints.push_back({path, number_of(name), is_whole_checkpoint(*disk.bytes(path))});
    if (!path.starts_with("/data/generations/") || !path.ends_with(".json.zst")) continue;
    stored.put(path, *disk.bytes(path));
    hashes.emplace_back(name.substr(0, name.find('.')));
  }
  for (const auto& hash : hashes) {
    const auto text = journal::load_generation(stored, kFolder, hash);
    out.generations[hash] = text ? std::string() : text.error().message;
  }
  return out;
}

}  // namespace

void check_start(World& world) {
  report(world, check_start(world.history, starts_from(world.disk)));
}
void check_quiet(World& world) {
  check_all(world, false);
}
void check_memory(World& world) {
  report(world, check_bounds(bounds_of(world)));
}
void check_end(World& world) {
  check_all(world, true);
}

}  // namespace alarum::simulation
