// Reloads and what they would do, on the thread of run().
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/ask_engine.h"
#include "app/bridge.h"
#include "app/descriptors.h"
#include "base/log.h"
#include "http/tls.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;
using Generation = std::shared_ptr<const match::Generation>;

constexpr auto kLookAtSources = 5s;
constexpr auto kGrace = 5s;     // for a source that ends
constexpr const char* kNothingChanged = "nothing changed: what is in force stays\n";
constexpr auto kPatience = 2s;  // with an engine that is busy: the plan then does without its numbers

std::unexpected<Error> stopping() { return fail("stopping", "the daemon is stopping"); }

// `warnings` of the files, and the keys for which a restart is needed, go before the plan: they ask somebody to do something.
api::Page shown(const tools::Plan& plan, const Diagnostics& warnings, const std::vector<std::string>& restart) {
  api::Page page{warnings.text(), {}};
  for (const auto& key : restart) page.text += "takes effect only at a start: " + key + '\n';
  page.text += tools::plan_text(plan);
  auto json = nlohmann::ordered_json::parse(tools::plan_json(plan));
  json["warnings"] = nlohmann::ordered_json::parse(warnings.json());
  json["needs_restart"] = restart;
  page.json = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  return page;
}

std::optional<engine::Effects> effects_of(const Generation& next, engine::Stage& stage) {
  const auto preview = std::make_shared<const engine::Preview>(next->rules());
  return ask_engine(stage, kPatience, [preview](engine::Engine& engine, alert::Book&, engine::Ledger&) { return preview->of(engine); });
}

}  // namespace

bool Bridge::command(Command command) {
  if (command.kind == Command::Kind::stop) stops_ = true;
  return commands_.push_over_bound(std::move(command));
}

void Bridge::run() {
  while (!stops_) {
    auto commands = commands_.take_all(kLookAtSources);
    if (!commands) break;
    serve(Command::Kind::reload, *commands);
    serve(Command::Kind::plan, *commands);
    serve_inventories(*commands);
    if (!stops_) sources_->retry(kGrace);
  }
  stop();
}

// What was asked before the files are read is answered by what they say.
void Bridge::serve(Command::Kind kind, std::vector<Command>& commands) {
  std::erase_if(commands, [](const Command& command) { return command.kind == Command::Kind::stop; });
  const auto ours = [kind](const Command& command) { return command.kind == kind; };
  if (std::ranges::none_of(commands, ours)) return;
  const auto outcome = stops_ ? stopping() : kind == Command::Kind::plan ? plan() : reload();
  for (const auto& command : commands) {
    if (ours(command) && command.done) command.done->complete(outcome);
  }
}

// Nothing of `faults` was logged yet: whoever asked for a plan is answered, whoever sent a SIGHUP has only the log.
Result<Loaded> Bridge::read(Diagnostics& faults, const SentInventory* sent) {
  auto loaded = load(settings_, faults, sent);
  if (!loaded) return fail("bad_rules", faults.text() + kNothingChanged);
  const auto left = check_rules_left(*loaded, current_.get().get());
  if (!left) return fail(left.error().reason, faults.text() + left.error().message + '\n' + kNothingChanged);
  return std::move(*loaded);
}

Result<api::Page> Bridge::plan() {
  Diagnostics faults;
  const auto loaded = read(faults);
  if (!loaded) return std::unexpected(loaded.error());
  const auto planned = plan_for(loaded->generation);
  return planned ? Result<api::Page>(shown(*planned, faults, changed_keys(start_keys_, start_keys(loaded->config)))) : std::unexpected(planned.error());
}

Result<tools::Plan> Bridge::plan_for(const Generation& next) {
  if (stops_) return stopping();
  const auto now = current_.get();
  const auto effects = next->id() == now->id() ? engine::Effects() : effects_of(next, *stage_);
  return tools::plan_reload(&now->rules(), next->rules(), effects);
}

Result<api::Page> Bridge::reload() {
  Diagnostics faults;
  ReloadState next = *reload_state_.get();
  auto answer = carry_out(faults, next.restart);
  if (!answer && answer.error().reason == "stopping") return answer;
  log_faults(faults);
  next.successful = answer.has_value();
  next.fault = answer ? Error{} : answer.error();
  if (answer) next.success = clock_.wall();
  else log::error("app", "reload refused, nothing changed", {{"faults", faults.error_count()}, {"reason", faults.ok() ? answer.error().message : answer.error().reason}});
  if (answer && !next.restart.empty()) log::warn("app", "some keys of the config take effect only at a start: restart to have them", {{"keys", fmt::format("{}", fmt::join(next.restart, ", "))}});
  reload_state_.set(std::make_shared<const ReloadState>(std::move(next)));
  return answer;
}

// Certificates are read again; whether there is TLS at all holds from the start on.
Result<std::shared_ptr<const http::Tls>> Bridge::fresh_tls(const config::Config& config) const {
  if (!config_.tls || !config.tls) return nullptr;
  return http::Tls::load(*config.tls);
}

// All or nothing: until everything is read and compiled and the journal holds the new generation, nothing changes. `restart`: see ReloadState, set
// when it worked.
Result<api::Page> Bridge::carry_out(Diagnostics& faults, std::vector<std::string>& restart, const SentInventory* sent) {
  auto loaded = read(faults, sent);
  if (!loaded) return std::unexpected(loaded.error());
  auto changed = changed_keys(start_keys_, start_keys(loaded->config));
  const auto missing_files = provide_descriptors(loaded->config);
  if (!missing_files) return std::unexpected(missing_files.error());
  missing_files_ = *missing_files;
  auto tls = fresh_tls(loaded->config);
  if (!tls) return std::unexpected(tls.error());
  const auto planned = plan_for(loaded->generation);
  if (!planned) return std::unexpected(planned.error());
  if (auto prepared = sources_->prepare(*loaded->config.sources); !prepared) return std::unexpected(prepared.error());
  if (sent) {
    if (auto done = store_inventory(*sent); !done) return std::unexpected(done.error());
  }
  if (loaded->generation->id() != current_.get()->id()) {
    if (auto done = adopt(loaded->generation, loaded->inventory.get()); !done) return std::unexpected(done.error());
  }
  if (*tls) server_->set_tls(std::move(*tls));
  server_->set_allowed_hosts(allowed_hosts(config_.listen, loaded->config.external_url));
  replace(*loaded);
  log::info("app", "reloaded",
            {{"rules", rules::own_rules(loaded->generation->rules())},
             {"generation", loaded->generation->rules().hash.substr(0, 16)},
             {"plan", planned->summary()},
             {"changes", tools::plan_names(*planned)}});
  restart = std::move(changed);
  auto answer = shown(*planned, faults, restart);
  answer.text += "reloaded\n";
  return answer;
}

void Bridge::serve_inventories(std::vector<Command>& commands) {
  for (const auto& command : commands) {
    if (command.kind == Command::Kind::inventory) command.done->complete(stops_ ? stopping() : take_inventory(command.inventory));
  }
}

// Whoever sent it is answered; the daemon's own files are as good as they were, so that it is no refused reload.
Result<api::Page> Bridge::take_inventory(const SentInventory& sent) {
  const auto path = config_.data + '/' + kSentInventory;
  const auto before = journal::read_file(files_, path);
  if (!before && before.error().reason != "not_found") return std::unexpected(before.error());
  Diagnostics faults;
  ReloadState next = *reload_state_.get();
  auto answer = carry_out(faults, next.restart, &sent);
  if (answer) {
    next.successful = true, next.fault = {}, next.success = clock_.wall();
    reload_state_.set(std::make_shared<const ReloadState>(std::move(next)));
    log::info("app", "an inventory was sent and is in force", {{"rows", current_.get()->rules().inventory->about().rows}});
  } else if (auto done = store_inventory(before ? SentInventory(*before) : std::nullopt); !done) {
    log::error("app", "the inventory that was there before could not be stored again", {{"reason", done.error().reason}, {"detail", done.error().message}});
  }
  return answer;
}

Result<void> Bridge::store_inventory(const SentInventory& sent) {
  if (sent) return journal::replace_file(files_, config_.data, kSentInventory, *sent);
  auto done = files_.remove(config_.data + '/' + kSentInventory);
  if (done || done.error().reason == "not_found") return files_.sync_folder(config_.data);
  return done;
}

std::string Bridge::inventory() const {
  using Json = nlohmann::ordered_json;
  const auto generation = current_.get();
  const auto& inventory = *generation->rules().inventory;
  const auto& about = inventory.about();
  Json keys = Json::array(), labels = Json::array(), annotations = Json::array();
  for (const auto& key : inventory.keys()) keys.push_back({{"column", key.column}, {"path", inventory.reads()[key.path]}, {"shared", key.shared}});
  for (const auto& name : inventory.names()) {
    if (name.label) labels.push_back(name.text);
    if (name.annotated) annotations.push_back(name.text);
  }
  const bool sent = about.path == config_.data + '/' + kSentInventory;
  return Json{{"file", about.path}, {"sent", sent}, {"sha256", about.sha256}, {"rows", about.rows}, {"columns", about.columns}, {"keys", keys}, {"labels", labels}, {"annotations", annotations},
              {"double_keys", about.doubles}, {"faults", about.faults}}.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

// The part of the config that a reload replaces.
void Bridge::replace(const Loaded& loaded) {
  auto wires = wires_of(loaded.config, colour_, destinations_);
  destinations_ = wires.destinations;
  wires.outlets.write_log = log_alert;
  deliver_.set_aims(wires.aims());
  auto names = names_of(wires.targets);
  stage_->ask([this, names = std::move(names), destinations = destinations_, outlets = std::move(wires.outlets)](engine::Engine&, alert::Book& book, engine::Ledger& ledger) {
    ledger.set_outlets(outlets);
    if (auto buried = book.bury_strays(names, clock_.wall()); !buried) log::error("app", buried.error().message);
    if (auto done = book.set_destinations(destinations); !done) log::error("app", done.error().message);
  });
  pushes_.set(loaded.config.pushes);
  auth_.set(loaded.config.auth);
  sources_->adopt(kGrace);
  show(loaded.config);
}

// `inventory`: nullptr where there is none, or it is stored already.
Result<void> Bridge::adopt(Generation generation, const rules::InventoryText* inventory) {
  const auto& rules = generation->rules();
  journal::GenerationText stored{rules.text};
  if (inventory) stored.attached_hash = inventory->sha256, stored.attached = inventory->text;
  auto done = journal_->control(model::Reload{rules.hash}, stored);
  if (!done) return std::unexpected(done.error());
  current_.set(std::move(generation));
  return {};
}

}  // namespace alarum::app
