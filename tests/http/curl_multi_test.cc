// libcurl by its sockets, against a port that takes connections and answers nobody.
#include "http/curl_multi.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/one_answer.h"

namespace alarum::http {
namespace {

using namespace std::chrono_literals;

std::atomic<int> polls = 0;            // of this program
std::atomic<bool> nothing_is_watched;  // epoll_ctl fails as at the limit of watches

struct Transfers {
  CurlMulti multi;
  std::vector<std::unique_ptr<CURL, void (*)(CURL*)>> all;

  ~Transfers() {
    for (const auto& one : all) multi.remove(one.get());
  }
  CURL* add(const std::string& url, std::chrono::milliseconds limit) {
    all.emplace_back(curl_easy_init(), curl_easy_cleanup);
    auto* easy = all.back().get();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
    multi.add(easy);
    return easy;
  }
};

TEST(CurlMulti, AWakeEndsTheNextWaitToo) {
  Hanging hanging;
  Transfers transfers;
  transfers.add(hanging.url(), 1h);
  for (int i = 0; i < 3; ++i) {
    transfers.multi.wake();
    transfers.multi.wait(1h);
  }
  EXPECT_FALSE(transfers.multi.ended());
}

TEST(CurlMulti, ATimeOutEndsAWaitThatWouldBeLonger) {
  Hanging hanging;
  Transfers transfers;
  auto* easy = transfers.add(hanging.url(), 50ms);
  auto ended = transfers.multi.ended();
  for (; !ended; ended = transfers.multi.ended()) transfers.multi.wait(1h);
  EXPECT_EQ(ended->easy, easy);
  EXPECT_EQ(ended->code, CURLE_OPERATION_TIMEDOUT);
}

TEST(CurlMulti, WhatFailsAtOnceIsThereWithoutAWait) {
  Transfers transfers;
  transfers.add("no-such-scheme://x/", 1h);
  transfers.multi.run_due();
  const auto ended = transfers.multi.ended();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, CURLE_UNSUPPORTED_PROTOCOL);
}

// It would else be heard of only at its time-out.
TEST(CurlMulti, ATransferWhoseSocketCannotBeWatchedEndsAtOnce) {
  Hanging hanging;
  Transfers transfers;
  transfers.add(hanging.url(), 1h);
  transfers.multi.run_due();
  nothing_is_watched = true;
  auto* easy = transfers.add(hanging.url(), 1h);
  transfers.multi.run_due();
  nothing_is_watched = false;
  const auto ended = transfers.multi.ended();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->easy, easy);
  EXPECT_EQ(ended->code, CURLE_COULDNT_CONNECT);
  transfers.multi.remove(easy);
  EXPECT_FALSE(transfers.multi.ended());  // the other goes on
}

// Receivers that do not answer must not make each webhook to the others dearer.
TEST(CurlMulti, ATurnLooksAtNobodyForWhomNothingCame) {
  Hanging hanging;
  Transfers transfers;
  std::vector<int> waiting;
  for (int i = 0; i < 50; ++i) transfers.add(hanging.url(), 1h);
  transfers.multi.run_due();
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(hanging.accept());
    char byte = 0;
    while (::recv(waiting.back(), &byte, 1, MSG_DONTWAIT) != 1) transfers.multi.wait(1ms);
  }
  polls = 0;
  transfers.multi.wake();
  transfers.multi.wait(1h);
  EXPECT_LT(polls, 10);
  for (const int socket : waiting) ::close(socket);
}

}  // namespace
}  // namespace alarum::http

extern "C" int epoll_ctl(int epoll, int what, int descriptor, epoll_event* event) noexcept {
  if (alarum::http::nothing_is_watched) {
    errno = ENOSPC;
    return -1;
  }
  static const auto real =
      reinterpret_cast<int (*)(int, int, int, epoll_event*)>(dlsym(RTLD_NEXT, "epoll_ctl"));
  return real(epoll, what, descriptor, event);
}

// What libcurl looks at a socket with.
extern "C" int poll(pollfd* sockets, nfds_t count, int limit) {
  ++alarum::http::polls;
  static const auto real =
      reinterpret_cast<int (*)(pollfd*, nfds_t, int)>(dlsym(RTLD_NEXT, "poll"));
  return real(sockets, count, limit);
}
