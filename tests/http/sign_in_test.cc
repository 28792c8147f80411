#include "http/sign_in.h"

#include <gtest/gtest.h>

#include "config/network.h"
#include "http/other_site.h"

namespace alarum::http::sign_in_test {
namespace {

using namespace std::chrono_literals;
using Kind = config::Credential::Kind;

config::Credential entry(Kind kind, const std::string& secret, std::string who = "") {
  config::Credential out{kind, "", config::Secret(secret)};
  out.who = std::move(who);
  return out;
}

config::Auth auth_of_two() {
  config::Auth auth;
  auth.admin = {entry(Kind::basic, "kim:secret", "Kim"), entry(Kind::bearer, "of-admin")};
  auth.view = {entry(Kind::bearer, "of-view", "wall")};
  return auth;
}

Request from(const std::string& peer, Headers headers = {}) {
  Request request;
  request.method = "POST", request.peer = peer, request.headers = std::move(headers);
  return request;
}

Request with_cookie(const std::string& set_cookie, const std::string& peer = "192.0.2.1") {
  return from(peer, {{"Cookie", "other=1; " + set_cookie.substr(0, set_cookie.find(';'))}});
}

std::string opened(SignIn& sign_in, const config::Auth& auth, SignIn::Way way,
                   const std::string& secret, Time now = Time(1h)) {
  std::chrono::seconds wait{};
  const auto cookie = sign_in.open(auth, from("192.0.2.1"), way, secret, now, wait);
  return cookie ? *cookie : cookie.error().reason;
}

TEST(SignIn, MakesACookieThatProvesTheCredential) {
  SignIn sign_in;
  const auto auth = auth_of_two();
  const auto cookie = opened(sign_in, auth, SignIn::Way::password, "kim:secret");
  EXPECT_TRUE(cookie.starts_with("alarum_session="));
  EXPECT_TRUE(cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict")) << cookie;
  EXPECT_EQ(cookie.find(';'), std::string("alarum_session=").size() + 64) << "256 bits";
  const auto kim = sign_in.person(auth, with_cookie(cookie), Time(1h));
  ASSERT_TRUE(kim);
  EXPECT_EQ(kim->name, "Kim");
  EXPECT_EQ(kim->right, Right::change);
  EXPECT_EQ(kim->end, Time(13h));
  const auto wall = opened(sign_in, auth, SignIn::Way::token, "of-view");
  EXPECT_EQ(sign_in.person(auth, with_cookie(wall), Time(1h))->right, Right::view);
  EXPECT_NE(wall.substr(0, 80), cookie.substr(0, 80));
}

TEST(SignIn, TakesASecretOfItsOwnKindAlone) {
  SignIn sign_in;
  const auto auth = auth_of_two();
  EXPECT_EQ(opened(sign_in, auth, SignIn::Way::token, "kim:secret"), "bad_credential");
  EXPECT_EQ(opened(sign_in, auth, SignIn::Way::password, "of-admin"), "bad_credential");
  EXPECT_EQ(opened(sign_in, auth, SignIn::Way::token, ""), "bad_credential");
  EXPECT_EQ(sign_in.sessions().count(), 0U);
}

TEST(SignIn, AfterFiveFailuresAnAddressWaits) {
  SignIn sign_in;
  const auto auth = auth_of_two();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(opened(sign_in, auth, SignIn::Way::token, "guess"), "bad_credential");
  EXPECT_EQ(opened(sign_in, auth, SignIn::Way::token, "of-admin"), "too_many_sign_ins")
      << "also with the right one: otherwise the answer would tell that it is right";
  EXPECT_TRUE(opened(sign_in, auth, SignIn::Way::token, "of-admin", Time(1h) + 12s)
                  .starts_with("alarum_session="));
}

TEST(SignIn, ASessionHasTheRightThatTheConfigGivesItsCredentialNow) {
  SignIn sign_in;
  auto auth = auth_of_two();
  const auto cookie = opened(sign_in, auth, SignIn::Way::token, "of-admin");
  auth.view->push_back(auth.admin->back());
  auth.admin->pop_back();
  EXPECT_EQ(sign_in.person(auth, with_cookie(cookie), Time(1h))->right, Right::view);
  auth.view->pop_back();
  EXPECT_FALSE(sign_in.person(auth, with_cookie(cookie), Time(1h)));
  EXPECT_EQ(sign_in.sessions().count(), 0U) << "it does not come back with the credential";
}

TEST(SignIn, NetworksOfACredentialHoldForItsSession) {
  SignIn sign_in;
  auto auth = auth_of_two();
  auth.admin->front().networks = {*config::parse_network("192.0.2.0/24")};
  const auto cookie = opened(sign_in, auth, SignIn::Way::password, "kim:secret");
  EXPECT_TRUE(sign_in.person(auth, with_cookie(cookie), Time(1h)));
  EXPECT_FALSE(sign_in.person(auth, with_cookie(cookie, "198.51.100.1"), Time(1h)));
  std::chrono::seconds wait{};
  EXPECT_FALSE(sign_in.open(auth, from("198.51.100.1"), SignIn::Way::password, "kim:secret",
                            Time(1h), wait));
}

TEST(SignIn, EndsAtASignOut) {
  SignIn sign_in;
  const auto auth = auth_of_two();
  const auto cookie = opened(sign_in, auth, SignIn::Way::token, "of-view");
  sign_in.set_secure(true);
  EXPECT_EQ(sign_in.close(with_cookie(cookie)),
            "alarum_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
  EXPECT_FALSE(sign_in.person(auth, with_cookie(cookie), Time(1h)));
}

TEST(SignIn, FindsItsCookieAmongMany) {
  const auto found = [](const std::string& header) {
    const auto request = from("", {{"Cookie", header}});
    return std::string(session_cookie(request).value_or("none"));
  };
  EXPECT_EQ(found("alarum_session=a"), "a");
  EXPECT_EQ(found("x=1; alarum_session=a; y=2"), "a");
  EXPECT_EQ(found("alarum_session=a;alarum_session=b"), "a");
  EXPECT_EQ(found("alarum_sessions=a"), "none");
  EXPECT_EQ(found("alarum_session"), "none");
  EXPECT_EQ(found(";;=;;"), "none");
  EXPECT_EQ(found(""), "none");
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += ";";
  EXPECT_EQ(found(flood + "alarum_session=a"), "a");
}

TEST(OtherSite, OfOurPageIsWhatTheBrowserSaysIs) {
  const auto ours = [](Headers headers, const char* method = "POST") {
    headers.emplace_back("Host", "alarum.example:9797");
    auto request = from("", std::move(headers));
    request.method = method;
    return is_of_our_page(request);
  };
  const std::pair<std::string, std::string> json{"Content-Type", "application/json"};
  EXPECT_TRUE(ours({json, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(ours({json, {"Sec-Fetch-Site", "same-site"}})) << "a sibling host";
  EXPECT_FALSE(ours({json, {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(ours({json, {"Sec-Fetch-Site", "none"}}));
  EXPECT_TRUE(ours({json, {"Origin", "http://alarum.example:9797"}}));
  EXPECT_FALSE(ours({json, {"Origin", "http://alarum.example"}})) << "another port";
  EXPECT_FALSE(ours({json, {"Origin", "null"}}));
  EXPECT_FALSE(ours({json, {"Origin", "alarum.example:9797"}}));
  EXPECT_FALSE(ours({json})) << "a browser says one of the two";
  EXPECT_FALSE(ours({{"Sec-Fetch-Site", "same-origin"}})) << "a form can send this";
  EXPECT_FALSE(ours({{"Content-Type", "text/plain"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(ours({{"Sec-Fetch-Site", "same-origin"}}, "DELETE"));
  EXPECT_FALSE(ours({{"Sec-Fetch-Site", "cross-site"}}, "DELETE"));
}

}  // namespace
}  // namespace alarum::http::sign_in_test
