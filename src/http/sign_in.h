#pragma once
#include <atomic>
#include <string>

#include "config/auth.h"
#include "http/handler.h"
#include "http/sessions.h"

namespace alarum::http {

/// What somebody may do: `view`: read; `change`: read and change (docs/auth.md).
enum class Right : std::uint8_t { none, view, change };

/// Signs people in by a name and a password, or by a token, and knows them again by a cookie. Owned
/// by the bridge, beside the Authenticator; any number of http threads call it at once.
class SignIn {
 public:
  /// The cookie. It has no Domain, so that only the host that set it gets it back.
  static constexpr std::string_view kCookie = "alarum_session";
  enum class Way : std::uint8_t { password, token };

  struct Person {
    std::string name;  ///< Credential::who
    Right right = Right::none;
    Time end;  ///< when the session ends if it is not used any more
  };

  /// Begins a session. `secret`: `user:password`, or the token. Returns the value of Set-Cookie.
  /// Errors: `bad_credential`, `too_many_sign_ins` (with `wait` set: how long to wait).
  Result<std::string> open(const config::Auth& auth, const Request& request, Way way,
                           std::string_view secret, Time now, std::chrono::seconds& wait);
  /// Who sent the request, by its cookie; nullopt: it has none, or the session is over, or `auth`
  /// does not have its credential any more, or not for this address.
  std::optional<Person> person(const config::Auth& auth, const Request& request, Time now);
  /// Ends the session of the request, if there is one. Returns the value of Set-Cookie that deletes
  /// the cookie.
  std::string close(const Request& request);

  /// Whether browsers may send the cookie over TLS only. Any thread.
  void set_secure(bool secure) { secure_ = secure; }
  const Sessions& sessions() const { return sessions_; }

 private:
  std::string cookie(std::string_view value, std::chrono::seconds age) const;

  Sessions sessions_;
  SignInLimit limit_;
  std::atomic<bool> secure_ = false;
};

/// The value of SignIn::kCookie in the request; nullopt: there is none.
std::optional<std::string_view> session_cookie(const Request& request);

}  // namespace alarum::http
