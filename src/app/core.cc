#include "app/core.h"

#include "app/ask_engine.h"
#include "app/readiness.h"
#include "base/log.h"
#include "engine/dead_letters.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

StartKeys keys_of(const Loaded& loaded, const std::optional<StartKeys>& given) {
  return given ? *given : start_keys(loaded.config);
}

}  // namespace

Core::Core(Loaded loaded, World world, Options options)
    : world_(world),
      options_(std::move(options)),
      in_force_(loaded, keys_of(loaded, options_.keys), world.clock.wall()),
      rejects_(world.files, in_force_.config.data + "/rejected.ndjson") {}

// Everything that can fail without having changed anything comes first.
Result<std::unique_ptr<Core>> Core::open(Loaded loaded, World world, Options options) {
  std::unique_ptr<Core> core(new Core(loaded, world, std::move(options)));
  if (auto done = core->build(loaded); !done) return std::unexpected(done.error());
  return core;
}

Result<void> Core::build(const Loaded& loaded) {
  auto storage = Storage::open(in_force_, loaded.inventory,
                               {world_.files, world_.clock, world_.sqlite}, options_.compiled);
  if (!storage) return std::unexpected(storage.error());
  storage_ = std::move(*storage);
  auto& book = storage_->book();
  const auto known = book.destinations();
  if (!known) return std::unexpected(known.error());
  const auto& config = in_force_.config;
  auto& wires = in_force_.wires = notification_config_of(config, options_.colour, *known);
  wires.outlets.write_log = log_alert;
  if (config.routing.by_default) log::info("app", config::default_routing_text(config.routing));
  in_force_.show(config);
  if (auto done = storage_->recover(wires.outlets, options_.recovery_checkpoint_every); !done)
    return done;
  if (auto left = check_rules_left(loaded, storage_->engine().generation()); !left) return left;
  if (auto done = book.set_destinations(wires.destinations); !done) return done;
  build_stages();
  delivery_->configure(wires.stage_config());
  return {};
}

void Core::build_stages() {
  auto& journal = storage_->journal();
  own_alerts_ = std::make_unique<OwnAlerts>(journal, world_.clock);
  checkpoint_writer_ = std::make_unique<CheckpointWriter>(journal, world_.clock);
  own_choice_.first = storage_->processor().own_receivers().empty();
  storage_->processor().watch([this](const model::Change& change) { changes_.note(change); },
                              [this](const std::string& id) {
                                changes_.note({api::ChangeLog::Kind::comment, id});
                              });
  auto options = options_.engine;
  options.checkpoint_first = storage_->recovered_slowly();
  stage_ =
      std::make_unique<engine::Stage>(storage_->engine(), storage_->book(), storage_->processor(),
                                      world_.clock, options, stage_ports());
  delivery_ = std::make_unique<deliver::Stage>(
      delivery_options(), world_.clock, world_.random, world_.transport,
      [&journal](std::vector<model::Receipt> receipts, std::function<void(bool)> done) {
        return journal.submit_control(
            model::Receipts{std::move(receipts)}, {},
            [done = std::move(done)](const Result<model::Offset>& at) { done(at.has_value()); });
      });
  ingest::Intake::Options intake;
  intake.engine_behind = [this] {
    return engine::is_behind(stage_->lag(), in_force_.config.limits.engine_lag);
  };
  intake_ =
      std::make_unique<ingest::Intake>(std::move(intake), journal, in_force_.generation, rejects_,
                                       ingest::ClockAndRandom{world_.clock, world_.random});
  reloads_ = std::make_unique<Reloads>(
      Reloads::Parts{world_.files, world_.clock, in_force_, journal, *stage_, *delivery_},
      options_.doors, options_.colour);
  audit_ = std::make_unique<Audit>(world_.clock, audit_ports(), options_.audit_every,
                                   options_.audit_first);
  readiness_ =
      readiness_of({journal, *stage_, *delivery_, *checkpoint_writer_, options_.doors,
                    storage_->damage(), in_force_.reload, in_force_.config.limits.engine_lag});
}

engine::Stage::Ports Core::stage_ports() {
  auto& journal = storage_->journal();
  engine::Stage::Ports ports;
  ports.next_due = [&journal](std::optional<Time> due) { journal.set_next_due(due); };
  ports.processed = [&journal](model::Offset below) { journal.set_processed(below); };
  ports.checkpoint = [this](engine::CheckpointPart part) {
    checkpoint_writer_->take(std::move(part));
  };
  ports.checkpoint_room = [this] { return checkpoint_writer_->has_room(); };
  ports.room = [this](const std::string& target) { return delivery_->room(target); };
  ports.deliver = [this](std::vector<model::Notification> notifications) {
    delivery_->take(std::move(notifications));
  };
  ports.log = [&journal](model::Offset from) -> Result<engine::LogReader> {
    auto reader = journal.view().read(from);
    if (!reader) return std::unexpected(reader.error());
    return [reader = std::shared_ptr(std::move(*reader))] { return reader->next(); };
  };
  return ports;
}

deliver::Options Core::delivery_options() {
  auto options = options_.delivery;
  options.alive = [this, seen = Progress{}]() mutable { return progresses(seen); };
  options.request_firing = [this](const deliver::Resend::Request& request) {
    stage_->ask([this, request](engine::Engine&, alert::Book& book, engine::Processor& processor) {
      delivery_->resend_all_firing(
          request, engine::firing_body(book, processor.delivery_config(), request.target,
                                       world_.clock.wall()));
    });
  };
  return options;
}

// Whether journal and engine have got on, or had nothing to do, since the last call.
bool Core::progresses(Progress& seen) const {
  const auto stats = storage_->journal().stats();
  const auto processed = stage_->processed();
  const bool writes = !stats.full && (stats.queued == 0 || stats.commits > seen.commits);
  const bool steps =
      stage_->healthy() && (processed >= stats.end_offset || processed > seen.processed);
  seen = {stats.commits, processed};
  return writes && steps;
}

void Core::take(std::vector<model::Record> records) {
  if (options_.tap) options_.tap(records);
  stage_->take(std::move(records));
}

Result<void> Core::begin() {
  auto& journal = storage_->journal();
  // Rules and config on disk are adopted unless journal and engine both have them: a lost end of
  // the journal may leave the engine on others.
  const auto hash = in_force_.generation.get()->rules().hash;
  const auto* stepped = storage_->engine().generation();
  const auto& routing = in_force_.wires.routing;
  const bool adopted = journal.opened().generation_hash == hash && stepped &&
                       stepped->rules().hash == hash && storage_->processor().routing() == routing;
  const auto begun =
      journal.begin([this](std::vector<model::Record> records) { take(std::move(records)); },
                    [this](const auto& look) {
                      delivery_->see_clocks({look.monotonic, look.wall});
                    });
  if (!begun) return begun;
  std::size_t under_way = 0;
  Result<void> outcome;
  const auto submit = [&](model::Payload payload, const std::string& text) {
    ++under_way;
    (void)journal.submit_control(std::move(payload), {text}, [&](Result<model::Offset> offset) {
      --under_way;
      if (!offset && outcome) outcome = std::unexpected(offset.error());
    });
  };
  // Storage::open() has stored the inventory already.
  if (!adopted) submit(model::Reload{hash, routing}, in_force_.generation.get()->rules().text);
  for (const auto& id : storage_->damage().parted.over)
    submit(
        model::ResolveAlert{id, "alarum", "its end was recorded before; the journal has lost it"},
        {});
  while (under_way > 0 && journal.turn(0ns)) {
  }
  if (outcome && storage_->damage().any())
    own_alerts_->post(damage_alert(storage_->damage(), world_.clock.wall()));
  return outcome;
}

void Core::start() {
  rejects_.start();
  checkpoint_writer_->start();
  stage_->start();
  delivery_->start();
  storage_->journal().start();
  audit_->start();
}

std::vector<Core::Part> Core::parts() {
  const auto part = [](const char* name, auto& stage) {
    return Part{name, [&stage](std::chrono::nanoseconds most) { return stage.turn(most); },
                [&stage] { return stage.patience(); }};
  };
  auto& journal = storage_->journal();
  return {part("journal", journal),
          {"sealer",
           [&journal](std::chrono::nanoseconds most) { return journal.upkeep_turn(most), true; },
           [&journal] { return journal.upkeep_patience(); }},
          part("engine", *stage_),
          part("book", stage_->book_writer()),
          part("checkpoints", *checkpoint_writer_),
          part("delivery", *delivery_),
          part("rejects", rejects_),
          part("reloads", *reloads_),
          part("audit", *audit_)};
}

// Delivery ends before the journal, so that the receipts of requests in flight are recorded, and
// the engine ends after both. A part that hangs is left running; the next start goes on from what
// the journal has.
std::vector<Core::Ending> Core::endings() {
  auto& journal = storage_->journal();
  const auto over = [](auto& part) { return [&part] { return !part.turn(0ns); }; };
  return {
      {"audit", [this] { audit_->close(); }, [] {}, over(*audit_), [this] { audit_->stop(); }, 10s},
      {"engine's backlog", [this] { stage_->begin_stop(); }, [] {}, [this] { return worked_off(); },
       [this] { drain(); }, 12s},
      {"delivery",
       {},
       [this] { delivery_->close(5s); },
       over(*delivery_),
       [this] { delivery_->stop(5s); },
       10s},
      {"journal",
       {},
       [&journal] { journal.close(); },
       over(journal),
       [&journal] { journal.stop(); },
       30s},
      {"engine",
       {},
       [this] { stage_->close(3s); },
       over(*stage_),
       [this] { stage_->stop(3s); },
       5s},
      {"checkpoints",
       {},
       [this] { checkpoint_writer_->close(); },
       over(*checkpoint_writer_),
       [this] { checkpoint_writer_->stop(); },
       5s},
      {"rejects",
       {},
       [this] { rejects_.close(); },
       over(rejects_),
       [this] { rejects_.stop(); },
       5s},
  };
}

bool Core::worked_off() const {
  const auto journal = storage_->journal().stats();
  return (journal.queued == 0 && stage_->processed() >= journal.end_offset) || stage_->gave_up();
}

// Waits until the engine has processed everything that was committed and has handed its
// notifications on, for 10 s at most. What is left is in the journal.
void Core::drain() {
  const auto until = world_.clock.monotonic() + 10s;
  while (!worked_off() && world_.clock.monotonic() < until) {
    (void)ask_engine(*stage_, 1s,
                     [](engine::Engine&, alert::Book&, engine::Processor&) { return true; });
  }
}

}  // namespace alarum::app
