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

/// A source that reads an event stream of another server (SSE, WHATWG HTML section 9.2 "Server-sent
/// events"; also Redfish's). When the stream ends it connects again and continues behind the last
/// event that is in the journal, by `Last-Event-ID`. The position is written to `<data>/positions/`
/// after the commit.
///
/// The stream is read on one thread `source-sockets`. If the source is a BMC with a log, a second
/// coroutine on `source-files` reads that log after a gap.
class Sse final : public Source {
 public:
  Sse(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
      const DataFolder& data, http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  /// One connection from its beginning to its end. The error, or nullopt if the server closed it.
  http::asio::awaitable<std::optional<Error>> connection(std::optional<Reconnect::Span>& asked);
  http::asio::awaitable<std::optional<Error>> read(http::Download& download);
  http::ClientRequest ask() const;
  // Whether the answer is an event stream. If the server does not know our Last-Event-ID any more
  // (400, 410, 412), the position is dropped, with a gap.
  std::optional<Error> judge(const http::AnswerHead& head, std::optional<Reconnect::Span>& asked);
  void connected(const http::AnswerHead& head);
  void take(const SseFrames::Event& event, const std::string& id,
            std::vector<model::Event>& events);
  // Writes the position on `source-files` and waits for it. False: the disk failed.
  http::asio::awaitable<bool> save();
  // Reports a gap and has the log read.
  void missed(const std::string& what);
  // On `source-files`: reads the BMC's log after gaps.
  http::asio::awaitable<void> look_after();

  const Decoder decoder_;
  http::Client& client_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  const PositionFile file_;
  http::asio::io_context* disk_ = nullptr;  // of `source-files`
  SsePosition position_, saved_;            // now; as on disk
  SseContinuity continuity_{"", false};
  Reconnect reconnect_;
  // An event came that no earlier run had committed. Until then the epoch of the earlier run stays
  // in use, so that events which are read again have the same ids.
  bool past_old_ = false;
  std::string sender_, said_;  // the server's address; why the last connection ended
  std::uint64_t count_ = 0;    // events since the start
  std::chrono::steady_clock::time_point saved_at_{};
  // For a BMC whose log the config names. Both are used on `source-files`; the two atomics tell
  // them what the thread of the stream has seen.
  std::optional<Bmc> bmc_;
  std::optional<RedfishCatchUp> catch_up_;
  std::atomic<bool> behind_ = false;      // events were missed, or may have been
  std::atomic<std::uint64_t> heard_ = 0;  // pieces that the stream has brought
};

}  // namespace alarum::ingest
