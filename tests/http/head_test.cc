// What the server takes from a request's head. What it refuses is in http_test.py.
#include "http/head.h"

#include <gtest/gtest.h>

namespace alarum::http {
namespace {

Head head_of(std::string_view text) {
  return *parse_head(text);
}

TEST(Head, ItsPartsAreViewsIntoItsText) {
  const std::string text =
      "POST /v1/events?x=1 HTTP/1.1\r\nHost: a\r\ncontent-LENGTH: 012 \r\nX-Empty:\r\n\r\n";
  const auto head = head_of(text);
  EXPECT_EQ(head.text, text);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/v1/events?x=1");
  EXPECT_EQ(head.length, 12U);
  EXPECT_FALSE(head.chunked);
  ASSERT_EQ(head.fields.size(), 3U);
  EXPECT_EQ(head.fields[1], std::pair(std::string_view("content-LENGTH"), std::string_view("012")));
  EXPECT_EQ(head.fields[2].second, "");
  EXPECT_EQ(head.fields[0].first.data(), text.data() + text.find("Host"));
}

TEST(Head, ABodyInChunksHasNoLength) {
  const auto head = head_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n");
  EXPECT_TRUE(head.chunked);
  EXPECT_EQ(head.length, 0U);
}

// RFC 9112 section 9.3.
TEST(Head, WhetherTheConnectionGoesOn) {
  const auto goes_on = [](const std::string& version, const std::string& fields) {
    return head_of("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n").keep_alive;
  };
  EXPECT_TRUE(goes_on("1.1", ""));
  EXPECT_TRUE(goes_on("1.1", "Connection: keep-alive\r\n"));
  EXPECT_TRUE(goes_on("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(goes_on("1.1", "connection: Close\r\n"));
  EXPECT_FALSE(goes_on("1.1", "Connection: TE , close\r\n"));
  EXPECT_FALSE(goes_on("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(goes_on("1.0", ""));
  EXPECT_FALSE(goes_on("1.0", "Connection:\r\n"));
  EXPECT_TRUE(goes_on("1.0", "Connection: Keep-Alive\r\n"));
}

TEST(Head, WhatMayStandOnceStandsOnce) {
  for (const auto* name : {"Authorization", "content-encoding", "Content-Type"}) {
    const auto line = std::string(name) + ": x\r\n";
    EXPECT_TRUE(parse_head("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n")) << name;
    const auto twice = parse_head("GET / HTTP/1.1\r\nHost: a\r\n" + line + line + "\r\n");
    ASSERT_FALSE(twice) << name;
    EXPECT_EQ(twice.error().message,
              std::string("two ") + name + " headers: readers could take either");
  }
}

}  // namespace
}  // namespace alarum::http
