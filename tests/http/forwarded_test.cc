#include "http/forwarded.h"

#include <gtest/gtest.h>

#include "config/network.h"

namespace alarum::http {
namespace {

std::string sender(std::string peer, Headers headers, bool forwarded = false) {
  Request request;
  request.peer = std::move(peer);
  request.headers = std::move(headers);
  return sender_of(
      {{*config::parse_network("10.0.0.0/8"), *config::parse_network("fd00::/8")}, forwarded},
      request);
}

TEST(Forwarded, OnlyAProxyOfOursIsBelieved) {
  EXPECT_EQ(sender("192.0.2.9", {{"X-Forwarded-For", "198.51.100.1"}}), "192.0.2.9");
  EXPECT_EQ(sender("10.0.0.1", {{"x-forwarded-for", "198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(sender("10.0.0.1", {{"Forwarded", "for=198.51.100.1"}}), "10.0.0.1")
      << "the other header is not what our proxy writes";
  Request request;
  request.peer = "10.0.0.1";
  request.headers = {{"X-Forwarded-For", "198.51.100.1"}};
  EXPECT_EQ(sender_of({}, request), "10.0.0.1");
}

TEST(Forwarded, WhatASenderWroteHimselfIsNot) {
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", "203.0.113.5, 198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", "203.0.113.5"},
                                {"X-Forwarded-For", "198.51.100.1, 10.2.2.2"}}),
            "198.51.100.1")
      << "through two proxies";
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", "10.9.9.9, 198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1, unknown"}}), "10.0.0.1");
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", ""}}), "10.0.0.1");
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", ",,"}}), "10.0.0.1");
  EXPECT_EQ(sender("10.0.0.1", {{"X-Forwarded-For", "10.1.1.1, 10.2.2.2"}}), "10.1.1.1")
      << "all of them ours: the farthest";
}

TEST(Forwarded, Rfc7239) {
  EXPECT_EQ(sender("fd00::1",
                   {{"Forwarded",
                     "for=\"[2001:db8::17]:4711\";proto=https, For=192.0.2.60;by=203.0.113.43"}},
                   true),
            "192.0.2.60");
  EXPECT_EQ(sender("fd00::1", {{"Forwarded", "proto=http; for=\"[2001:db8::17]:4711\""}}, true),
            "2001:db8::17");
  EXPECT_EQ(sender("fd00::1", {{"Forwarded", "for=192.0.2.60:80"}}, true), "192.0.2.60");
  EXPECT_EQ(sender("fd00::1", {{"Forwarded", "for=_hidden"}}, true), "fd00::1");
  EXPECT_EQ(sender("fd00::1", {{"Forwarded", "by=192.0.2.60"}}, true), "fd00::1");
  EXPECT_EQ(sender("fd00::1", {{"Forwarded", "for=[;"}}, true), "fd00::1");
}

}  // namespace
}  // namespace alarum::http
