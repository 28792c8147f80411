#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "config/sources.h"
#include "http/client.h"
#include "http/handler.h"

namespace alarum::ingest {

/// A BMC that a source asks (Redfish, DSP0266), with the source's credentials. Owned by the source;
/// used on one thread, `source-files`, except for over().
class Bmc {
 public:
  /// `client` must outlive this. Of the source's URL only scheme, host and port are used.
  Bmc(const config::Source& source, http::Client& client);

  /// Sends one request and waits for the whole answer, whatever its status. `most`: bytes of the
  /// answer's body. Errors: those of http::Client::ask(), for example `no_answer` and `stopping`.
  http::asio::awaitable<Result<http::Answer>> ask(std::string method, std::string path,
                                                  std::string body = {},
                                                  std::size_t most = 1 << 20);
  /// Cancels the request under way and all later ones: they end with `stopping`. Any thread.
  void over();

  /// The address that answered last. Before the first answer, and behind a proxy, it is the host of
  /// the URL.
  const std::string& address() const { return address_; }
  /// The time of the BMC's clock when ours shows `now`. It is known from the header Date (RFC 9110
  /// section 6.6.1) of the last answer; a BMC that sends none is assumed to have our time.
  Time clock(Time now) const { return now + ahead_; }

 private:
  http::Client& client_;
  std::string url_;
  const std::shared_ptr<const config::Http> how_;
  const std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
  std::string address_;
  Duration ahead_{};  // how far the BMC's clock is ahead of the daemon's
};

}  // namespace alarum::ingest
