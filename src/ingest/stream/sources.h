#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/snapshot.h"
#include "config/push_ingest.h"
#include "http/client.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// All entries of the config's `sources`: starts them, replaces them at a reload, ends them. Owned
/// by the bridge. All calls come from the main thread, except faults(), each() and states(). A
/// reload calls prepare(), and adopt() once its record is on disk.
class Sources {
 public:
  /// `data`: the folder where sources store how far they came. All references must outlive this.
  Sources(Intake& intake, const Snapshot<config::PushIngest>& pushes, DataFolder data);
  ~Sources();

  /// Opens the sources of `wanted` that do not run yet, and renews the others. Nothing that runs is
  /// changed. If one cannot be opened, the error says why, and nothing is prepared. A source whose
  /// port or path is in use by one that will end is opened by adopt().
  Result<void> prepare(const std::vector<config::Source>& wanted);
  /// Starts what was prepared. Before that it ends the sources that are not wanted any more, which
  /// blocks for `grace` at most. A source that cannot be opened now is tried again by retry().
  void adopt(std::chrono::milliseconds grace);
  /// Starts again what could not be opened, or has failed since. To be called every few seconds. A
  /// source that failed goes on behind what it has committed. Blocks for `grace` at most.
  void retry(std::chrono::milliseconds grace);
  /// Ends all sources and their threads: nothing more is read, and what was read is committed if
  /// that works within `grace`. Once; blocks.
  void stop(std::chrono::milliseconds grace);

  /// What is wrong with sources, a sentence each, for readiness. Any thread.
  std::vector<std::string> faults() const;
  /// Calls `tell` for each source that runs, while holding a mutex; for the metrics. Any thread.
  void each(const std::function<void(const std::string& name, const FeedCounts&)>& tell) const;
  /// Every source that is in force, and whether it works. Any thread.
  std::map<std::string, bool> states() const;

 private:
  struct Prepared {
    std::unique_ptr<Source> source;
    bool opened = false;  ///< false: a running source has its port or path, and must end first
  };

  /// A source that is wanted but does not run, and the reason.
  struct Missing {
    config::Source config;
    std::string reason;
  };

  std::unique_ptr<Source> make(config::Source source);
  // For sources that send requests; made when the first of them asks.
  http::Client& client();
  // Opens and starts a source; on failure adds it to missing_ and returns false.
  bool begin(Prepared prepared);
  // Stops the sources and waits; those that do not end in time go to lingering_.
  void end(std::vector<std::unique_ptr<Source>> sources, std::chrono::milliseconds grace);

  Intake& intake_;
  const Snapshot<config::PushIngest>& pushes_;
  const DataFolder data_;
  // See client(). Declared before workers_, so that it outlives their threads.
  std::unique_ptr<http::Client> client_;
  Workers workers_;
  bool started_ = false, stopped_ = false;
  std::vector<config::Source> wanted_;  // the argument of the last prepare()
  std::vector<Prepared> prepared_;      // what adopt() will start
  // Guards the members below: the main thread changes them, metrics and readiness read them.
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Source>> running_;
  std::vector<Missing> missing_;
  // Sources with a coroutine that did not end in time. They are never destroyed, because the
  // coroutine refers to them.
  std::vector<std::unique_ptr<Source>> lingering_;
};

}  // namespace alarum::ingest
