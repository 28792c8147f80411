#pragma once
#include <atomic>
#include <functional>

#include "base/snapshot.h"
#include "base/time.h"
#include "config/auth.h"
#include "http/router.h"

namespace alarum::http {

/// Stands before every handler and lets through who proves to be allowed (`auth` of the config,
/// which a reload replaces). A body that is signed is read whole, off the wire, before anything
/// looks into it. What a page of another site had a browser send (http/other_site.h) is refused
/// where it proves nothing that the browser would not add by itself. Behind proxies of ours the
/// sender is whom they name. Must outlive the server.
class Authenticator {
 public:
  Authenticator(const Snapshot<config::Auth>& auth, std::function<Time()> now, std::size_t body)
      : auth_(auth), now_(std::move(now)), body_(body) {}

  /// `route`: what the router found for it. `body` as it comes off the wire; `go_on` unpacks and
  /// handles it.
  asio::awaitable<Response> pass(Request& request, BodyStream& body, const Handler& go_on,
                                 const Router::Found& route);
  std::uint64_t refused() const { return refused_; }

 private:
  asio::awaitable<Response> pass_signed(const config::Credentials& demanded, Request& request,
                                        BodyStream& body, const Handler& go_on,
                                        const Router::Found& route);
  Response refuse(const config::Credentials& demanded, const Request& request, const Error& error,
                  const Router::Found& route);

  const Snapshot<config::Auth>& auth_;
  const std::function<Time()> now_;
  const std::size_t body_;  // bytes of a signed body
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace alarum::http
