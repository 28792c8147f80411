#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/core.h"
#include "app/load.h"
#include "app/past_questions.h"
#include "app/receiver_test.h"
#include "app/rule_trials.h"
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

/// The values of the header Host that are accepted if the daemon listens on loopback: the names of
/// loopback, and the host of `external_url`, which a proxy on this machine may pass on. Empty,
/// which accepts any, if it listens on another address.
std::vector<std::string> allowed_hosts(const config::Address& listen,
                                       const std::string& external_url);

/// The whole daemon: the Core with its threads, and everything that needs sockets (HTTP server,
/// sources, client). Owned by serve(); lives on the main thread. It stops from the inputs to the
/// outputs, so that everything that was accepted is still processed.
class Bridge {
 public:
  /// What console receivers write to. The descriptor stays open.
  struct Console {
    int descriptor = 1;
    bool colour = false;
  };
  /// Recovers, replays, opens the listening socket, and starts all threads; blocks until events are
  /// accepted. An error names what stands in the way, and nothing runs then.
  static Result<std::unique_ptr<Bridge>> start(const Settings& settings, Loaded loaded,
                                               Clock& clock, Console console);
  ~Bridge();

  /// The URL as bound: `http://127.0.0.1:9797`.
  std::string url() const { return scheme() + server_->address(); }
  /// Asks for a reload, as SIGHUP does. Any thread.
  void reload() { core_->reloads().ask(Reloads::Kind::reload, {}); }
  /// Makes run() stop the daemon, as SIGTERM does. Any thread.
  void end() { core_->reloads().close(); }
  /// Carries out reloads, starts failed sources again, and reports to the service manager, until
  /// end(); then stops all parts. If a part does not end in its time, it ends the process with exit
  /// code 1.
  void run(ServiceManager& manager);

 private:
  Bridge(const Settings& settings, Clock& clock, Console console);
  // What the core gets from this process, see Doors.
  Core::Options core_options(StartKeys keys, bool colour);
  const config::Config& config() const { return core_->in_force().config; }
  std::string scheme() const { return config().tls ? "https://" : "http://"; }
  http::Router router();
  tools::FindSilence find_silence();
  std::unique_ptr<RuleTrials> make_trials();
  std::unique_ptr<ReceiverTests> make_receiver_tests();
  // Binds the port and opens the sources; nothing is accepted yet.
  Result<void> listen();
  std::string metrics(const api::MetricsAnswers& answers);
  // Doors::prepare and Doors::adopt: the certificates, limits and sources of a reload.
  Result<void> prepare(Loaded& loaded);
  void adopt(const config::Config& config);
  std::string status() const;
  void report(ServiceManager& manager, bool reloads);
  void stop();

  const Settings settings_;
  const Console console_;
  Clock& clock_;
  PosixFileSystem files_;
  SystemRandom random_;
  deliver::MachineTransport transport_;
  std::atomic<std::uint64_t> missing_files_ = 0;  // http threads read it for the readiness page
  std::unique_ptr<Core> core_;
  std::unique_ptr<PastQuestions> past_;
  std::unique_ptr<RuleTrials> trials_;
  std::unique_ptr<ReceiverTests> receiver_tests_;
  std::uint64_t lock_inode_ = 0;  // of the data folder's lock, as it was at the start
  std::unique_ptr<http::Authenticator> gate_;
  http::Client client_;  // for URLs in messages of SMN and SNS: certificates, confirmations
  ingest::Certificates certificates_;
  ingest::Fetcher confirmations_;
  ingest::Confirmed confirmed_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<ingest::Sources> sources_;
  std::shared_ptr<const http::Tls> next_tls_;  // from prepare() to adopt()
  std::uint64_t next_missing_files_ = 0;       // from prepare() to adopt()
  bool reported_reload_ = false;               // and not yet that it has ended
};

}  // namespace alarum::app
