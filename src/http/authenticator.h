#pragma once
#include <atomic>
#include <functional>

#include "base/snapshot.h"
#include "base/time.h"
#include "config/auth.h"
#include "http/router.h"

namespace alarum::http {

/// Authenticates every request before its handler runs, by the config's `auth`. A reload replaces
/// `auth`; each request uses the one that is in force when it arrives.
///
/// Requests that a browser sent for a page of another site (http/other_site.h) are rejected with
/// 403 `other_site` if they change something and carry only what a browser adds by itself: no
/// credential, Basic, or a client certificate. Behind proxies of `auth.proxies`, Request::peer
/// becomes the address that they report (http/forwarded.h).
///
/// Owned by the bridge; must outlive the server. Any number of http threads call it at once.
class Authenticator {
 public:
  /// `now`: the wall clock, against which signed timestamps are checked. `body`: the largest signed
  /// body in bytes, because a signature can only be checked over the whole body.
  Authenticator(const Snapshot<config::Auth>& auth, std::function<Time()> now, std::size_t body)
      : auth_(auth), now_(std::move(now)), body_(body) {}

  /// The handler's answer, or 401 with a challenge, or the route's answer to an unreadable body.
  /// `route`: what the router found for the request. `body`: as it comes off the wire, before
  /// decompression. `go_on`: decompresses the body and runs the handler.
  /// Sets request.proven to the name of the credential that was proved.
  asio::awaitable<Response> pass(Request& request, BodyStream& body, const Handler& go_on,
                                 const Router::Found& route);
  /// Requests answered 401 since the start. Any thread.
  std::uint64_t refused() const { return refused_; }

 private:
  // For credentials that sign the body: reads all of it, then verifies off this thread if it is
  // larger than kLarge, then hands the bytes on as a BodyStream.
  asio::awaitable<Response> pass_signed(const config::Credentials& demanded, Request& request,
                                        BodyStream& body, const Handler& go_on,
                                        const Router::Found& route);
  Response refuse(const config::Credentials& demanded, const Request& request, const Error& error,
                  const Router::Found& route);

  const Snapshot<config::Auth>& auth_;
  const std::function<Time()> now_;
  const std::size_t body_;  // bytes of a signed body at most
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace alarum::http
