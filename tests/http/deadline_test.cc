#include "http/deadline.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace alarum::http {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, WhatWaitsPastItsTimeIsCutOnce) {
  boost::asio::io_context context;
  int cuts = 0;
  Deadline deadline(context.get_executor(), [&] { ++cuts; });
  deadline.expires_after(1ms);
  deadline.begin();
  context.run();
  EXPECT_EQ(cuts, 1);
  EXPECT_TRUE(deadline.end());
  deadline.expires_after(1h);
  deadline.begin();
  EXPECT_FALSE(deadline.end()) << "what is waited for next has a time of its own";
}

TEST(Deadline, AnEndThatComesLaterIsWaitedForLater) {
  boost::asio::io_context context;
  int cuts = 0;
  Deadline deadline(context.get_executor(), [&] { ++cuts; });
  const auto began = std::chrono::steady_clock::now();
  deadline.expires_after(1ms);
  deadline.begin();
  deadline.end();
  deadline.expires_after(50ms);
  deadline.begin();
  context.run();
  EXPECT_EQ(cuts, 1);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
}

TEST(Deadline, AnEndThatComesSoonerIsWaitedForSooner) {
  boost::asio::io_context context;
  Deadline deadline(context.get_executor(), [&] { context.stop(); });
  deadline.expires_after(1h);
  deadline.begin();
  deadline.end();
  deadline.expires_after(1ms);
  deadline.begin();
  context.run();  // ends
  EXPECT_TRUE(deadline.end());
}

TEST(Deadline, NothingIsCutWhileNothingWaits) {
  boost::asio::io_context context;
  int cuts = 0;
  Deadline deadline(context.get_executor(), [&] { ++cuts; });
  deadline.expires_after(1ms);
  deadline.begin();
  deadline.end();
  context.run();
  EXPECT_EQ(cuts, 0);
  // Its time is over: who begins to wait for it waits no longer.
  context.restart();
  deadline.begin();
  context.run();
  EXPECT_EQ(cuts, 1);
}

TEST(Deadline, NothingWaitsForOneThatIsClosed) {
  boost::asio::io_context context;
  Deadline deadline(context.get_executor(), [] { FAIL(); });
  deadline.expires_after(1h);
  deadline.begin();
  deadline.end();
  deadline.close();
  context.run();  // ends
}

TEST(Deadline, WhoIsGoneIsNotCut) {
  boost::asio::io_context context;
  bool cut = false;
  {
    Deadline deadline(context.get_executor(), [&] { cut = true; });
    deadline.expires_after(0ms);
    deadline.begin();
  }
  context.run();
  EXPECT_FALSE(cut);
}

}  // namespace
}  // namespace alarum::http
