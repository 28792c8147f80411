#include "http/credentials.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "base/sdk_signature.h"

namespace alarum::http {
namespace {

using namespace std::chrono_literals;
using config::Credential;
using Kind = Credential::Kind;

const Time kNow = Time(1614265330s);

Credential one(Kind kind, const std::string& secret, const std::string& name = "") {
  return {kind, name, config::Secret(secret)};
}

Request with(const Headers& headers, const std::string& query = "") {
  Request request;
  request.headers = headers;
  request.query = query;
  return request;
}

// "yes", or the reason why not.
std::string said(const config::Credentials& credentials, const Request& request,
                 std::optional<std::string_view> body = std::nullopt, Time now = kNow) {
  const auto verdict = verify(credentials, request, body, now);
  return verdict ? "yes" : verdict.error().reason;
}

TEST(Credentials, ABearerTokenIsTheWholeToken) {
  const config::Credentials token{one(Kind::bearer, "s3cret")};
  EXPECT_EQ(said(token, with({{"authorization", "Bearer s3cret"}})), "yes");
  EXPECT_EQ(said(token, with({{"Authorization", "bearer   s3cret"}})), "yes");
  for (const auto* wrong :
       {"Bearer s3cre", "Bearer s3cret2", "Bearer S3cret", "Bearer ", "bearer s3cret "})
    EXPECT_EQ(said(token, with({{"Authorization", wrong}})), "bad_credential") << wrong;
  for (const auto* other : {"s3cret", "Basic s3cret", "Bearer", ""})
    EXPECT_EQ(said(token, with({{"Authorization", other}})), "unauthenticated") << other;
  EXPECT_EQ(said(token, with({}, "access_token=s3cret")), "unauthenticated");
}

TEST(Credentials, SayWhoseTheyAre) {
  auto kim = one(Kind::bearer, "k"), other = one(Kind::bearer, "o");
  kim.who = "kim";
  const config::Credentials both{other, kim};
  EXPECT_EQ(verify(both, with({{"Authorization", "Bearer k"}}), std::nullopt, kNow), "kim");
  EXPECT_EQ(verify(both, with({{"Authorization", "Bearer o"}}), std::nullopt, kNow), "")
      << "it has no name";
}

TEST(Credentials, BasicIsUserAndPassword) {
  const config::Credentials basic{one(Kind::basic, "Aladdin:open sesame")};
  EXPECT_EQ(said(basic, with({{"Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}})), "yes");
  EXPECT_EQ(said(basic, with({{"Authorization", "Basic " + base64("Aladdin:open")}})),
            "bad_credential");
  EXPECT_EQ(said(basic, with({{"Authorization", "Basic ???"}})), "bad_credential");
}

TEST(Credentials, AQueryTokenIsDecoded) {
  const config::Credentials token{one(Kind::query_token, "a b&c")};
  EXPECT_EQ(said(token, with({}, "x=1&access_token=a%20b%26c&y")), "yes");
  EXPECT_EQ(said(token, with({}, "access_token=a")), "bad_credential");
  EXPECT_EQ(said(token, with({}, "token=a")), "unauthenticated");
}

// The vectors of the vendor's SDK (shared/samples/aksk-signing-vectors.json), and what it sends
// beside them.
TEST(Credentials, TheSignatureOfTheVendorsSdk) {
  const config::Credentials keys{one(Kind::sdk_signature, "SecretKey", "AccessKey")};
  const auto when = *parse_rfc3339("2020-06-08T02:39:30Z");
  const std::string host = "service.endpoint.myhuaweicloud.com", body = R"({"name":"test","id":1})";
  const auto sent = [&](const std::string& authorization, const std::string& query = "size=1") {
    auto request =
        with({{"Host", host}, {"X-Sdk-Date", "20200608T023900Z"}, {"Authorization", authorization}},
             query);
    request.method = "POST", request.path = "/resources";
    return request;
  };
  const std::string right =
      "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, "
      "Signature=436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f";
  EXPECT_EQ(said(keys, sent(right), body, when), "yes");
  EXPECT_EQ(said(keys, sent(right), body, when + 14min), "yes");
  EXPECT_EQ(said(keys, sent(right), body, when + 16min), "stale_signature");
  EXPECT_EQ(said(keys, sent(right), body, when - 16min), "stale_signature");
  EXPECT_EQ(said(keys, sent(right), body + " ", when), "bad_credential");
  EXPECT_EQ(said(keys, sent(right, "size=2"), body, when), "bad_credential");
  EXPECT_EQ(said(keys, sent("SDK-HMAC-SHA256 Access=Other" + right.substr(32)), body, when),
            "bad_credential");
  EXPECT_EQ(said(keys, sent("SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host, Signature=436b"),
                 body, when),
            "bad_credential")
      << "the date must be signed";
  EXPECT_EQ(said(keys, sent("Bearer x"), body, when), "unauthenticated");
  for (const auto* broken :
       {"SDK-HMAC-SHA256 ", "SDK-HMAC-SHA256 ,,,", "SDK-HMAC-SHA256 Access=AccessKey",
        "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=;;;, Signature="})
    EXPECT_EQ(said(keys, sent(broken), body, when), "bad_credential") << broken;
  SdkRequest signs{"POST",
                   host,
                   "/resources",
                   {{"size", "1"}},
                   "20200608T023900Z",
                   body,
                   {{"content-type", "application/json"}, {"x-project-id", "p1"}}};
  auto request = sent(sdk_authorization(signs, "AccessKey", "SecretKey"));
  EXPECT_EQ(said(keys, request, body, when), "bad_credential") << "what it signed is not there";
  request.headers.emplace_back("Content-Type", " application/json ");
  request.headers.emplace_back("X-Project-Id", "p1");
  EXPECT_EQ(said(keys, request, body, when), "yes");
}

TEST(Credentials, ACertificateBearsOneOfTheNames) {
  auto any = one(Kind::certificate, ""), kim = any;
  kim.names = {"kim", "collector.example.org"};
  auto request = with({});
  EXPECT_EQ(said({any}, request), "unauthenticated");
  EXPECT_EQ(said({kim}, request), "unauthenticated");
  const auto shows = [&](std::vector<std::string> names) {
    request.certificate = std::make_shared<const std::vector<std::string>>(std::move(names));
  };
  shows({});
  EXPECT_EQ(said({any}, request), "yes");
  EXPECT_EQ(said({kim}, request), "bad_credential");
  shows({"other", "collector.example.org"});
  EXPECT_EQ(said({kim}, request), "yes");
  shows({"collector.example.org.evil"});
  EXPECT_EQ(said({kim}, request), "bad_credential");
  kim.networks = {*IpBlock::parse("10.0.0.0/8")};
  shows({"kim"});
  EXPECT_EQ(said({kim}, request), "bad_credential");
  request.peer = "10.1.2.3";
  EXPECT_EQ(said({kim}, request), "yes");
}

TEST(Credentials, ANetworkAloneOrBesideAKey) {
  auto inside = one(Kind::network, "");
  auto both = one(Kind::bearer, "k");
  inside.networks = both.networks = {*IpBlock::parse("10.0.0.0/8")};
  auto request = with({{"Authorization", "Bearer k"}});
  for (const auto* far : {"11.0.0.1", "::1", "", "unknown"}) {
    request.peer = far;
    EXPECT_EQ(said({inside}, request), "bad_credential") << far;
    EXPECT_EQ(said({both}, request), "bad_credential") << far;
    EXPECT_EQ(said({both, one(Kind::bearer, "k")}, request), "yes") << far;
  }
  request.peer = "10.1.2.3";
  EXPECT_EQ(said({inside}, request), "yes");
  EXPECT_EQ(said({both}, request), "yes");
  request.headers.clear();
  EXPECT_EQ(said({both}, request), "unauthenticated");
}

TEST(Credentials, AHeaderOfItsOwn) {
  const config::Credentials header{one(Kind::header, "v", "X-Smn-Key")};
  EXPECT_EQ(said(header, with({{"x-smn-key", "v"}})), "yes");
  EXPECT_EQ(said(header, with({{"x-smn-key", "w"}})), "bad_credential");
}

TEST(Credentials, AnyOfSeveralWillDoSoThatKeysCanBeChanged) {
  const config::Credentials both{one(Kind::bearer, "old"), one(Kind::bearer, "new"),
                                 one(Kind::query_token, "q")};
  EXPECT_EQ(said(both, with({{"Authorization", "Bearer old"}})), "yes");
  EXPECT_EQ(said(both, with({{"Authorization", "Bearer new"}})), "yes");
  EXPECT_EQ(said(both, with({{"Authorization", "Bearer x"}}, "access_token=q")), "yes");
  EXPECT_EQ(said(both, with({{"Authorization", "Bearer x"}})), "bad_credential");
}

// GitHub's documented example.
TEST(Credentials, GithubSignsTheBody) {
  const config::Credentials github{one(Kind::github, "It's a Secret to Everybody")};
  const auto request =
      with({{"X-Hub-Signature-256",
             "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}});
  EXPECT_TRUE(needs_body(github));
  EXPECT_EQ(said(github, request), "unauthenticated");
  EXPECT_EQ(said(github, request, "Hello, World!"), "yes");
  EXPECT_EQ(said(github, request, "Hello, World?"), "bad_credential");
  EXPECT_EQ(said(github, with({}), "Hello, World!"), "unauthenticated");
  const config::Credentials gitea{
      one(Kind::github, "It's a Secret to Everybody", "X-Gitea-Signature")};
  EXPECT_EQ(said(gitea,
                 with({{"X-Gitea-Signature",
                        "757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"}}),
                 "Hello, World!"),
            "yes");
}

// The vector of the Standard Webhooks libraries, and their list of cases.
TEST(Credentials, StandardWebhooksSignsIdTimeAndBody) {
  const config::Credentials standard{
      one(Kind::standard_webhooks, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
  const std::string good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                    body = R"({"test": 2432232314})";
  const auto request = [](const std::string& signature, const std::string& time = "1614265330") {
    return with({{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                 {"webhook-timestamp", time},
                 {"webhook-signature", signature}});
  };
  EXPECT_EQ(said(standard, request(good), body), "yes");
  EXPECT_EQ(said(standard, request("v2,x v1,AAAA " + good + " v1a,b"), body), "yes");
  EXPECT_EQ(said(standard, request(good), body + " "), "bad_credential");
  EXPECT_EQ(said(standard, request(good, "1614265331"), body), "bad_credential");
  for (const auto* wrong :
       {"", "v1,", "v1,g0hM9SsE", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="})
    EXPECT_EQ(said(standard, request(wrong), body), "bad_credential") << wrong;
  EXPECT_EQ(said(standard, request(good), body, kNow + 5min), "yes");
  EXPECT_EQ(said(standard, request(good), body, kNow + 301s), "stale_signature");
  EXPECT_EQ(said(standard, request(good), body, kNow - 301s), "stale_signature");
  EXPECT_EQ(said(standard, with({{"webhook-id", "a"}, {"webhook-signature", good}}), body),
            "unauthenticated");
}

TEST(Credentials, ARouteOfItsOwnStandsInPlaceOfIngest) {
  config::Auth auth;
  auth.ingest = {one(Kind::bearer, "i")};
  auth.admin = {one(Kind::bearer, "a")};
  auth.routes["/ingest/json/ci"] = {one(Kind::github, "g")};
  auth.routes["/ingest/sns"] = {one(Kind::query_token, "m")};
  auth.routes["/V1.0"] = {one(Kind::header, "h", "X-Auth-Token")};
  const auto first = [&](Access access, const std::string& path) {
    config::Credentials either;
    const auto* list = demanded(auth, access, path, either);
    return list ? list->front().secret.reveal() + std::to_string(list->size()) : "none";
  };
  EXPECT_EQ(first(Access::ingest, "/v1/events"), "i1");
  EXPECT_EQ(first(Access::ingest, "/V1.0/p/events"), "h1");
  EXPECT_EQ(first(Access::ingest, "/ingest/json/ci"), "g1");
  EXPECT_EQ(first(Access::ingest, "/ingest/json/other"), "i1");
  EXPECT_EQ(first(Access::message, "/ingest/smn"), "none");
  EXPECT_EQ(first(Access::message, "/ingest/sns"), "m1");
  EXPECT_EQ(first(Access::either, "/api/v2/alerts"), "a2");
  EXPECT_EQ(first(Access::view, "/metrics"), "a1");
  auth.view = {one(Kind::bearer, "v")};
  EXPECT_EQ(first(Access::view, "/metrics"), "a2") << "those of admin, and those of view";
  EXPECT_EQ(first(Access::admin, "/-/reload"), "a1");
  // The path opens nothing: whatever it is, the access of its route decides.
  for (const auto* path : {"", "/", "v1/events", "/-/ready", "/ingest/smn", "/api/v2/alerts"}) {
    EXPECT_EQ(first(Access::admin, path), "a1") << path;
    EXPECT_EQ(first(Access::ingest, path), "i1") << path;
    EXPECT_EQ(first(Access::open, path), "none") << path;
  }
}

TEST(Credentials, TheAnswerSaysWhichSchemesWouldDo) {
  const Error error{"unauthenticated", "x"};
  EXPECT_EQ(unauthenticated({one(Kind::bearer, "")}, error).headers.at(0).second,
            "Bearer realm=\"alarum\"");
  EXPECT_TRUE(
      unauthenticated({one(Kind::basic, "")}, error).headers.at(0).second.starts_with("Basic"));
  const auto to_a_script = unauthenticated({one(Kind::basic, "")}, error, true);
  EXPECT_EQ(to_a_script.headers.at(0).second, "Bearer realm=\"alarum\"");
  EXPECT_EQ(to_a_script.headers.size(), 1U);
}

}  // namespace
}  // namespace alarum::http
