#pragma once
#include <atomic>
#include <memory>

#include "api/routes.h"
#include "app/audit.h"
#include "app/checkpoint_writer.h"
#include "app/load.h"
#include "app/outlets.h"
#include "app/own_alerts.h"
#include "app/recovery.h"
#include "app/reload_state.h"
#include "app/target_watch.h"
#include "base/channel.h"
#include "base/snapshot.h"
#include "config/auth.h"
#include "config/pushes.h"
#include "deliver/stage.h"
#include "engine/stage.h"
#include "http/client.h"
#include "http/completion.h"
#include "http/gate.h"
#include "http/server.h"
#include "http/tls.h"
#include "ingest/intake.h"
#include "ingest/push/certificates.h"
#include "ingest/push/confirmed.h"
#include "ingest/stream/sources.h"
#include "journal/checkpoints.h"
#include "journal/segmented_log.h"
#include "tools/plan.h"

namespace alarum::app {

/// What `Host` may say on loopback: its names, and that of `external_url`, which a proxy on this machine may pass on. Empty: anything, elsewhere.
std::vector<std::string> allowed_hosts(const config::Address& listen, const std::string& external_url);

/// The whole daemon, wired. The far end is built first; stopping goes from the near end to the far one, so that what
/// was taken in is worked off.
class Bridge {
 public:
  struct Command {
    enum class Kind : std::uint8_t { stop, reload, plan, inventory };  ///< plan: what would a reload do? inventory: another one, or that of the rule files again
    Kind kind = Kind::stop;
    std::optional<http::Completion<Result<api::Page>>> done;  ///< who asked for the reload or the plan
    SentInventory inventory = std::nullopt;  ///< of Kind::inventory
  };

  /// What console receivers write to; stays open.
  struct Console {
    int descriptor = 1;
    bool colour = false;
  };
  /// Recovers, replays, opens the listening socket, starts all threads. An error names what stands in the way.
  static Result<std::unique_ptr<Bridge>> start(const Settings& settings, Loaded loaded, Clock& clock, Console console);
  ~Bridge();

  /// `http://127.0.0.1:9797`, as bound.
  std::string url() const { return scheme() + server_->address(); }
  /// What run() is to do; any thread.
  bool command(Command command);
  /// Carries out commands until one says stop, then drains and stops. Those that wait together for a reload, or for a plan, share one.
  void run();

 private:
  struct Beginning {
    Loaded loaded;
    StartKeys keys;
  };
  Bridge(const Settings& settings, Beginning beginning, Clock& clock, Console console);
  Result<void> open(const Loaded& loaded);
  Result<void> open_journal(const Loaded& loaded);
  Result<void> replay(bool had_book);
  Result<void> reconcile(const Replayed& replayed, bool had_book);
  Result<void> begin();
  engine::Stage::Ports ports();
  http::Router router();
  Result<void> listen();
  std::string scheme() const { return config_.tls ? "https://" : "http://"; }
  void serve(Command::Kind kind, std::vector<Command>& commands);
  void serve_inventories(std::vector<Command>& commands);
  Result<Loaded> read(Diagnostics& faults, const SentInventory* sent = nullptr);
  Result<api::Page> carry_out(Diagnostics& faults, std::vector<std::string>& restart, const SentInventory* sent = nullptr);
  Result<api::Page> take_inventory(const SentInventory& sent);
  Result<void> store_inventory(const SentInventory& sent);
  std::string inventory() const;
  Result<std::shared_ptr<const http::Tls>> fresh_tls(const config::Config& config) const;
  Result<api::Page> reload();
  Result<api::Page> plan();
  Result<tools::Plan> plan_for(const std::shared_ptr<const match::Generation>& next);
  void replace(const Loaded& loaded);
  Result<tools::Balance> balance();
  void watch_targets();
  Result<void> adopt(std::shared_ptr<const match::Generation> generation, const rules::InventoryText* inventory);
  struct Progress {
    std::uint64_t commits = 0;
    model::Offset processed = 0;
  };
  deliver::Options deliver_options();
  bool progresses(Progress& seen) const;
  std::string status() const;
  void show(const config::Config& config);
  http::asio::awaitable<Result<model::Offset>> post(std::vector<model::Event> events);
  bool is_behind() const;
  void work_off();
  void stop();

  const Settings settings_;
  Clock& clock_;
  const int console_;
  const bool colour_;
  const StartKeys start_keys_;         // as they are in force
  Snapshot<ReloadState> reload_state_;
  config::Config config_;              // as it was at the start; a reload replaces what it may
  Snapshot<api::Face> face_;
  Snapshot<OwnRoute> own_route_;
  Snapshot<match::Generation> current_;
  Snapshot<config::Pushes> pushes_;
  Snapshot<config::Auth> auth_;
  http::Gate gate_;
  journal::PosixFileSystem files_;
  journal::Checkpoints checkpoints_;
  ingest::Rejects rejects_;
  api::Readiness readiness_;  // made before the threads that read it start
  Channel<Command> commands_;
  Destinations destinations_;          // of the targets in force
  std::atomic<bool> stops_ = false;    // a stop waits: nothing long is begun
  std::atomic<std::uint64_t> missing_files_ = 0;  // the readiness page reads it on HTTP threads

  std::unique_ptr<OwnAlerts> own_alerts_;  // before the journal, whose writer answers it
  std::unique_ptr<journal::SegmentedLog> journal_;
  std::unique_ptr<alert::Book> book_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Ledger> ledger_;
  std::unique_ptr<CheckpointWriter> checkpoint_writer_;
  engine::Stage::Options stage_options_;  // replay() decides about the first checkpoint
  std::unique_ptr<engine::Stage> stage_;
  deliver::Stage deliver_;
  std::unique_ptr<ingest::Intake> intake_;
  http::Client client_;  // for what messages name: certificates, confirmations
  ingest::Certificates certificates_;
  ingest::Fetcher confirmations_;
  ingest::Confirmed confirmed_;
  Damage damage_;  ///< that the start found
  std::vector<std::string> missing_rules_;  ///< hashes of generations that are gone; the engine's thread, once it runs
  std::uint64_t stepped_before_ = 0;  ///< events that were processed before this process began to count
  TargetWatch target_watch_;  ///< the audit's thread
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<ingest::Sources> sources_;
};

}  // namespace alarum::app
