#pragma once
#include <atomic>
#include <functional>

#include "base/snapshot.h"
#include "base/time.h"
#include "config/auth.h"
#include "http/router.h"
#include "http/sign_in.h"

namespace alarum::http {

/// Who sends a request, and what that sender may do.
struct Identity {
  enum class By : std::uint8_t {
    nothing,  ///< nobody is asked for a credential, or none was given
    request,  ///< a header, a certificate or an address
    session   ///< a cookie
  };
  By by = By::nothing;
  Right right = Right::none;
  std::string name;              ///< of the credential; may be empty
  std::optional<Time> end = {};  ///< of the session
};

/// Authenticates every request before its handler runs, by the config's `auth`. A reload replaces
/// `auth`; each request uses the one that is in force when it arrives.
///
/// Requests that a browser sent for a page of another site (http/other_site.h) are rejected with
/// 403 `other_site` if they change something and carry only what a browser adds by itself: no
/// credential, Basic, or a client certificate. Behind proxies of `auth.proxies`, Request::peer
/// becomes the address that they report (http/forwarded.h).
///
/// For routes that ask for `auth.admin` or `auth.view`, the cookie of a session (http/sign_in.h) is
/// as good as the credential that the session began with, where the request has no Authorization.
/// Then a request that changes something must be of our page (is_of_our_page()); otherwise it is
/// 403 `other_site`. Whoever may only read gets 403 `view_only` for it.
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

  // For the routes by which people sign in; any thread.
  SignIn& sign_in() { return sign_in_; }
  std::shared_ptr<const config::Auth> auth() const { return auth_.get(); }
  Time now() const { return now_(); }
  /// Who sent the request, whatever route it is for. Request::peer must be the sender's.
  Identity identity(const Request& request);
  /// Counts a failed sign-in in refused(), and logs some of them.
  void count_refusal(const Request& request, const Error& error);

 private:
  // The answer to a request that its session does not allow; nullopt: it is allowed.
  std::optional<Response> refuse(const SignIn::Person& person, const Request& request,
                                 const Router::Found& route) const;
  // For credentials that sign the body: reads all of it, then verifies off this thread if it is
  // larger than kLarge, then hands the bytes on as a BodyStream.
  asio::awaitable<Response> pass_signed(const config::Credentials& demanded, Request& request,
                                        BodyStream& body, const Handler& go_on,
                                        const Router::Found& route);
  // 403 if the sender has proved a credential that may only read.
  std::optional<Response> view_only(const Request& request, const Router::Found& route) const;
  Response refuse(const config::Credentials& demanded, const Request& request, const Error& error,
                  const Router::Found& route);

  const Snapshot<config::Auth>& auth_;
  const std::function<Time()> now_;
  const std::size_t body_;  // bytes of a signed body at most
  std::atomic<std::uint64_t> refused_ = 0;
  SignIn sign_in_;
};

}  // namespace alarum::http
