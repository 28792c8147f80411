#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/book_view.h"
#include "alert/sqlite_files.h"
#include "api/readiness.h"
#include "app/audit.h"
#include "app/checkpoint_writer.h"
#include "app/doors.h"
#include "app/in_force.h"
#include "app/own_alerts.h"
#include "app/reloads.h"
#include "app/storage.h"
#include "app/target_watch.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "deliver/stage.h"
#include "deliver/transport.h"
#include "engine/stage.h"
#include "ingest/intake.h"
#include "ingest/rejects.h"

namespace alarum::app {

/// What the core stands on. All of it outlives the core.
struct World {
  FileSystem& files;
  Clock& clock;
  Random& random;
  deliver::Transport& transport;
  /// How the book's files come to `files`; nullptr: SQLite opens them itself.
  alert::SqliteFiles* sqlite = nullptr;
};

/// Storage and all stages, wired once: for the daemon, which gives each a thread (start()), and for
/// a simulator, which takes their turns itself (parts()). The far end is built first. What has to
/// do with sockets is the Bridge's.
class Core {
 public:
  struct Options {
    bool colour = false;      ///< consoles
    std::string config_file;  ///< as the status page names it
    /// Of the config as it stands on disk, where it has been fitted to this machine since.
    std::optional<StartKeys> keys;
    Doors doors;
    FindCompiled compiled;  ///< see stored_generations()
    engine::Stage::Options engine = {};
    deliver::Options delivery = {};  ///< its functions are the core's
    std::chrono::milliseconds recovery_checkpoint_every = std::chrono::seconds(10);  ///< see Bounds
    std::chrono::nanoseconds audit_every = std::chrono::minutes(1), audit_first{};
    /// Sees each record once it is on disk, within the journal's turn; empty: nobody does.
    std::function<void(const std::vector<model::Record>&)> tap;
  };

  /// Opens journal and book, recovers, replays, reconciles; starts nothing. Errors: whatever stands
  /// in the way, of which a person can read what to do.
  static Result<std::unique_ptr<Core>> open(Loaded loaded, World world, Options options);
  /// Writes the start record, and has the journal adopt the rules on disk and end what it had lost
  /// the end of. Before threads and turns. After an error the core is only to be destroyed.
  Result<void> begin();

  /// A thread for each part.
  void start();

  /// A part that goes by turns.
  struct Part {
    const char* name;
    /// False: it has ended.
    std::function<bool(std::chrono::nanoseconds most)> turn;
    /// How long there is nothing to do unless something comes.
    std::function<std::chrono::nanoseconds()> patience;
  };
  /// All of them. Which has its turn when is whoever's business who calls them, one at a time.
  std::vector<Part> parts();

  /// A step of the stop: what came in is committed, worked off, notified.
  struct Ending {
    const char* name;
    std::function<void()> begin;  ///< of every step, before the first is closed; may be empty
    std::function<void()> close;  ///< does not wait
    /// The next one may be closed. Without threads: asked while all parts have their turns.
    std::function<bool()> ended;
    std::function<void()> join;       ///< waits for its thread
    std::chrono::milliseconds limit;  ///< for all of it
  };
  /// In their order. Whatever brings events has ended before, and the reloads too.
  std::vector<Ending> endings();

  InForce& in_force() { return in_force_; }
  Storage& storage() { return *storage_; }
  journal::Journal& journal() { return storage_->journal(); }
  engine::Stage& stage() { return *stage_; }
  deliver::Stage& delivery() { return *delivery_; }
  CheckpointWriter& checkpoint_writer() { return *checkpoint_writer_; }
  ingest::Intake& intake() { return *intake_; }
  ingest::Rejects& rejects() { return rejects_; }
  OwnAlerts& own_alerts() { return *own_alerts_; }
  Reloads& reloads() { return *reloads_; }
  Audit& audit() { return *audit_; }
  const api::Readiness& readiness() const { return readiness_; }
  const Doors& doors() const { return options_.doors; }
  const Options& options() const { return options_; }
  Clock& clock() { return world_.clock; }
  Random& random() { return world_.random; }

 private:
  struct Progress {
    std::uint64_t commits = 0;
    model::Offset processed = 0;
  };
  Core(Loaded loaded, World world, Options options);
  Result<void> build(const Loaded& loaded);
  void build_stages();
  engine::Stage::Ports stage_ports();
  deliver::Options delivery_options();
  Audit::Ports audit_ports();
  bool progresses(Progress& seen) const;
  void take(std::vector<model::Record> records);
  Result<tools::Balance> balance(model::Offset end, Stepped stepped);
  Result<alert::BookView*> book_view();
  void watch_targets();
  void choose_own_receivers(const std::set<std::string>& failing);
  bool worked_off() const;
  void drain();

  const World world_;
  const Options options_;
  InForce in_force_;
  ingest::Rejects rejects_;
  // These three before the journal and the engine, which answer them.
  std::unique_ptr<OwnAlerts> own_alerts_;
  std::unique_ptr<Reloads> reloads_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<CheckpointWriter> checkpoint_writer_;
  std::unique_ptr<engine::Stage> stage_;
  std::unique_ptr<deliver::Stage> delivery_;
  std::unique_ptr<ingest::Intake> intake_;
  api::Readiness readiness_;  // made before the threads that read it start
  TargetWatch target_watch_;  // the audit's
  // Who is notified of built-in alerts, as it was last recorded; the audit's.
  struct OwnChoice {
    std::shared_ptr<const OwnRoute> route;
    std::vector<std::string> names;
    bool first = true;  // by the config
  };
  OwnChoice own_choice_;
  std::atomic<bool> own_choice_lost_ = false;
  // The audit's connection to the book. It ends before the engine's: whoever is the last to close a
  // WAL brings it into the book, and a reader cannot.
  std::optional<alert::BookView> book_view_;
};

}  // namespace alarum::app
