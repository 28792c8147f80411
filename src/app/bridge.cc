#include "app/bridge.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "api/session_routes.h"
#include "app/ask_engine.h"
#include "app/core_routes.h"
#include "app/descriptors.h"
#include "app/metrics.h"
#include "app/permissions.h"
#include "app/stop_order.h"
#include "base/ascii.h"
#include "base/log.h"
#include "base/log_output.h"
#include "base/url.h"
#include "ingest/push/signed_route.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr int kStopIncomplete =
    1;  // systemd then calls the unit failed, so that somebody looks into the log
constexpr std::chrono::nanoseconds kLookAtSources = 5s;
constexpr std::chrono::seconds kStopLimit = 90s;  // all parts of a stop together
constexpr auto kGrace = 5s;                       // for a source that ends

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
  options.limits.body_piece_time = options.limits.write_time =
      whole_seconds(config.limits.body_timeout);
  options.limits.idle_time = whole_seconds(config.limits.idle_timeout);
  return options;
}

// Whether people reach the page by https, so that a cookie never needs to travel otherwise.
bool is_secure(const config::Config& config) {
  return config.tls || lowered(config.external_url).starts_with("https://");
}

std::uint64_t inode_of(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

// Somebody may delete the folder, or put a restored one in its place, while its files are open
// here: what is written then is on no disk that a start would find.
std::string data_fault(const std::string& folder, std::uint64_t lock) {
  const auto now = inode_of(folder + "/lock");
  if (now == lock) return {};
  return now == 0 ? "the data folder " + folder +
                        " was deleted or moved while the daemon uses it: nothing that is written "
                        "now survives a restart; stop the daemon and restore the folder"
                  : "the data folder " + folder +
                        " is another one than the daemon opened: restart the daemon to use it";
}

std::vector<SourceState> states_of(const ingest::Sources& sources) {
  std::vector<SourceState> out;
  sources.each([&](const std::string& name, const ingest::FeedCounts& counts) {
    auto& one = out.emplace_back();
    one.name = name;
    one.accepted = counts.accepted, one.duplicate = counts.duplicate;
    one.rejected = counts.rejected, one.gaps = counts.gaps, one.lost = counts.lost;
    one.connections = counts.connections;
    if (const auto heard = counts.last_heard.load(); heard != 0)
      one.last_heard = Time(Duration(heard));
  });
  return out;
}

}  // namespace

std::vector<std::string> allowed_hosts(const config::Address& listen,
                                       const std::string& external_url) {
  if (!listen.is_loopback()) return {};
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1", "[::1]", listen.host};
  if (!external_url.empty()) hosts.push_back(lowered(Url(external_url).host()));
  return hosts;
}

Bridge::Bridge(const Settings& settings, Clock& clock, Console console)
    : settings_(settings),
      console_(console),
      clock_(clock),
      transport_({{}, console.descriptor}, clock),
      certificates_(client_, clock),
      confirmations_(client_) {}

Bridge::~Bridge() = default;

// Everything that can fail without having changed anything comes first.
Result<std::unique_ptr<Bridge>> Bridge::start(const Settings& settings, Loaded loaded, Clock& clock,
                                              Console console) {
  PosixFileSystem files;
  if (auto made = files.make_folder(loaded.config.data); !made)
    return std::unexpected(made.error());
  restrict_data_folder(loaded.config.data);
  auto keys = start_keys(loaded.config);  // before provide_descriptors() may lower connections
  const auto missing_files = provide_descriptors(loaded.config);
  if (!missing_files) return std::unexpected(missing_files.error());
  std::unique_ptr<Bridge> bridge(new Bridge(settings, clock, console));
  bridge->missing_files_ = *missing_files;
  auto core =
      Core::open(std::move(loaded), {bridge->files_, clock, bridge->random_, bridge->transport_},
                 bridge->core_options(std::move(keys), console.colour));
  if (!core) return std::unexpected(core.error());
  bridge->core_ = std::move(*core);
  bridge->lock_inode_ = inode_of(bridge->config().data + "/lock");
  bridge->past_ =
      std::make_unique<PastQuestions>(bridge->core_->journal().view(),
                                      bridge->core_->storage().book_path(), bridge->find_silence());
  bridge->trials_ = bridge->make_trials();
  bridge->receiver_tests_ = bridge->make_receiver_tests();
  if (auto done = bridge->listen(); !done) return std::unexpected(done.error());
  if (auto done = bridge->core_->begin(); !done) return std::unexpected(done.error());
  bridge->core_->start();
  bridge->server_->start();
  bridge->sources_->adopt(0s);
  return bridge;
}

Core::Options Bridge::core_options(StartKeys keys, bool colour) {
  Core::Options options;
  options.colour = colour;
  if (!settings_.config.empty())
    options.config_file = std::filesystem::absolute(settings_.config).lexically_normal().string();
  options.engine.rule_times = true;
  options.keys = std::move(keys);
  options.doors.load = [this](Diagnostics& faults, const SentInventory* sent) {
    return load(settings_, faults, sent);
  };
  options.doors.prepare = [this](Loaded& loaded) { return prepare(loaded); };
  options.doors.adopt = [this](const config::Config& config) { adopt(config); };
  options.doors.metrics = [this](const api::MetricsAnswers& answers) { return metrics(answers); };
  options.doors.source_faults = [this] { return sources_->faults(); };
  options.doors.source_states = [this] { return states_of(*sources_); };
  options.doors.explain = [this](const api::ExplainQuestion& question,
                                 const PastQuestions::Done& done) {
    past_->explain(question, done);
  };
  options.doors.test_receiver = [this](const std::string& receiver,
                                       const ReceiverTests::Done& done) {
    receiver_tests_->test(receiver, done);
  };
  options.doors.trials = [this] { return trials_.get(); };
  options.doors.data_fault = [this] { return data_fault(config().data, lock_inode_); };
  options.doors.missing_files = [this] { return missing_files_.load(); };
  return options;
}

tools::FindSilence Bridge::find_silence() {
  return [this](const std::string& id) {
    const auto known =
        ask_engine(core_->stage(), 2s,
                   [id](engine::Engine&, alert::Book&, const engine::Processor& processor) {
                     const auto* silence = processor.dispatcher().silences().find(id);
                     return silence ? std::optional(*silence) : std::nullopt;
                   });
    return known.value_or(std::nullopt);
  };
}

std::unique_ptr<RuleTrials> Bridge::make_trials() {
  auto& in_force = core_->in_force();
  const auto routing = [this] {
    return ask_engine(core_->stage(), 5s,
                      [](engine::Engine&, alert::Book&, engine::Processor& processor) {
                        return processor.routing();
                      })
        .value_or("");
  };
  const auto effects = [this](const rules::RuleSet& next) {
    const auto preview = std::make_shared<const engine::Preview>(next);
    return ask_engine(core_->stage(), 2s,
                      [preview](engine::Engine& engine, alert::Book&, engine::Processor&) {
                        return preview->of(engine);
                      });
  };
  return std::make_unique<RuleTrials>(
      TrialParts{core_->journal().view(), [&in_force] { return in_force.generation.get(); },
                 routing, clock_, random_, effects},
      [&in_force] { return in_force.pushes.get(); });
}

// The tests have a transport of their own, because the delivery thread uses the other one.
std::unique_ptr<ReceiverTests> Bridge::make_receiver_tests() {
  ReceiverTests::Parts parts{[this] { return core_->in_force().notifying.get(); },
                             [this]() -> std::unique_ptr<deliver::Transport> {
                               deliver::MachineTransport::Options options;
                               options.console = console_.descriptor;
                               return std::make_unique<deliver::MachineTransport>(options, clock_);
                             },
                             clock_};
  return std::make_unique<ReceiverTests>(std::move(parts));
}

Result<void> Bridge::listen() {
  sources_ = std::make_unique<ingest::Sources>(core_->intake(), core_->in_force().pushes,
                                               ingest::DataFolder{files_, config().data});
  gate_ = std::make_unique<http::Authenticator>(
      core_->in_force().auth, [this] { return clock_.wall(); }, config().limits.body);
  gate_->sign_in().set_secure(is_secure(config()));
  auto server = http::Server::open(http_options(config()), router());
  if (!server) return std::unexpected(server.error());
  (*server)->set_allowed_hosts(allowed_hosts(config().listen, config().external_url));
  if (config().tls) {
    auto tls = http::Tls::load(*config().tls);
    if (!tls) return std::unexpected(tls.error());
    (*server)->set_tls(std::move(*tls));
  }
  server_ = std::move(*server);
  return sources_->prepare(*config().sources);
}

http::Router Bridge::router() {
  http::Router router;
  router.guard(*gate_);
  add_ingest_routes(router, *core_);
  ingest::add_signed_routes(
      router, route_options(config()),
      {core_->in_force().pushes, certificates_, confirmations_, confirmed_, core_->intake()});
  api::add_session_routes(router, *gate_);
  add_api_routes(router, *core_);
  return router;
}

std::string Bridge::metrics(const api::MetricsAnswers& answers) {
  auto& in_force = core_->in_force();
  const auto generation = in_force.generation.get();
  return metrics_text({core_->journal(),
                       core_->stage(),
                       core_->delivery(),
                       server_->counters(),
                       core_->intake().counts(),
                       core_->rejects(),
                       *sources_,
                       gate_->refused(),
                       core_->audit().latest(),
                       in_force.reload.get(),
                       generation->rules().hash,
                       core_->intake().matches(),
                       generation->rules().inventory,
                       core_->checkpoint_writer(),
                       core_->intake().commit_times(),
                       core_->intake().invalid_traces(),
                       {config().data, core_->storage().book_path()},
                       core_->readiness().checks(),
                       clock_.wall()},
                      answers);
}

// Reads certificates again. Whether there is TLS at all is fixed at the start.
Result<void> Bridge::prepare(Loaded& loaded) {
  next_tls_.reset();
  const auto missing_files = provide_descriptors(loaded.config);
  if (!missing_files) return std::unexpected(missing_files.error());
  next_missing_files_ = *missing_files;
  if (config().tls && loaded.config.tls) {
    auto tls = http::Tls::load(*loaded.config.tls);
    if (!tls) return std::unexpected(tls.error());
    next_tls_ = std::move(*tls);
  }
  return sources_->prepare(*loaded.config.sources);
}

void Bridge::adopt(const config::Config& config) {
  missing_files_ = next_missing_files_;
  if (next_tls_) server_->set_tls(std::exchange(next_tls_, nullptr));
  server_->set_allowed_hosts(allowed_hosts(this->config().listen, config.external_url));
  gate_->sign_in().set_secure(is_secure(config));
  sources_->adopt(kGrace);
}

void Bridge::run(ServiceManager& manager) {
  auto& reloads = core_->reloads();
  const auto most = std::min(kLookAtSources, manager.alive_interval().value_or(kLookAtSources));
  manager.ready(status());
  while (reloads.turn(std::min(most, reloads.patience()))) {
    if (!reloads.busy()) sources_->retry(kGrace);
    report(manager, reloads.busy());
  }
  manager.stopping(kStopLimit);
  stop();
}

std::string Bridge::status() const {
  const auto generation = core_->in_force().generation.get();
  return fmt::format("{} rules in force, listening on {}", rules::own_rules(generation->rules()),
                     url());
}

// The watchdog is for threads that hang for good. A slow disk or a busy engine is none of its
// business: a start on the same disk would only begin with the same work again.
void Bridge::report(ServiceManager& manager, bool reloads) {
  if (server_->responds()) manager.alive();
  if (reloads == reported_reload_) return;
  reported_reload_ = reloads;
  reloads ? manager.reloading() : manager.ready(status());
}

// Stops from the inputs to the outputs: nothing new comes in, and what came in is committed,
// processed and notified. A part that hangs is left running; by then the journal is on disk, and
// the next start goes on from there.
void Bridge::stop() {
  log::info("app", "stopping");
  std::vector<StopOrder::Part> parts{
      {"sources", {}, [this] { sources_->stop(5s); }, 15s},
      {"fetches", {}, [this] { client_.stop(); }, 5s},  // whoever waits for one is answered: 503
      {"questions about the past", {}, [this] { past_->stop(); }, 15s},
      {"tests of receivers", {}, [this] { receiver_tests_->stop(); }, 15s},
      {"trials of rules", {}, [this] { trials_->stop(); }, 15s},
      {"http", [this] { server_->begin_stop(); }, [this] { server_->stop(10s); }, 15s},
  };
  for (auto& ending : core_->endings())
    parts.push_back({ending.name, std::move(ending.begin), std::move(ending.join), ending.limit});
  StopOrder order(std::move(parts));
  const auto left = order.run();
  if (left.empty()) return log::info("app", "stopped");
  log::error("app",
             "stopped without waiting for all parts; what was acknowledged is in the journal, and "
             "the next start goes on from there",
             {{"parts", fmt::format("{}", fmt::join(left, ", "))}, {"exit_code", kStopIncomplete}});
  log::finish();
  ::_exit(kStopIncomplete);
}

}  // namespace alarum::app
