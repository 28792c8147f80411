#pragma once
#include <memory>

#include "ingest/poll/redfish_catch_up.h"
#include "ingest/stream/reconnect.h"
#include "ingest/stream/redfish_keeper.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Keeps the subscription of one BMC alive, which posts its events to us, says so when a test event
/// does not arrive, and reads the BMC's log for what it could not post. Lives on the disk's thread.
class RedfishSubscription final : public Source {
 public:
  RedfishSubscription(config::Source config, Intake& intake, const DataFolder& data,
                      http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  http::asio::awaitable<RedfishKeeper::News> step();
  std::chrono::milliseconds say(RedfishKeeper::News news);
  http::asio::awaitable<void> rest(std::chrono::milliseconds wait);
  void check_test();
  std::uint64_t heard();

  Bmc bmc_;
  RedfishKeeper keeper_;
  const std::string context_key_;  // as the events of the subscription have it
  RedfishCatchUp catch_up_;
  DeliveryCheck check_;
  std::uint64_t tested_from_ = 0;  // what had come before the newest question
  std::string address_;            // of the BMC, once it is listened for
  bool behind_ = false;            // something may have been missed that its log has
  Reconnect again_;
  std::optional<Reconnect::Span> asked_;  // Retry-After of the last answer
  std::string said_;
};

}  // namespace alarum::ingest
