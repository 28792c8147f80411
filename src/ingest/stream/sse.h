#pragma once
#include <memory>

#include "ingest/poll/redfish_catch_up.h"
#include "ingest/position_file.h"
#include "ingest/stream/decoder.h"
#include "ingest/stream/reconnect.h"
#include "ingest/stream/source.h"
#include "ingest/stream/sse_frames.h"
#include "ingest/stream/sse_position.h"

namespace alarum::ingest {

/// Reads an event stream of another server (SSE, as of WHATWG HTML §9.2; Redfish's among them),
/// connects again when it ends, and goes on after the last event that is in the journal: how far it
/// came stands in `<data>/positions/`, written after the commit. Lives on one thread of the
/// sockets; what reads a BMC's log after a gap on the disk's.
class Sse final : public Source {
 public:
  Sse(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
      const DataFolder& data, http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  /// One connection from its beginning to its end: what went wrong; nullopt: it ended.
  http::asio::awaitable<std::optional<Error>> connection(std::optional<Reconnect::Span>& asked);
  http::asio::awaitable<std::optional<Error>> read(http::Download& download);
  http::ClientRequest ask() const;
  std::optional<Error> judge(const http::AnswerHead& head, std::optional<Reconnect::Span>& asked);
  void connected(const http::AnswerHead& head);
  void take(const SseFrames::Event& event, const std::string& id,
            std::vector<model::Event>& events);
  http::asio::awaitable<bool> save();
  void missed(const std::string& what);
  http::asio::awaitable<void> look_after();

  const Decoder decoder_;
  http::Client& client_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  const PositionFile file_;
  http::asio::io_context* disk_ = nullptr;
  SsePosition position_, saved_;
  SseContinuity continuity_{"", false};
  Reconnect reconnect_;
  // Something came that the run before had not committed: until then its epoch holds
  bool past_old_ = false;
  std::string sender_, said_;  // said_: why the last connection ended
  std::uint64_t count_ = 0;    // events since the start
  std::chrono::steady_clock::time_point saved_at_{};
  // Of a BMC whose log is named; both live on the disk's thread, and learn from the stream's what
  // the two values say.
  std::optional<Bmc> bmc_;
  std::optional<RedfishCatchUp> catch_up_;
  std::atomic<bool> behind_ = false;  // something was missed, or may have been
  std::atomic<std::uint64_t> heard_ = 0;
};

}  // namespace alarum::ingest
