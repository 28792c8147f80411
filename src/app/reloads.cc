#include "app/reloads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/log.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNothingChanged = "nothing changed: what is in force stays\n";
constexpr auto kEngine = 2s;    // it may be busy: the plan then does without its numbers
constexpr auto kJournal = 30s;  // it may hang, which must not keep a stop from going on
constexpr auto kNothing = 1h;

std::unexpected<Error> stopping() {
  return fail("stopping", "the daemon is stopping");
}

// The answer. Warnings and keys that need a restart come before the plan, because somebody must act
// on them.
api::TextAndJson page_of(const tools::Plan& plan, const Diagnostics& warnings,
                         const std::vector<std::string>& restart) {
  api::TextAndJson page{warnings.text(), {}};
  for (const auto& key : restart) page.text += "takes effect only at a start: " + key + '\n';
  page.text += tools::plan_text(plan);
  auto json = nlohmann::ordered_json::parse(tools::plan_json(plan));
  json["warnings"] = nlohmann::ordered_json::parse(warnings.json());
  json["needs_restart"] = restart;
  page.json = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  return page;
}

}  // namespace

bool Reloads::ask(Kind kind, Answer done, SentInventory inventory) {
  Command command{kind, {}, std::move(inventory)};
  command.askers.push_back(std::move(done));
  return channel_.push_over_bound(Item(std::move(command)));
}

void Reloads::close() {
  closing_ = true;
  channel_.push_over_bound(Item(Wake{}));
}

std::chrono::nanoseconds Reloads::patience() const {
  if (channel_.ready()) return 0ns;
  if (!under_way_ || (under_way_->in_journal && !closing_)) return kNothing;
  return std::max(0ns, under_way_->until - parts_.clock.monotonic());
}

bool Reloads::turn(std::chrono::nanoseconds most) {
  auto items = channel_.take_all(most);
  if (!items) return false;
  for (auto& item : *items) take(item);
  look_at_time();
  while (!under_way_ && !closing_ && !(batch_.empty() && waiting_.empty())) begin_batch();
  if (under_way_ || !closing_) return true;
  refuse_all();
  return false;
}

void Reloads::look_at_time() {
  if (!under_way_ || parts_.clock.monotonic() < under_way_->until) return;
  if (!under_way_->in_journal) return planned(std::nullopt);
  if (closing_)
    end(fail("stopping",
             "the daemon is stopping, and the journal has not answered: what is in force at the "
             "next start is what it has written"));
}

void Reloads::take(Item& item) {
  if (auto* command = std::get_if<Command>(&item)) {
    waiting_.push_back(std::move(*command));
  } else if (const auto* engine = std::get_if<FromEngine>(&item)) {
    if (under_way_ && under_way_->number == engine->number && !under_way_->plan)
      planned(engine->effects);
  } else if (const auto* journal = std::get_if<FromJournal>(&item)) {
    if (under_way_ && under_way_->number == journal->number) written(journal->written);
  }
}

// All requests that came before the files are read are answered by the same reading.
void Reloads::begin_batch() {
  if (batch_.empty()) {
    for (const auto kind : {Kind::reload, Kind::plan}) {
      Command shared{kind, {}, {}};
      for (auto& command : waiting_) {
        if (command.kind == kind) shared.askers.push_back(std::move(command.askers.front()));
      }
      if (!shared.askers.empty()) batch_.push_back(std::move(shared));
    }
    for (auto& command : waiting_) {
      if (command.kind == Kind::inventory) batch_.push_back(std::move(command));
    }
    waiting_.clear();
  }
  auto next = std::move(batch_.front());
  batch_.pop_front();
  begin(std::move(next));
}

void Reloads::begin(Command command) {
  under_way_.emplace(UnderWay{std::move(command), ++numbers_, parts_.clock.monotonic()});
  auto done = read();
  if (!done) return end(std::unexpected(done.error()));
  ask_engine();
}

// Faults are not logged here: a request for a plan gets them as its answer, and note() logs those
// of a reload, since a SIGHUP has no answer.
Result<void> Reloads::read() {
  auto& now = *under_way_;
  const bool sent = now.command.kind == Kind::inventory;
  if (sent) {
    auto before = read_file(parts_.files, parts_.in_force.config.data + '/' + kSentInventory);
    if (!before && before.error().reason != "not_found") return std::unexpected(before.error());
    if (before) now.before = std::move(*before);
  }
  auto loaded =
      doors_.load ? doors_.load(now.faults, sent ? &now.command.inventory : nullptr) : std::nullopt;
  if (!loaded) return fail("bad_rules", now.faults.text() + kNothingChanged);
  const auto left = check_rules_left(*loaded, parts_.in_force.generation.get().get());
  if (!left)
    return fail(left.error().reason,
                now.faults.text() + left.error().message + '\n' + kNothingChanged);
  now.restart = changed_keys(parts_.in_force.start_keys, start_keys(loaded->config));
  now.loaded = std::move(*loaded);
  return {};
}

// Asks the engine what of its state would be lost.
void Reloads::ask_engine() {
  const auto& next = under_way_->loaded->generation;
  if (next->id() == parts_.in_force.generation.get()->id()) return planned(engine::Effects());
  under_way_->until = parts_.clock.monotonic() + kEngine;
  const auto answer = [this, number = under_way_->number](std::optional<engine::Effects> effects) {
    channel_.push_over_bound(Item(FromEngine{number, std::move(effects)}));
  };
  const auto preview = std::make_shared<const engine::Preview>(next->rules());
  const bool asked = parts_.stage.ask_live(
      [preview, answer](const engine::Engine& engine, const engine::Processor&) {
        try {
          answer(preview->of(engine));
        } catch (...) {
          answer(std::nullopt);
          throw;  // the stage logs it
        }
      });
  if (!asked) planned(std::nullopt);
}

void Reloads::planned(const std::optional<engine::Effects>& effects) {
  auto& now = *under_way_;
  now.plan = tools::plan_reload(&parts_.in_force.generation.get()->rules(),
                                now.loaded->generation->rules(), effects);
  if (now.command.kind == Kind::plan) return end(shown());
  if (closing_) return end(stopping());
  if (auto done = write(); !done) end(std::unexpected(done.error()));
}

// Opens and stores what the reload needs; replaces nothing yet.
Result<void> Reloads::write() {
  auto& now = *under_way_;
  if (doors_.prepare) {
    if (auto done = doors_.prepare(*now.loaded); !done) return done;
  }
  if (now.command.kind == Kind::inventory) {
    now.stored = true;
    if (auto done = store_inventory(now.command.inventory); !done) return done;
  }
  const auto& loaded = *now.loaded;
  const auto& rules = loaded.generation->rules();
  const auto& wires = parts_.in_force.wires;
  now.wires = notification_config_of(loaded.config, colour_, wires.destinations);
  now.wires.outlets.write_log = log_alert;
  if (loaded.generation->id() == parts_.in_force.generation.get()->id() &&
      now.wires.routing == wires.routing)
    return put_in_force(), Result<void>();
  aim_at_both();
  journal::GenerationText text{rules.text};
  if (loaded.inventory)
    text.attached_hash = loaded.inventory->sha256, text.attached = loaded.inventory->text;
  now.in_journal = true;
  now.until = parts_.clock.monotonic() + kJournal;
  const auto done = [this, number = now.number](Result<model::Offset> offset) {
    channel_.push_over_bound(Item(FromJournal{number, std::move(offset)}));
  };
  parts_.in_force.coming.set(loaded.generation);
  if (!parts_.journal.submit_control(model::Reload{rules.hash, now.wires.routing}, text, done))
    return stopping();
  return {};
}

void Reloads::written(const Result<model::Offset>& written) {
  if (!written) return end(std::unexpected(written.error()));
  parts_.in_force.generation.set(under_way_->loaded->generation);
  put_in_force();
}

void Reloads::put_in_force() {
  const auto& loaded = *under_way_->loaded;
  replace(loaded);
  log::info("app", "reloaded",
            {{"rules", rules::own_rules(loaded.generation->rules())},
             {"generation", loaded.generation->rules().hash.substr(0, 16)},
             {"plan", under_way_->plan->summary()},
             {"changes", tools::plan_names(*under_way_->plan)}});
  auto answer = shown();
  answer->text += "reloaded\n";
  end(answer);
}

// From the reload record on the engine notifies the new targets, so delivery must know them before
// the record is written.
void Reloads::aim_at_both() {
  auto stage_config = parts_.in_force.wires.stage_config();
  std::set<std::string> known;
  for (const auto& target : stage_config.targets) known.insert(target.name);
  for (const auto& target : under_way_->wires.targets) {
    if (!known.contains(target.name)) stage_config.targets.push_back(target);
  }
  stage_config.compose = [known = std::move(known), now = std::move(stage_config.compose),
                          next = under_way_->wires.outlets.compose](const std::string& target,
                                                                    const model::Message& message) {
    return known.contains(target) ? now(target, message) : next(target, message);
  };
  under_way_->aimed = true;
  parts_.deliver.configure(std::move(stage_config));
}

// The part of the config that a reload replaces.
void Reloads::replace(const Loaded& loaded) {
  auto& in_force = parts_.in_force;
  in_force.wires = std::move(under_way_->wires);
  under_way_->aimed = false;
  parts_.deliver.configure(in_force.wires.stage_config());
  parts_.stage.ask([destinations = in_force.wires.destinations](engine::Engine&, alert::Book& book,
                                                                engine::Processor&) {
    if (auto done = book.set_destinations(destinations); !done)
      log::error("app", done.error().message);
  });
  in_force.pushes.set(loaded.config.pushes);
  in_force.auth.set(loaded.config.auth);
  if (doors_.adopt) doors_.adopt(loaded.config);
  in_force.show(loaded.config);
}

Result<void> Reloads::store_inventory(const SentInventory& sent) {
  const auto& folder = parts_.in_force.config.data;
  if (sent) return replace_file(parts_.files, folder, kSentInventory, *sent);
  auto done = parts_.files.remove(folder + '/' + kSentInventory);
  if (done || done.error().reason == "not_found") return parts_.files.sync_folder(folder);
  return done;
}

Result<api::TextAndJson> Reloads::shown() const {
  return page_of(*under_way_->plan, under_way_->faults, under_way_->restart);
}

void Reloads::end(const Result<api::TextAndJson>& outcome) {
  switch (under_way_->command.kind) {
    case Kind::reload:
      note(outcome);
      break;
    case Kind::inventory:
      note_inventory(outcome);
      break;
    case Kind::plan:
      break;
  }
  if (under_way_->aimed) parts_.deliver.configure(parts_.in_force.wires.stage_config());
  const auto askers = std::move(under_way_->command.askers);
  under_way_.reset();
  for (const auto& asker : askers) {
    if (asker) asker(outcome);
  }
}

void Reloads::note(const Result<api::TextAndJson>& outcome) {
  if (!outcome && outcome.error().reason == "stopping") return;
  const auto& faults = under_way_->faults;
  log_faults(faults);
  ReloadState next = *parts_.in_force.reload.get();
  next.successful = outcome.has_value();
  next.fault = outcome ? Error{} : outcome.error();
  ++(outcome ? next.succeeded : next.failed);
  next.took = parts_.clock.monotonic() - under_way_->began;
  if (outcome) {
    next.success = parts_.clock.wall();
    next.restart = under_way_->restart;
  } else {
    log::error("app", "reload refused, nothing changed",
               {{"faults", faults.error_count()},
                {"reason", faults.ok() ? outcome.error().message : outcome.error().reason}});
  }
  if (outcome && !next.restart.empty())
    log::warn("app", "some keys of the config take effect only at a start: restart to have them",
              {{"keys", fmt::format("{}", fmt::join(next.restart, ", "))}});
  parts_.in_force.reload.set(std::make_shared<const ReloadState>(std::move(next)));
}

// The sender gets the outcome as an answer. A rejected inventory does not count as a rejected
// reload, because the daemon's own files are as good as before.
void Reloads::note_inventory(const Result<api::TextAndJson>& outcome) {
  if (outcome) {
    ReloadState next = *parts_.in_force.reload.get();
    next.successful = true, next.fault = {}, next.success = parts_.clock.wall(),
    next.restart = under_way_->restart, ++next.succeeded;
    next.took = parts_.clock.monotonic() - under_way_->began;
    parts_.in_force.reload.set(std::make_shared<const ReloadState>(std::move(next)));
    log::info("app", "an inventory was sent and is in force",
              {{"rows", parts_.in_force.generation.get()->rules().inventory->about().rows}});
  } else if (under_way_->stored) {
    if (auto done = store_inventory(under_way_->before); !done)
      log::error("app", "the inventory that was there before could not be stored again",
                 {{"reason", done.error().reason}, {"detail", done.error().message}});
  }
}

// Answers requests that come at this moment, too; after close() of the channel ask() rejects them.
void Reloads::refuse_all() {
  channel_.close();
  while (auto items = channel_.take_all(0ns)) {
    for (auto& item : *items) take(item);
  }
  waiting_.insert(waiting_.end(), std::make_move_iterator(batch_.begin()),
                  std::make_move_iterator(batch_.end()));
  batch_.clear();
  for (const auto& command : waiting_) {
    for (const auto& asker : command.askers) {
      if (asker) asker(stopping());
    }
  }
  waiting_.clear();
}

}  // namespace alarum::app
