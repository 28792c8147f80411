#include "app/bridge.h"

#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/routes.h"
#include "app/ask_engine.h"
#include "app/descriptors.h"
#include "app/numbers.h"
#include "app/permissions.h"
#include "app/readiness.h"
#include "app/recovery.h"
#include "app/stop_order.h"
#include "base/ascii.h"
#include "base/log.h"
#include "base/log_output.h"
#include "base/url.h"
#include "engine/letters.h"
#include "http/tls.h"
#include "ingest/push/routes.h"
#include "ingest/push/signed_route.h"
#include "journal/reader.h"
#include "tools/past.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr int kStopIncomplete = 1;  // systemd calls the unit failed: somebody should look into the log

journal::Options journal_options(const config::Config& config) {
  journal::Options options;
  options.folder = config.data;
  options.segment_size = config.journal.segment_size;
  options.max_size = config.journal.max_size;
  options.retention = config.journal.retention;
  options.keep_all = config.journal.keep == config::Journal::Keep::all;
  options.dedup_window = config.dedup.window;
  options.dedup_max = config.dedup.max;
  return options;
}

std::chrono::seconds whole_seconds(Duration duration) {
  return std::max(1s, std::chrono::duration_cast<std::chrono::seconds>(duration));
}

http::Options http_options(const config::Config& config) {
  http::Options options;
  options.listen = config.listen.text();
  options.limits.head = config.limits.header;
  options.limits.body = config.limits.body;
  options.limits.bodies = config.limits.bodies;
  options.limits.connections = config.limits.connections;
  options.limits.head_time = whole_seconds(config.limits.header_timeout);
  options.limits.body_piece_time = options.limits.write_time = whole_seconds(config.limits.body_timeout);
  options.limits.idle_time = whole_seconds(config.limits.idle_timeout);
  return options;
}

}  // namespace

std::vector<std::string> allowed_hosts(const config::Address& listen, const std::string& external_url) {
  if (!listen.is_loopback()) return {};
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1", "[::1]", listen.host};
  if (!external_url.empty()) hosts.push_back(lowered(Url(external_url).host()));
  return hosts;
}

Bridge::Bridge(const Settings& settings, Beginning beginning, Clock& clock, Console console)
    : settings_(settings),
      clock_(clock),
      console_(console.descriptor),
      colour_(console.colour),
      start_keys_(std::move(beginning.keys)),
      reload_state_(std::make_shared<const ReloadState>(ReloadState{true, clock.wall(), {}, {}})),
      config_(std::move(beginning.loaded.config)),
      pushes_(config_.pushes),
      auth_(config_.auth),
      gate_(auth_, [this] { return clock_.wall(); }, config_.limits.body),
      checkpoints_(files_, config_.data),
      rejects_(config_.data + "/rejected.ndjson"),
      commands_(1),
      deliver_(deliver_options(), clock, [this](std::vector<model::Receipt> receipts) { stage_->take(std::move(receipts)); }),
      certificates_(client_, clock),
      confirmations_(client_) {
  current_.set(std::move(beginning.loaded.generation));
}

deliver::Options Bridge::deliver_options() {
  deliver::Options options;
  options.alive = [this, seen = Progress{}]() mutable { return progresses(seen); };
  options.console = console_;
  options.request_firing = [this](const deliver::Resend::Request& request) {
    stage_->ask([this, request](engine::Engine&, alert::Book& book, engine::Ledger& ledger) {
      deliver_.resend_all_firing(request, engine::firing_body(book, ledger.outlets(), request.target, clock_.wall()));
    });
  };
  return options;
}

// What waits is being worked off since the last look.
bool Bridge::progresses(Progress& seen) const {
  const auto stats = journal_->stats();
  const auto processed = stage_->processed();
  const bool writes = !stats.full && (stats.queued == 0 || stats.commits > seen.commits);
  const bool steps = stage_->healthy() && (processed >= stats.end_offset || processed > seen.processed);
  seen = {stats.commits, processed};
  return writes && steps;
}

Bridge::~Bridge() = default;

Result<std::unique_ptr<Bridge>> Bridge::start(const Settings& settings, Loaded loaded, Clock& clock, Console console) {
  journal::PosixFileSystem files;
  if (auto made = files.make_folder(loaded.config.data); !made) return std::unexpected(made.error());
  restrict_data_folder(loaded.config.data);
  auto keys = start_keys(loaded.config);  // before connections are fitted to this machine
  const auto missing_files = provide_descriptors(loaded.config);
  if (!missing_files) return std::unexpected(missing_files.error());
  const Loaded on_disk = loaded;
  std::unique_ptr<Bridge> bridge(new Bridge(settings, {std::move(loaded), std::move(keys)}, clock, console));
  bridge->missing_files_ = *missing_files;
  if (auto done = bridge->open(on_disk); !done) return std::unexpected(done.error());
  if (auto done = bridge->begin(); !done) {
    bridge->stop();
    return std::unexpected(done.error());
  }
  return bridge;
}

// Everything that can fail without having changed anything comes first.
Result<void> Bridge::open(const Loaded& loaded) {
  if (auto done = open_journal(loaded); !done) return done;
  const auto path = config_.data + "/book.sqlite";
  std::error_code fault;
  const auto size = std::filesystem::file_size(path, fault);
  const bool had_book = !fault && size > 0;  // an empty file is none: SQLite makes one of it
  auto book = alert::Book::open(path);
  if (!book) return std::unexpected(book.error());
  book_ = std::move(*book);
  journal_->raise_to(book_->processed());
  const auto known = book_->destinations();
  if (!known) return std::unexpected(known.error());
  auto wires = wires_of(config_, colour_, *known);
  destinations_ = wires.destinations;
  wires.outlets.write_log = log_alert;
  if (config_.routing.by_default) log::info("app", config::default_routing_text(config_.routing));
  show(config_);
  deliver_.set_aims(wires.aims());
  engine_ = std::make_unique<engine::Engine>(stored_generations(files_, config_.data, current_.get(), &missing_rules_));
  ledger_ = std::make_unique<engine::Ledger>(*engine_, *book_, std::move(wires.outlets));
  if (auto done = replay(had_book); !done) return done;
  if (auto left = check_rules_left(loaded, engine_->generation()); !left) return left;
  if (auto done = book_->bury_strays(names_of(wires.targets), clock_.wall()); !done)
    return std::unexpected(done.error());
  if (auto done = book_->set_destinations(destinations_); !done) return done;
  checkpoint_writer_ = std::make_unique<CheckpointWriter>(checkpoints_, [this](model::Offset below) { journal_->set_checkpointed(below); });
  stage_ = std::make_unique<engine::Stage>(*engine_, *book_, *ledger_, clock_, stage_options_, ports());
  ingest::Intake::Options options;
  options.engine_behind = [this] { return is_behind(); };
  intake_ = std::make_unique<ingest::Intake>(std::move(options), *journal_, current_, rejects_, clock_);
  return listen();
}

Result<void> Bridge::open_journal(const Loaded& loaded) {
  auto opened = journal::SegmentedLog::open(journal_options(config_), files_, clock_);
  if (!opened) return std::unexpected(opened.error());
  journal_ = std::move(*opened);
  own_alerts_ = std::make_unique<OwnAlerts>(*journal_, clock_);
  // The text of the rules in force is worth having: where its file is gone or damaged it is written anew while it is known.
  const auto& rules = current_.get()->rules();
  if (const auto& inventory = loaded.inventory) {
    if (auto done = journal::save_attached(files_, config_.data, inventory->sha256, inventory->text); !done) return done;
  }
  return journal::save_generation(files_, config_.data, rules.hash, rules.text);
}

// A book that was deleted is made again: the checkpoints know what fires, and a replay of everything would notify people of everything once more.
Result<void> Bridge::replay(bool had_book) {
  const auto began = clock_.monotonic();
  const auto beginning = journal_->log().segments().empty() ? journal_->log().end_offset() : journal_->log().segments().front().name.first_offset;
  auto replayed = recover(*ledger_, *book_, checkpoints_, files_, config_.data, {had_book ? book_->processed() : ~model::Offset{0}, beginning});
  if (!replayed) return std::unexpected(replayed.error());
  if (!had_book && std::max(replayed->from, journal_->log().end_offset()) > 0) {
    log::warn("app", "there was no book: it is made again from the newest checkpoint and the journal. The history before that, dead letters, and ends that still waited to be sent are lost",
              {{"file", config_.data + "/book.sqlite"}, {"from", replayed->from}});
  }
  if (!had_book) {
    if (auto done = book_->commit({{}, {}, {}, {}, replayed->from, replayed->from}); !done) return done;
  }
  journal_->raise_to(replayed->from);
  journal_->expect_from(std::min(replayed->from, checkpoints_.oldest().value_or(replayed->from)));
  if (auto done = reconcile(*replayed, had_book); !done) return done;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.monotonic() - began);
  // The journal's totals stand at its end, and so does the engine now.
  stepped_before_ = tools::written(journal_->log().totals()) - ledger_->counts().events;
  stage_options_.checkpoint_first = took > 1s;
  log::info("app", "replayed", {{"from", replayed->from}, {"records", replayed->records}, {"ms", took.count()}});
  return {};
}

// What people were notified of and what the engine knows are the same again, whatever was lost.
Result<void> Bridge::reconcile(const Replayed& replayed, bool had_book) {
  const auto& log = journal_->log();
  auto corruptions = log.corruptions();
  corruptions.insert(corruptions.end(), replayed.damage.begin(), replayed.damage.end());
  damage_ = damage_of(corruptions, replayed.from, missing_rules_);
  if (!had_book && damage_.places.empty()) damage_.cause = "the book (book.sqlite) was gone and has been made again";
  const auto reason = "not confirmed: " + damage_.cause + "; the bridge no longer knows this alert and does not watch it any more";
  auto parted = ledger_->reconcile({log.end_offset(), clock_.wall(), reason});
  if (!parted) return std::unexpected(parted.error());
  damage_.parted = std::move(*parted);
  log_damage(damage_);
  return {};
}

Result<void> Bridge::begin() {
  // The rules on disk are adopted unless journal and engine both have them: a lost end of the journal may leave the engine on others.
  const auto hash = current_.get()->rules().hash;
  const bool in_force = journal_->log().generation_hash() == hash && engine_->generation() && engine_->generation()->rules().hash == hash;
  stage_->start();
  deliver_.start();
  const auto clock_back = [this] {
    const auto stats = journal_->stats();
    return Audit::ClockBack{stats.clock_backs, stats.clock_back};
  };
  audit_ = std::make_unique<Audit>(clock_, Audit::Ports{[this] { return balance(); }, [this](alert::Posted posted) { own_alerts_->post(std::move(posted)); }, [this] { own_alerts_->retry(); }, clock_back, [this] { return unannounced(readiness_.checks()); }, [this] { watch_targets(); }});
  auto sink = [this](std::vector<model::Record> records) { stage_->take(std::move(records)); };
  if (auto done = journal_->start(sink); !done) return done;
  if (!in_force) {  // open_journal() has stored its inventory
    if (auto done = adopt(current_.get(), nullptr); !done) return done;
  }
  for (const auto& id : damage_.parted.over) {
    if (auto done = journal_->control(model::ResolveAlert{id, "alarum", "its end was recorded before; the journal has lost it"}, {}); !done) return std::unexpected(done.error());
  }
  if (damage_.any()) own_alerts_->post(damage_alert(damage_, clock_.wall()));
  audit_->start();
  server_->start();
  sources_->adopt(0s);
  return {};
}

engine::Stage::Ports Bridge::ports() {
  engine::Stage::Ports ports;
  ports.next_due = [this](std::optional<Time> due) { journal_->set_next_due(due); };
  ports.processed = [this](model::Offset below) { journal_->set_processed(below); };
  ports.checkpoint = [this](engine::CheckpointPart part) { checkpoint_writer_->take(std::move(part)); };
  ports.checkpoint_room = [this] { return checkpoint_writer_->has_room(); };
  ports.room = [this](const std::string& target) { return deliver_.room(target); };
  ports.deliver = [this](std::vector<model::Notification> notifications) { deliver_.take(std::move(notifications)); };
  ports.log = [this](model::Offset from) -> Result<engine::LogReader> {
    auto reader = journal::Reader::open(files_, config_.data, from);
    if (!reader) return std::unexpected(reader.error());
    return [reader = std::make_shared<journal::Reader>(std::move(*reader))] { return reader->next(); };
  };
  return ports;
}

http::Router Bridge::router() {
  http::Router router;
  router.guard(gate_);
  const ingest::RouteOptions options{config_.limits.body, {config_.limits.event, config_.limits.depth}, config_.ces.strict};
  ingest::add_routes(router, options, *intake_);
  ingest::add_push_routes(router, options, pushes_, *intake_);
  ingest::add_signed_routes(router, options, {pushes_, certificates_, confirmations_, confirmed_, *intake_});
  readiness_ = readiness_of({*journal_, *stage_, deliver_, *checkpoint_writer_, *sources_, damage_, missing_files_, reload_state_, config_.limits.engine_lag});
  api::Sources sources;
  sources.metrics = [this](const api::EngineNumbers& engine) {
    return metrics_text({*journal_, *stage_, deliver_, server_->counters(), intake_->counts(), rejects_, *sources_, gate_.refused(), audit_->latest(), reload_state_.get(), current_.get()->rules().hash, intake_->matches(), current_.get()->rules().inventory}, engine);
  };
  sources.ready = [readiness = readiness_] { return readiness.checks(); };
  sources.reload = [this](bool dry, http::Completion<Result<api::Page>> done) {
    if (!command({dry ? Command::Kind::plan : Command::Kind::reload, done})) done.complete(fail("stopping", "the daemon is stopping"));
  };
  sources.inventory = [this] { return inventory(); };
  sources.send_inventory = [this](std::optional<std::string> text, http::Completion<Result<api::Page>> done) {
    if (!command({Command::Kind::inventory, done, std::move(text)})) done.complete(fail("stopping", "the daemon is stopping"));
  };
  sources.ledger = [this](http::Completion<Result<api::Page>> done) { audit_->show(std::move(done)); };
  sources.face = [this] { return face_.get(); };
  sources.commit = [this](std::vector<model::Event> events) { return post(std::move(events)); };
  sources.control = [this](model::Payload payload, std::function<void(Result<model::Offset>)> done) {
    return journal_->submit_control(std::move(payload), std::move(done));
  };
  sources.now = [this] { return clock_.wall(); };
  sources.started = clock_.wall();
  sources.status = [this] { return status(); };
  sources.engine = stage_.get();
  api::add_routes(router, sources);
  api::add_route_table(router);
  return router;
}

Result<void> Bridge::listen() {
  sources_ = std::make_unique<ingest::Sources>(*intake_, pushes_, config_.data);
  auto server = http::Server::open(http_options(config_), router());
  if (!server) return std::unexpected(server.error());
  (*server)->set_allowed_hosts(allowed_hosts(config_.listen, config_.external_url));
  if (config_.tls) {
    auto tls = http::Tls::load(*config_.tls);
    if (!tls) return std::unexpected(tls.error());
    (*server)->set_tls(std::move(*tls));
  }
  server_ = std::move(*server);
  return sources_->prepare(*config_.sources);
}

void Bridge::show(const config::Config& config) {
  auto face = std::make_shared<api::Face>();
  face->routing = std::make_shared<const config::Routing>(config.routing);
  for (const auto& receiver : config.receivers) face->receivers.push_back(receiver.name);
  face->silences = config.silences;
  face->resolve_timeout = config.resolve_timeout;
  face_.set(std::move(face));
  own_route_.set(std::make_shared<const OwnRoute>(config, destinations_));
}

// Posted alerts enter by the same door as every event.
http::asio::awaitable<Result<model::Offset>> Bridge::post(std::vector<model::Event> events) {
  auto outcomes = co_await intake_->commit(std::move(events));
  if (!outcomes) co_return std::unexpected(outcomes.error());
  model::Offset last = 0;
  for (const auto& outcome : *outcomes) last = std::max(last, outcome.offset);
  co_return last;
}

std::string Bridge::status() const {
  const auto stats = journal_->stats();
  const auto generation = current_.get();
  const auto reload = reload_state_.get();
  return nlohmann::ordered_json{
             {"version", "0.1.0"},
             {"generation", generation->rules().hash},
             {"rules", rules::own_rules(generation->rules())},
             {"config",
              {{"file", settings_.config},
               {"last_reload_successful", reload->successful},
               {"last_reload_success", format_rfc3339(reload->success)},
               {"last_reload_fault", reload->fault.message},
               {"needs_restart", reload->restart}}},
             {"journal",
              {{"end_offset", stats.end_offset}, {"bytes", stats.bytes_on_disk}, {"segments", stats.segments}}},
             {"engine", {{"processed", stage_->processed()}, {"backlog_bytes", stage_->backlog()}}}}
             .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

bool Bridge::is_behind() const { return engine::is_behind(stage_->lag(), config_.limits.engine_lag); }

// Returns when the engine has worked off all that was committed and handed on what came of it, or cannot for 10 s: the journal has it all.
void Bridge::work_off() {
  const auto end = journal_->stats().end_offset;
  const auto until = clock_.monotonic() + 10s;
  while (stage_->processed() < end && !stage_->gave_up() && clock_.monotonic() < until) {
    if (!ask_engine(*stage_, 1s, [](engine::Engine&, alert::Book&, engine::Ledger&) { return true; })) continue;
  }
}

// From the near end to the far one: nothing new comes in, what came in is committed, worked off, told. A part that hangs is left: by then the
// journal is on disk, and the next start goes on from there.
void Bridge::stop() {
  log::info("app", "stopping");
  commands_.close();
  StopOrder order({
      {"sources", {}, [this] { if (sources_) sources_->stop(5s); }, 15s},
      {"fetches", {}, [this] { client_.stop(); }, 5s},  // whoever waits for one is answered: 503
      {"http", [this] { if (server_) server_->begin_stop(); }, [this] { if (server_) server_->stop(10s); }, 15s},
      {"audit", [this] { if (audit_) audit_->begin_stop(); }, [this] { if (audit_) audit_->stop(); }, 10s},
      {"journal", {}, [this] { journal_->stop(); }, 30s},
      {"engine's backlog", [this] { stage_->begin_stop(); }, [this] { work_off(); }, 12s},
      {"delivery", {}, [this] { deliver_.stop(5s); }, 10s},
      {"engine", {}, [this] { stage_->stop(0s); }, 5s},
      {"checkpoints", {}, [this] { checkpoint_writer_->stop(); }, 5s},
  });
  const auto left = order.run();
  if (left.empty()) return log::info("app", "stopped");
  log::error("app", "stopped without waiting for all parts; what was acknowledged is in the journal, and the next start goes on from there",
             {{"parts", fmt::format("{}", fmt::join(left, ", "))}, {"exit_code", kStopIncomplete}});
  log::finish();
  ::_exit(kStopIncomplete);
}

}  // namespace alarum::app
