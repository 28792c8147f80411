#pragma once
#include "config/sources.h"
#include "ingest/stream/feed.h"
#include "ingest/stream/tasks.h"

namespace alarum::ingest {

/// One entry of the config's `sources`, at work. Owned by Sources. Call open(), then start(), once
/// each, then stop(). It may be destroyed when done() is true, because its coroutines refer to it.
/// All calls come from the main thread, except those marked "any thread".
class Source {
 public:
  Source(config::Source config, Intake& intake)
      : config_(std::move(config)), feed_(config_.name, intake) {}
  virtual ~Source() = default;

  /// Acquires what the source needs: binds a port, reads the position file. Nothing is read yet.
  /// The error names the thing that cannot be had.
  virtual Result<void> open(Workers&) { return {}; }
  /// Begins to read, on threads of `workers`.
  virtual void start(Workers& workers) = 0;
  /// A reload does not change this source, but files that its config names may have new content.
  /// Reads them again (certificates) without using them yet. An error rejects the reload.
  virtual Result<void> renew() { return {}; }
  /// Puts in force what renew() has read.
  virtual void use_fresh() {}
  /// Reads nothing more, and commits what was read. Returns at once; done() tells when that has
  /// happened. Any thread.
  virtual void stop() {
    feed_.stop();
    tasks_.interrupt();
  }

  /// Whether no coroutine of the source runs.
  bool done() const { return tasks_.running() == 0; }
  /// Why the source has stopped working; empty if it works. Sources::retry() then makes it again.
  /// Any thread.
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
