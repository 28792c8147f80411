#pragma once
#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Standard input: lines until its end. The daemon goes on after that.
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
