#include "http/sessions.h"

#include <gtest/gtest.h>

namespace alarum::http::sessions_test {
namespace {

using namespace std::chrono_literals;

config::Credential of(const std::string& secret) {
  return {config::Credential::Kind::bearer, "", config::Secret(secret)};
}

TEST(Sessions, EndWhenTheyAreNotUsedAndAtTheLatestAfterAWeek) {
  Sessions sessions;
  const Time begin(100h);
  sessions.open("t1", of("a"), begin);
  ASSERT_TRUE(sessions.find("t1", begin + 11h));
  EXPECT_EQ(sessions.find("t1", begin + 11h)->end(), begin + 23h);
  EXPECT_TRUE(sessions.find("t1", begin + 22h));
  EXPECT_FALSE(sessions.find("t1", begin + 34h)) << "12 hours later";
  EXPECT_EQ(sessions.count(), 0U);
  sessions.open("t2", of("a"), begin);
  for (auto at = begin; at < begin + 168h; at += 10h) ASSERT_TRUE(sessions.find("t2", at));
  EXPECT_FALSE(sessions.find("t2", begin + 168h));
}

TEST(Sessions, AreFoundByTheWholeTokenAlone) {
  Sessions sessions;
  sessions.open("token", of("a"), Time());
  for (const auto* other : {"", "toke", "token ", "Token", "tokentoken"})
    EXPECT_FALSE(sessions.find(other, Time())) << other;
  EXPECT_EQ(sessions.find("token", Time())->credential.secret.reveal(), "a");
  sessions.close("toke");
  EXPECT_EQ(sessions.count(), 1U);
  sessions.close("token");
  EXPECT_FALSE(sessions.find("token", Time()));
}

// Whoever has one credential must not push out the others.
TEST(Sessions, AFloodOfOneCredentialEndsItsOwnOldest) {
  Sessions sessions;
  Time now(1h);
  sessions.open("kim", of("kim"), now);
  sessions.open("first", of("a"), now);
  sessions.open("second", of("a"), now);
  (void)sessions.find("first", now += 1s);  // so `second` is the one that was not used for longest
  for (int i = 0; i < 254; ++i) sessions.open("t" + std::to_string(i), of("a"), now += 1ms);
  EXPECT_EQ(sessions.count(), 1 + Sessions::kMostOfOne);
  sessions.open("one more", of("a"), now);
  EXPECT_FALSE(sessions.find("second", now));
  EXPECT_TRUE(sessions.find("first", now));
  for (int i = 0; i < 10'000; ++i) sessions.open("u" + std::to_string(i), of("a"), now += 1ms);
  EXPECT_EQ(sessions.count(), 1 + Sessions::kMostOfOne);
  EXPECT_TRUE(sessions.find("kim", now));
}

TEST(Sessions, WhatIsOverIsForgottenAtTheNextSignIn) {
  Sessions sessions;
  for (int i = 0; i < 50; ++i)
    sessions.open("t" + std::to_string(i), of(std::to_string(i)), Time(1h));
  EXPECT_EQ(sessions.count(), 50U);
  sessions.open("later", of("x"), Time(14h));
  EXPECT_EQ(sessions.count(), 1U);
}

TEST(SignInLimit, FiveMayFailAtOnceThenOneInTwelveSeconds) {
  SignInLimit limit;
  Time now(1h);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.begin("192.0.2.1", now), 0s) << i;
  EXPECT_EQ(limit.begin("192.0.2.1", now), 12s);
  EXPECT_EQ(limit.begin("192.0.2.2", now), 0s) << "another address";
  EXPECT_EQ(limit.begin("192.0.2.1", now + 7s), 5s);
  EXPECT_EQ(limit.begin("192.0.2.1", now + 12s), 0s);
  EXPECT_EQ(limit.begin("192.0.2.1", now + 12s), 12s);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.begin("192.0.2.1", now + 10min), 0s) << i;
}

TEST(SignInLimit, WhatSucceedsDoesNotCount) {
  SignInLimit limit;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(limit.begin("192.0.2.1", Time(1h)), 0s) << i;
    limit.succeeded("192.0.2.1");
  }
}

TEST(SignInLimit, ANetworkOfIPv6IsOneAddress) {
  SignInLimit limit;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(limit.begin("2001:db8:0:1::" + std::to_string(i), Time(1h)), 0s);
  EXPECT_EQ(limit.begin("2001:db8:0:1:ffff::1", Time(1h)), 12s);
  EXPECT_EQ(limit.begin("2001:db8:0:2::1", Time(1h)), 0s);
}

TEST(SignInLimit, IsBoundedAndThenAllOthersAreOne) {
  SignInLimit limit;
  const auto address = [](int i) {
    return "10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256);
  };
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(limit.begin(address(i), Time(1h)), 0s);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.begin(address(5000 + i), Time(1h)), 0s);
  EXPECT_GT(limit.begin(address(6000), Time(1h)), 0s);
  EXPECT_EQ(limit.begin(address(6000), Time(1h) + 2min), 0s) << "the others have gone by then";
}

TEST(SignInLimit, AClockThatGoesBackLocksNobodyOut) {
  SignInLimit limit;
  for (int i = 0; i < 6; ++i) (void)limit.begin("192.0.2.1", Time(100h));
  EXPECT_LE(limit.begin("192.0.2.1", Time(1h)), 12s);
}

}  // namespace
}  // namespace alarum::http::sessions_test
