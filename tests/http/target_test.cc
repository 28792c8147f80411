#include "http/target.h"

#include <gtest/gtest.h>

#include <string>

namespace alarum::http {
namespace {

// `authority path ?query`, or the reason why not.
std::string parsed(std::string_view text) {
  const auto target = parse_target(text);
  return target ? target->authority + ' ' + target->path + " ?" + target->query
                : target.error().reason;
}

TEST(Target, OriginFormIsDecodedOnce) {
  EXPECT_EQ(parsed("/"), " / ?");
  EXPECT_EQ(parsed("/v1/events"), " /v1/events ?");
  EXPECT_EQ(parsed("/v1/%65vents?a=%65&b=/?"), " /v1/events ?a=%65&b=/?");
  EXPECT_EQ(parsed("/v1/events/?"), " /v1/events/ ?");
  EXPECT_EQ(parsed("/a%2525"), " /a%25 ?");
  EXPECT_EQ(parsed("/%C3%A4/a.b/..c/%20"), " /\xC3\xA4/a.b/..c/  ?");
  EXPECT_EQ(parsed("/V1/EVENTS"), " /V1/EVENTS ?");
  EXPECT_EQ(parsed("/f?filter={a=\"b\"}"), " /f ?filter={a=\"b\"}");
}

TEST(Target, AbsoluteFormNamesItsHost) {
  EXPECT_EQ(parsed("HTTP://Example.ORG:80/v1/events?x"), "example.org:80 /v1/events ?x");
  EXPECT_EQ(parsed("https://[::1]:9797"), "[::1]:9797 / ?");
  EXPECT_EQ(parsed("http://localhost?x=1"), "localhost / ?x=1");
}

TEST(Target, EverythingElseIsRefused) {
  for (const auto* text : {"",
                           "*",
                           "x",
                           "xv1/events",
                           "v1/events",
                           "?x",
                           "?/v1/events",
                           "%2Fv1/events",
                           "localhost:9797",
                           "ftp://localhost/",
                           "http:/v1/events",
                           "http:///v1/events",
                           "http://",
                           "http://a@localhost/",
                           "http://localhost:x/",
                           "http://localhost:123456/",
                           "http://[::1/v1",
                           "http://[]/",
                           "javascript://localhost/",
                           "xhttp://localhost/"}) {
    EXPECT_EQ(parsed(text), "bad_target") << text;
  }
}

TEST(Target, WhatTwoReadersReadDifferentlyIsRefused) {
  for (const auto* text : {"//v1/events",
                           "/v1//events",
                           "/v1/events//",
                           "/./v1/events",
                           "/v1/../v1/events",
                           "/v1/events/..",
                           "/v1/%2e%2E/events",
                           "/v1/.%2e",
                           "/v1%2Fevents",
                           "/v1%5cevents",
                           "/v1\\events",
                           "/v1/events%00",
                           "/v1/events%0d%0a",
                           "/v1/events%7f",
                           "/v1/events%",
                           "/v1/events%6",
                           "/v1/events%zz",
                           "/v1/events%FF",
                           "/v1/events%C0%AF",
                           "/v1/events#",
                           "/v1/events?a#b",
                           "/v1/\xC3\xA4",
                           "/v1/ events",
                           "/v1/events;\"",
                           "/v1/<events>",
                           "/v1/{project_id}",
                           "/a?b c",
                           "/a?\xFF",
                           "http://localhost//v1/events"}) {
    EXPECT_EQ(parsed(text), "bad_target") << text;
  }
  EXPECT_EQ(parsed(std::string_view("/v1/events\0", 11)), "bad_target");
  EXPECT_EQ(parsed(std::string_view("/v1/events?\0", 12)), "bad_target");
}

TEST(Target, AHostIsANameOrAnAddressWithOrWithoutAPort) {
  const auto host = [](std::string_view text) {
    const auto one = host_of(text);
    return one ? *one : one.error().reason;
  };
  EXPECT_EQ(host("LocalHost:9797"), "localhost");
  EXPECT_EQ(host("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host("[::1]:80"), "[::1]");
  EXPECT_EQ(host(""), "");
  EXPECT_EQ(host("a:"), "a");
  for (const auto* text :
       {"localhost:80@evil", "a b", "a/b", "a,b", "[::1", "[::1]x", "::1", "a:80:80", "http://a"})
    EXPECT_EQ(host(text), "bad_host") << text;
}

}  // namespace
}  // namespace alarum::http
