#include "http/other_site.h"

#include <gtest/gtest.h>

namespace alarum::http {
namespace {

bool is_refused(Headers headers) {
  headers.emplace_back("Host", "Bridge:9911");
  Request request;
  request.headers = std::move(headers);
  return is_of_another_site(request);
}

TEST(OtherSite, WhatIsNoBrowserPasses) {
  EXPECT_FALSE(is_refused({}));
  EXPECT_FALSE(is_refused({{"Origin", "eventgrid.azure.net"}}))
      << "an origin of a browser has a scheme";
}

TEST(OtherSite, APageOfOurOwnPasses) {
  EXPECT_FALSE(is_refused({{"Origin", "http://bridge:9911"}}));
  EXPECT_FALSE(is_refused({{"Origin", "https://bridge:9911"}})) << "a proxy of ours speaks TLS";
  EXPECT_FALSE(is_refused({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://evil.example"}}))
      << "the browser knows best";
  EXPECT_FALSE(is_refused({{"Sec-Fetch-Site", "none"}})) << "typed by a person";
}

TEST(OtherSite, APageOfAnotherSiteDoesNot) {
  EXPECT_TRUE(is_refused({{"Origin", "http://evil.example"}}));
  EXPECT_TRUE(is_refused({{"Origin", "http://bridge"}})) << "another port is another origin";
  EXPECT_TRUE(is_refused({{"Origin", "null"}})) << "a sandboxed page, a file";
  EXPECT_TRUE(is_refused({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_TRUE(is_refused({{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_TRUE(is_refused({{"Origin", "http://evil.example"}, {"Content-Type", "Text/Plain; a=b"}}));
}

TEST(OtherSite, ABrowserAsksBeforeItSendsOtherTypesAndIsAllowedNothing) {
  EXPECT_FALSE(
      is_refused({{"Origin", "http://evil.example"}, {"Content-Type", "application/json"}}));
}

}  // namespace
}  // namespace alarum::http
