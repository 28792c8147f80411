#pragma once
#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that reads messages from standard input until its end; the daemon runs on after that.
/// At a stop, what a pipe still holds is read, for two seconds at most. Runs on `source-files`,
/// because reading a regular file may block.
class StandardInput final : public Source {
 public:
  StandardInput(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes)
      : Source(std::move(config), intake), decoder_(config_, pushes) {}
  void start(Workers& workers) override;

 private:
  http::asio::awaitable<void> run();

  const Decoder decoder_;
  HeldBytes held_;
};

}  // namespace alarum::ingest
