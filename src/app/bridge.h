#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/core.h"
#include "app/load.h"
#include "app/service_manager.h"
#include "base/random.h"
#include "deliver/machine_transport.h"
#include "http/authenticator.h"
#include "http/client.h"
#include "http/server.h"
#include "http/tls.h"
#include "ingest/push/certificates.h"
#include "ingest/push/confirmed.h"
#include "ingest/stream/sources.h"

namespace alarum::app {

/// What `Host` may say on loopback: its names, and that of `external_url`, which a proxy on this
/// machine may pass on. Empty: anything, offload.
std::vector<std::string> allowed_hosts(const config::Address& listen,
                                       const std::string& external_url);

/// The whole daemon: the core, its threads, and the doors by which the world comes in. Stopping
/// goes from the near end to the far one, so that what was taken in is worked off.
class Bridge {
 public:
  /// What console receivers write to; stays open.
  struct Console {
    int descriptor = 1;
    bool colour = false;
  };
  /// Recovers, replays, opens the listening socket, starts all threads. An error names what stands
  /// in the way.
  static Result<std::unique_ptr<Bridge>> start(const Settings& settings, Loaded loaded,
                                               Clock& clock, Console console);
  ~Bridge();

  /// `http://127.0.0.1:9797`, as bound.
  std::string url() const { return scheme() + server_->address(); }
  /// A SIGHUP; any thread.
  void reload() { core_->reloads().ask(Reloads::Kind::reload, {}); }
  /// A SIGTERM: run() drains and stops. Any thread.
  void end() { core_->reloads().close(); }
  /// Carries out reloads until the end, and reports to the service manager.
  void run(ServiceManager& manager);

 private:
  Bridge(const Settings& settings, Clock& clock, Console console);
  Core::Options core_options(StartKeys keys, bool colour);
  const config::Config& config() const { return core_->in_force().config; }
  std::string scheme() const { return config().tls ? "https://" : "http://"; }
  http::Router router();
  Result<void> listen();
  std::string metrics(const std::optional<api::EngineNumbers>& engine);
  Result<void> prepare(Loaded& loaded);
  void adopt(const config::Config& config);
  std::string status() const;
  void report(ServiceManager& manager, bool reloads);
  void stop();

  const Settings settings_;
  Clock& clock_;
  PosixFileSystem files_;
  SystemRandom random_;
  deliver::MachineTransport transport_;
  std::atomic<std::uint64_t> missing_files_ = 0;  // the readiness page reads it on HTTP threads
  std::unique_ptr<Core> core_;
  std::unique_ptr<http::Authenticator> gate_;
  http::Client client_;  // for what messages name: certificates, confirmations
  ingest::Certificates certificates_;
  ingest::Fetcher confirmations_;
  ingest::Confirmed confirmed_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<ingest::Sources> sources_;
  std::shared_ptr<const http::Tls> next_tls_;  // of a reload that is under way
  bool reported_reload_ = false;               // and not yet that it has ended
};

}  // namespace alarum::app
