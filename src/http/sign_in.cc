#include "http/sign_in.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/crypto.h"
#include "config/network.h"

namespace alarum::http {
namespace {

using config::Credential;

// The right that the config gives the credential, at present.
Right right_of(const config::Auth& auth, const Credential& credential) {
  const auto has = [&](const std::optional<config::Credentials>& list) {
    return list && std::ranges::find(*list, credential) != list->end();
  };
  return has(auth.admin) ? Right::change : has(auth.view) ? Right::view : Right::none;
}

bool admits(const Credential& credential, const std::string& peer) {
  return credential.networks.empty() || config::admits(credential.networks, peer);
}

// Compares with all of them, so that the time does not tell which one it was.
const Credential* find_in(const std::optional<config::Credentials>& list, Credential::Kind kind,
                          std::string_view secret, const std::string& peer) {
  const Credential* found = nullptr;
  if (!list) return found;
  for (const auto& one : *list) {
    const bool same = one.kind == kind && same_secret(one.secret.reveal(), secret);
    if (same && !found && admits(one, peer)) found = &one;
  }
  return found;
}

}  // namespace

Result<std::string> SignIn::open(const config::Auth& auth, const Request& request, Way way,
                                 std::string_view secret, Time now, std::chrono::seconds& wait) {
  wait = limit_.begin(request.peer, now);
  if (wait > wait.zero())
    return fail("too_many_sign_ins",
                fmt::format("too many sign-ins from this address have failed; try again in {} s",
                            wait.count()));
  const auto kind = way == Way::password ? Credential::Kind::basic : Credential::Kind::bearer;
  const auto* of_admin = find_in(auth.admin, kind, secret, request.peer);
  const auto* of_view = find_in(auth.view, kind, secret, request.peer);
  const auto* credential = of_admin ? of_admin : of_view;
  if (!credential)
    return fail("bad_credential",
                way == Way::password ? "the name or the password is wrong" : "the token is wrong");
  limit_.succeeded(request.peer);
  const auto token = hex(random_bytes(32));
  sessions_.open(token, *credential, now);
  return cookie(token, std::chrono::duration_cast<std::chrono::seconds>(Sessions::kLongest));
}

std::optional<SignIn::Person> SignIn::person(const config::Auth& auth, const Request& request,
                                             Time now) {
  const auto token = session_cookie(request);
  if (!token) return std::nullopt;
  const auto session = sessions_.find(*token, now);
  if (!session) return std::nullopt;
  const auto right = right_of(auth, session->credential);
  if (right == Right::none) {
    sessions_.close(*token);
    return std::nullopt;
  }
  if (!admits(session->credential, request.peer)) return std::nullopt;
  return Person{session->credential.who, right, session->end()};
}

std::string SignIn::close(const Request& request) {
  if (const auto token = session_cookie(request)) sessions_.close(*token);
  return cookie("", std::chrono::seconds(0));
}

std::string SignIn::cookie(std::string_view value, std::chrono::seconds age) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, value,
                     age.count(), secure_ ? "; Secure" : "");
}

std::optional<std::string_view> session_cookie(const Request& request) {
  auto all = request.header("cookie").value_or("");
  while (!all.empty()) {
    const auto one = trimmed(all.substr(0, all.find(';')));
    all.remove_prefix(std::min(all.find(';'), all.size() - 1) + 1);
    if (one.starts_with(SignIn::kCookie) && one.substr(SignIn::kCookie.size()).starts_with('='))
      return one.substr(SignIn::kCookie.size() + 1);
  }
  return std::nullopt;
}

}  // namespace alarum::http
