#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "base/snapshot.h"
#include "config/push_ingest.h"
#include "http/client.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// All sources beside the HTTP routes: begins them, replaces them at a reload, ends them.
class Sources {
 public:
  /// `data`: where sources keep how far they came.
  Sources(Intake& intake, const Snapshot<config::PushIngest>& pushes, DataFolder data);
  ~Sources();

  /// What is new of `wanted` is opened and waits for adopt(); nothing that runs is touched. Error:
  /// why one of them cannot be.
  Result<void> prepare(const std::vector<config::Source>& wanted);
  /// What was prepared begins; what is not wanted any more ends within `grace`.
  void adopt(std::chrono::milliseconds grace);
  /// What could not be begun, or has failed since, is begun again: to be called every few seconds,
  /// on the thread of adopt(). A source that failed goes on from what it has committed.
  void retry(std::chrono::milliseconds grace);
  /// Ends all: nothing more is read, what was read is committed, as far as that works within
  /// `grace`.
  void stop(std::chrono::milliseconds grace);

  /// What is wrong with sources, a sentence each. Any thread.
  std::vector<std::string> faults() const;
  /// Any thread.
  void each(const std::function<void(const std::string& name, const FeedCounts&)>& tell) const;

 private:
  struct Prepared {
    std::unique_ptr<Source> source;
    bool opened = false;  ///< else one that runs has its place, and must go first
  };

  /// A source that is wanted, and why it does not run.
  struct Missing {
    config::Source config;
    std::string reason;
  };

  std::unique_ptr<Source> make(config::Source source);
  bool begin(Prepared prepared);
  void end(std::vector<std::unique_ptr<Source>> sources, std::chrono::milliseconds grace);

  Intake& intake_;
  const Snapshot<config::PushIngest>& pushes_;
  const DataFolder data_;
  // Of sources that ask others; made with the first of them. Outlives the threads
  std::unique_ptr<http::Client> client_;
  Workers workers_;
  bool started_ = false, stopped_ = false;
  std::vector<config::Source> wanted_;  // of the last prepare()
  std::vector<Prepared> prepared_;      // not begun
  // Guards what follows: a reload changes it, the pages of metrics and readiness read it
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Source>> running_;
  std::vector<Missing> missing_;
  // Ended, with a task that did not end in time: kept for good
  std::vector<std::unique_ptr<Source>> lingering_;
};

}  // namespace alarum::ingest
