#pragma once
#include <memory>

#include "ingest/poll/redfish_catch_up.h"
#include "ingest/stream/reconnect.h"
#include "ingest/stream/redfish_keeper.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that keeps the subscription of one BMC alive (RedfishKeeper). The BMC posts its events
/// to `/ingest/redfish`; this source only asks. It warns if a test event does not arrive, and after
/// a gap it reads the BMC's log for what was not posted (RedfishCatchUp). Runs on the thread
/// `source-files`; the requests run on `http-client`.
class RedfishSubscription final : public Source {
 public:
  RedfishSubscription(config::Source config, Intake& intake, const DataFolder& data,
                      http::Client& client);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  void stop() override;

 private:
  http::asio::awaitable<void> run();
  // Sends one request of the keeper.
  http::asio::awaitable<RedfishKeeper::News> step();
  // Logs the news, and returns how long to wait before the BMC is asked again.
  std::chrono::milliseconds say(RedfishKeeper::News news);
  http::asio::awaitable<void> rest(std::chrono::milliseconds wait);
  // Logs whether the test event has arrived, once that is known.
  void check_test();
  // Pushes of this BMC that have arrived, by its context or its address.
  std::uint64_t heard();

  Bmc bmc_;
  RedfishKeeper keeper_;
  const std::string context_key_;  // the context as JSON, which events have as an extension
  RedfishCatchUp catch_up_;
  DeliveryCheck check_;
  std::uint64_t tested_from_ = 0;  // heard() before the newest request
  std::string address_;            // of the BMC, which heard() counts by
  bool behind_ = false;            // events may have been missed, so its log must be read
  Reconnect again_;
  std::optional<Reconnect::Span> asked_;  // Retry-After of the last answer
  std::string said_;                      // the last fault that was logged
};

}  // namespace alarum::ingest
