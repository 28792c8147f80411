#pragma once
#include <memory>
#include <optional>

#include "base/url.h"
#include "http/client.h"
#include "ingest/poll/cloud_eye.h"
#include "ingest/position_file.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Does what CloudEyePoll says: asks, signed with AK/SK, commits, waits. How far it came stands in
/// `<data>/positions/`, written after the commit. Lives on the disk's thread.
class CloudEyeSource final : public Source {
 public:
  CloudEyeSource(config::Source config, Intake& intake, const DataFolder& data,
                 http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  http::asio::awaitable<bool> take(CloudEyePoll::Step step);
  http::asio::awaitable<void> ask(const CloudEyePoll::Ask& what);
  http::ClientRequest signed_request(const CloudEyePoll::Ask& what) const;
  void tell();
  void save();

  http::Client& client_;
  const PositionFile file_;
  const Url endpoint_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<CloudEyePoll> poll_;
  std::optional<Time> saved_;
};

}  // namespace alarum::ingest
