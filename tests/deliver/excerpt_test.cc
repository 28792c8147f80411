#include "deliver/excerpt.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "tests/receivers/integration.h"

namespace alarum::deliver {
namespace {

config::Integration hook(const std::string& url =
                             "https://hooks.example.org/services/T00AB/B00CDEF12/"
                             "xoxbTokenTokenToken?access_token=qrs%2Ftuv99&key=k3y-of-us") {
  config::Integration how;
  how.kind = "webhook";
  how.url = config::Secret(url);
  return how;
}

TEST(Excerpt, IsTheBeginningInOneLineThatATerminalMayShow) {
  EXPECT_EQ(excerpt_of(R"({"errcode":310000,"errmsg":"sign not match"})", hook()),
            R"({"errcode":310000,"errmsg":"sign not match"})");
  EXPECT_EQ(excerpt_of("\r\n  <html>\n\t<body>no\xC2\x9B", hook()), "<html>  <body>no\\u009b");
  EXPECT_EQ(excerpt_of("\033[2J\xff\xE2\x80\xAE", hook()), "\\u001b[2J\\xff\\u202e");
  EXPECT_EQ(excerpt_of("", hook()), "");
  EXPECT_EQ(excerpt_of(" \r\n", hook()), "");
}

TEST(Excerpt, IsAtMost200BytesAndEndsWithAWholeCharacter) {
  std::string long_answer = "错误";
  while (long_answer.size() < 64 * 1024) long_answer += "错误";
  for (const auto& answer : {long_answer, 'x' + long_answer, std::string(64 * 1024, '\033'),
                             std::string(64 * 1024, '\xB4')}) {
    const auto text = excerpt_of(answer, hook());
    EXPECT_LE(text.size(), kMostExcerpt);
    EXPECT_GT(text.size(), kMostExcerpt - 10);
    EXPECT_TRUE(text.ends_with("…")) << text;
  }
}

TEST(Excerpt, WhatIsASecretOfOursIsNotInIt) {
  auto how = hook();
  how.http.authorization = config::Secret("Basic " + base64("kim:pass:word"));
  how.http.headers.emplace_back("X-Key", config::Secret("header-key"));
  how.http.proxy_url = config::Secret("http://joe:proxypass@proxy.example.org:3128");
  how.as = receivers::integration_of("pagerduty_configs: [{routing_key: R0UT1NGKEY}]").as;
  for (const std::string secret : {"xoxbTokenTokenToken", "B00CDEF12", "qrs%2Ftuv99", "qrs/tuv99",
                                   "k3y-of-us", "/services/T00AB/B00CDEF12", "kim:pass:word",
                                   "pass:word", "header-key", "proxypass", "R0UT1NGKEY"}) {
    const auto text = excerpt_of("no such hook: " + secret + ".", how);
    EXPECT_EQ(text.find(secret), std::string::npos) << text;
    EXPECT_NE(text.find("<secret>"), std::string::npos) << text;
  }
  EXPECT_EQ(excerpt_of("bad " + base64("kim:pass:word"), how), "bad <secret>");
  how.as =
      receivers::integration_of("dingtalk_configs: [{url: 'http://x', secret: 'SEC\"quoted'}]").as;
  EXPECT_EQ(excerpt_of(R"({"secret":"SEC\"quoted"})", how), R"({"secret":"<secret>"})")
      << "as JSON writes it";
}

// A secret that the cut would halve.
TEST(Excerpt, HalfASecretIsNotShownEither) {
  auto how = hook();
  how.as = receivers::integration_of("pagerduty_configs: [{routing_key: R0UT1NGKEYR0UT1NGKEY}]").as;
  const auto text =
      excerpt_of(std::string(kMostExcerpt - 13, '.') + "R0UT1NGKEYR0UT1NGKEY and more of it", how);
  EXPECT_EQ(text.find("R0UT"), std::string::npos) << text;
}

TEST(Excerpt, AProxyMayHaveAUserAlone) {
  auto how = hook("http://h/");
  how.http.proxy_url = config::Secret("http://joseph@proxy:3128");
  EXPECT_EQ(excerpt_of("no joseph", how), "no <secret>");
}

TEST(Excerpt, WordsOfThePathAreNoSecrets) {
  EXPECT_EQ(
      excerpt_of("POST /api/notifications is not allowed", hook("http://h/api/notifications")),
      "POST /api/notifications is not allowed");
}

TEST(Excerpt, APlaceIsHostAndPort) {
  EXPECT_EQ(place_of("https://h.example.org/a?b=c"), "h.example.org:443");
  EXPECT_EQ(place_of("http://h.example.org:8080/a:9"), "h.example.org:8080");
  EXPECT_EQ(place_of("http://[2001:db8::1]/a"), "[2001:db8::1]:80");
  EXPECT_EQ(place_of("https://[::1]:9"), "[::1]:9");
  EXPECT_EQ(place_of("smtp://mail.example.org"), "mail.example.org:25");
  EXPECT_EQ(place_of("smtps://mail.example.org"), "mail.example.org:465");
}

}  // namespace
}  // namespace alarum::deliver
