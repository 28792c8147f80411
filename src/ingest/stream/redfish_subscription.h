#pragma once
#include <memory>

#include "http/client.h"
#include "ingest/stream/reconnect.h"
#include "ingest/stream/redfish_keeper.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Keeps the subscription of one BMC alive, which posts its events to us. Takes no events itself.
class RedfishSubscription final : public Source {
 public:
  RedfishSubscription(config::Source config, Intake& intake, http::Client& client);

  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  http::asio::awaitable<RedfishKeeper::News> step();
  std::chrono::milliseconds say(RedfishKeeper::News news);

  http::Client& client_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  RedfishKeeper keeper_;
  Reconnect again_;
  std::string said_;
};

}  // namespace alarum::ingest
