#pragma once
#include "config/sources.h"
#include "ingest/stream/feed.h"
#include "ingest/stream/tasks.h"

namespace alarum::ingest {

/// One entry of the config's `sources`, at work. open() and start() once each, then stop();
/// destroyed when no task of it runs.
class Source {
 public:
  Source(config::Source config, Intake& intake)
      : config_(std::move(config)), feed_(config_.name, intake) {}
  virtual ~Source() = default;

  /// Takes hold of what it needs (a port, a path). Error: it cannot, naming the thing.
  virtual Result<void> open(Workers&) { return {}; }
  virtual void start(Workers& workers) = 0;
  /// A reload leaves it alone: what stands in files that the config names (certificates) is read
  /// again, and used from use_fresh() on. Error: it cannot.
  virtual Result<void> renew() { return {}; }
  virtual void use_fresh() {}
  /// Nothing more is read; what was read is committed. Any thread; does not wait.
  virtual void stop() {
    feed_.stop();
    tasks_.interrupt();
  }

  bool done() const { return tasks_.running() == 0; }
  /// Why it does not do its work any more; empty: it does. Any thread.
  std::string fault() const { return tasks_.fault(); }
  const config::Source& config() const { return config_; }
  Feed& feed() { return feed_; }
  const Feed& feed() const { return feed_; }

 protected:
  const config::Source config_;
  Feed feed_;
  Tasks tasks_;
};

}  // namespace alarum::ingest
