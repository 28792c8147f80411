#include "app/core_routes.h"

#include <nlohmann/json.hpp>

#include "app/event_page.h"
#include "app/status_page.h"
#include "ingest/push/routes.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

// Posted alerts pass through the Intake, as every event does.
http::asio::awaitable<Result<model::Offset>> post(ingest::Intake& intake,
                                                  std::vector<model::Event> events) {
  auto outcomes = co_await intake.commit(std::move(events));
  if (!outcomes) co_return std::unexpected(outcomes.error());
  model::Offset last = 0;
  for (const auto& outcome : *outcomes) last = std::max(last, outcome.offset);
  co_return last;
}

std::string inventory(Core& core) {
  const auto generation = core.in_force().generation.get();
  const auto& inventory = *generation->rules().inventory;
  const auto& about = inventory.about();
  Json keys = Json::array(), labels = Json::array(), annotations = Json::array();
  for (const auto& key : inventory.keys())
    keys.push_back(
        {{"column", key.column}, {"path", inventory.reads()[key.path]}, {"shared", key.shared}});
  for (const auto& name : inventory.names()) {
    if (name.label) labels.push_back(name.text);
    if (name.annotated) annotations.push_back(name.text);
  }
  const bool sent = about.path == core.in_force().config.data + '/' + kSentInventory;
  return line({{"file", about.path},
               {"sent", sent},
               {"sha256", about.sha256},
               {"rows", about.rows},
               {"columns", about.columns},
               {"keys", keys},
               {"labels", labels},
               {"annotations", annotations},
               {"duplicate_keys", about.doubles},
               {"faults", about.faults}});
}

using Done = http::Completion<Result<api::TextAndJson>>;

void ask(Reloads& reloads, Reloads::Kind kind, const Done& done,
         SentInventory inventory = std::nullopt) {
  const auto answer = [done](const Result<api::TextAndJson>& page) { done.complete(page); };
  if (!reloads.ask(kind, answer, std::move(inventory)))
    done.complete(fail("stopping", "the daemon is stopping"));
}

api::Sources sources_of(Core& core) {
  api::Sources sources;
  sources.metrics = [&core](const api::MetricsAnswers& answers) {
    return core.doors().metrics ? core.doors().metrics(answers) : std::string();
  };
  sources.ready = [&core] { return core.readiness().checks(); };
  sources.reload = [&core](bool dry, const Done& done) {
    ask(core.reloads(), dry ? Reloads::Kind::plan : Reloads::Kind::reload, done);
  };
  sources.inventory = [&core] { return inventory(core); };
  sources.send_inventory = [&core](std::optional<std::string> text, const Done& done) {
    ask(core.reloads(), Reloads::Kind::inventory, done, std::move(text));
  };
  sources.ledger = [&core](const Done& done) {
    core.audit().show([done](const Result<api::TextAndJson>& page) { done.complete(page); });
  };
  sources.config_view = [&core] { return core.in_force().config_view.get(); };
  sources.commit = [&core](std::vector<model::Event> events) {
    return post(core.intake(), std::move(events));
  };
  sources.control = [&core](model::Payload payload,
                            std::function<void(Result<model::Offset>)> done) {
    return core.journal().submit_control(std::move(payload), {}, std::move(done));
  };
  sources.now = [&core] { return core.clock().wall(); };
  sources.random = &core.random();
  sources.started = core.clock().wall();
  const auto started = sources.started;
  sources.status = [&core, started](const std::optional<api::TargetStates>& targets) {
    return status_json(core, targets, started);
  };
  sources.targets = [&core](std::function<void(api::TargetStates)> done) {
    return core.delivery().ask_targets(
        [&core, done = std::move(done)](const deliver::Stage::TargetStates& states) {
          done(target_states(states, core.delivery().held()));
        });
  };
  sources.rejected = [&core] { return core.rejects().newest(); };
  sources.generation = [&core] { return core.in_force().generation.get(); };
  sources.matches = [&core] { return core.intake().matches().by_rule; };
  sources.config_file = core.options().config_file;
  sources.explain = [&core](const api::ExplainQuestion& question, const Done& done) {
    if (core.doors().explain) return core.doors().explain(question, done);
    done.complete(fail("stopping", "nobody answers questions about the past here"));
  };
  sources.test_receiver = [&core](const std::string& receiver,
                                  const http::Completion<Result<std::string>>& tested) {
    if (core.doors().test_receiver) return core.doors().test_receiver(receiver, tested);
    tested.complete(fail("stopping", "receivers are not tested here"));
  };
  sources.trials = core.doors().trials ? core.doors().trials() : nullptr;
  sources.events = [&core](model::Offset from, std::size_t most, const api::EventFilter& filter) {
    const auto generation = core.in_force().generation.get();
    return event_page(core.journal().view(), *generation, from, most, filter);
  };
  sources.journal_end = [&core] { return core.journal().stats().end_offset; };
  sources.changes = &core.changes();
  sources.engine = &core.stage();
  return sources;
}

}  // namespace

ingest::RouteOptions route_options(const config::Config& config) {
  return {config.limits.body, {config.limits.event, config.limits.depth}, config.ces.strict};
}

void add_ingest_routes(http::Router& router, Core& core) {
  const auto options = route_options(core.in_force().config);
  ingest::add_routes(router, options, core.intake());
  ingest::add_push_routes(router, options, core.in_force().pushes, core.intake());
}

void add_api_routes(http::Router& router, Core& core) {
  api::add_routes(router, sources_of(core));
  api::add_route_table(router);
}

void add_core_routes(http::Router& router, Core& core) {
  add_ingest_routes(router, core);
  add_api_routes(router, core);
}

}  // namespace alarum::app
