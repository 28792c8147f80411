#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/book_view.h"
#include "alert/sqlite_files.h"
#include "api/change_log.h"
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

/// The machine below the core, which the simulator replaces. All of it must outlive the core.
struct World {
  FileSystem& files;
  Clock& clock;
  Random& random;
  deliver::Transport& transport;
  /// How SQLite opens the book's files in `files`; nullptr: it opens real files by itself.
  alert::SqliteFiles* sqlite = nullptr;
};

/// Storage and all stages of the daemon, built and connected in one place. The daemon gives each
/// stage a thread (start()); the simulator takes their turns itself (parts()). It has no sockets:
/// those are in the Bridge. Lives on the main thread; the accessors return parts that have threads
/// of their own, and say themselves what may be called from where.
class Core {
 public:
  struct Options {
    bool colour = false;      ///< console receivers write colours
    std::string config_file;  ///< the name that the status page shows
    /// The start keys of the config file, if `loaded` was changed to fit this machine; otherwise
    /// they are taken from `loaded`.
    std::optional<StartKeys> keys;
    Doors doors;
    FindCompiled compiled;  ///< see stored_generations()
    engine::Stage::Options engine = {};
    deliver::Options delivery = {};  ///< its functions are replaced by the core's
    std::chrono::milliseconds recovery_checkpoint_every = std::chrono::seconds(10);  ///< see Bounds
    std::chrono::nanoseconds audit_every = std::chrono::minutes(1), audit_first{};
    /// Sees each record once it is on disk, on the journal's thread. For the simulator; may be
    /// empty.
    std::function<void(const std::vector<model::Record>&)> tap;
  };

  /// Opens journal and book, recovers, replays and reconciles; starts nothing. Blocks for as long
  /// as the replay takes. An error says what stands in the way and what a person can do.
  static Result<std::unique_ptr<Core>> open(Loaded loaded, World world, Options options);
  /// Writes the start record. Then writes a reload record if rules or routing on disk differ from
  /// those of the log, and resolves alerts whose end the journal had lost. To be called before
  /// start() and before any turn. After an error the core can only be destroyed.
  Result<void> begin();

  /// Starts a thread for each part.
  void start();

  /// A part that works in turns. Turns of one part must not overlap.
  struct Part {
    const char* name;
    /// Waits at most `most` for something to do, and does it. False once the part has ended.
    std::function<bool(std::chrono::nanoseconds most)> turn;
    /// How long turn() may wait.
    std::function<std::chrono::nanoseconds()> patience;
  };
  /// All parts, for a caller that runs them on one thread in any order.
  std::vector<Part> parts();

  /// One step of the stop. All steps together commit what came in, process it, and notify.
  struct Ending {
    const char* name;
    std::function<void()>
        begin;  ///< called for every step before the first one closes; may be empty
    std::function<void()> close;  ///< begins the end of this part; does not wait
    /// Whether the part has ended, so that the next one may close. Used without threads, while all
    /// parts have their turns.
    std::function<bool()> ended;
    std::function<void()> join;       ///< used with threads: close() and wait for the thread
    std::chrono::milliseconds limit;  ///< how long `join` may take
  };
  /// The steps in their order. Everything that brings events, and the reloads, must have ended.
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
  api::ChangeLog& changes() { return changes_; }
  const api::Readiness& readiness() const { return readiness_; }
  const Doors& doors() const { return options_.doors; }
  const Options& options() const { return options_; }
  Clock& clock() { return world_.clock; }
  Random& random() { return world_.random; }

 private:
  // What progresses() saw at its last call.
  struct Progress {
    std::uint64_t commits = 0;
    model::Offset processed = 0;
  };
  Core(Loaded loaded, World world, Options options);
  Result<void> build(const Loaded& loaded);
  // Builds the stages from the outputs to the inputs, and connects them by the ports below.
  void build_stages();
  engine::Stage::Ports stage_ports();
  deliver::Options delivery_options();
  Audit::Ports audit_ports();
  // Whether journal and engine have nothing to do, or got on since the last call. The heartbeat
  // goes out only then.
  bool progresses(Progress& seen) const;
  // On the journal's thread: hands committed records to the engine.
  void take(std::vector<model::Record> records);
  // The following four run on the audit's thread.
  Result<tools::Balance> balance(model::Offset end, Stepped stepped);
  Result<alert::BookView*> book_view();
  void watch_targets();
  void choose_own_receivers(const std::set<std::string>& failing);
  // Whether the engine has processed everything that was committed, or has given up.
  bool worked_off() const;
  // Waits for that, for 10 s at most.
  void drain();

  const World world_;
  const Options options_;
  InForce in_force_;
  ingest::Rejects rejects_;
  api::ChangeLog changes_;
  // Declared before storage_ and stage_, so that they are destroyed after them: journal and engine
  // may still answer them.
  std::unique_ptr<OwnAlerts> own_alerts_;
  std::unique_ptr<Reloads> reloads_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<CheckpointWriter> checkpoint_writer_;
  std::unique_ptr<engine::Stage> stage_;
  std::unique_ptr<deliver::Stage> delivery_;
  std::unique_ptr<ingest::Intake> intake_;
  api::Readiness readiness_;  // complete before the threads that read it start
  TargetWatch target_watch_;  // used by the audit alone
  // The receivers of built-in alerts, as last recorded; used by the audit alone.
  struct OwnChoice {
    std::shared_ptr<const OwnRoute> route;
    std::vector<std::string> names;
    bool first = true;  // no choice was recorded: the config's receiver applies
  };
  OwnChoice own_choice_;
  std::atomic<bool> own_choice_lost_ = false;
  // The audit's connection to the book. Declared last, so that it closes before the engine's: the
  // last connection that closes writes SQLite's WAL into the book, and a reader cannot do that.
  std::optional<alert::BookView> book_view_;
};

}  // namespace alarum::app
