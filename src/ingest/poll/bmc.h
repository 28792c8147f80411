#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "config/sources.h"
#include "http/client.h"
#include "http/handler.h"

namespace alarum::ingest {

/// A BMC that is asked (Redfish), with the credentials of its source. Lives on one thread; over()
/// from any.
class Bmc {
 public:
  Bmc(const config::Source& source, http::Client& client);

  /// Error: there was no answer.
  http::asio::awaitable<Result<http::Answer>> ask(std::string method, std::string path,
                                                  std::string body = {},
                                                  std::size_t most = 1 << 20);
  /// No more is asked, and what is under way ends.
  void over();

  /// The address that answered last; behind a proxy, and before the first answer, the host of the
  /// URL.
  const std::string& address() const { return address_; }
  /// By its clock: as the last answer's Date has it; a BMC that sends none is taken to have ours.
  Time clock(Time now) const { return now + ahead_; }

 private:
  http::Client& client_;
  std::string url_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  std::string address_;
  Duration ahead_{};
};

}  // namespace alarum::ingest
