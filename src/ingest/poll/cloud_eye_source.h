#pragma once
#include <memory>
#include <optional>

#include "base/url.h"
#include "http/client.h"
#include "ingest/poll/cloud_eye.h"
#include "ingest/position_file.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that polls Cloud Eye: it does what CloudEyePoll decides (asks, signed with AK/SK;
/// commits; waits). How far it came is written to `<data>/positions/` after the commit. Runs on the
/// thread `source-files`; the requests run on `http-client`.
class CloudEyeSource final : public Source {
 public:
  CloudEyeSource(config::Source config, Intake& intake, const DataFolder& data,
                 http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  // Does one step. False: the daemon is stopping.
  http::asio::awaitable<bool> take(CloudEyePoll::Step step);
  http::asio::awaitable<void> ask(const CloudEyePoll::Ask& what);
  http::ClientRequest signed_request(const CloudEyePoll::Ask& what) const;
  // Logs and counts the notes of poll_.
  void tell();
  // Writes the place if it has moved. A failure is logged; after a restart more is asked again.
  void save();

  http::Client& client_;
  const PositionFile file_;
  const Url endpoint_;
  const std::shared_ptr<const config::Http> how_;
  // Cancels the request under way (ClientRequest::over); set by stop() on any thread.
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<CloudEyePoll> poll_;
  std::optional<Time> saved_;  // the place in the position file
};

}  // namespace alarum::ingest
