// libcurl by its sockets, against a listener that takes connections and answers nobody.
#include "http/curl_multi.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

namespace alarum::http {
namespace {

using namespace std::chrono_literals;
using Tcp = boost::asio::ip::tcp;

struct Silent {
  boost::asio::io_context context;
  Tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
  }
};

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
  Silent silent;
  Transfers transfers;
  transfers.add(silent.url(), 1h);
  for (int i = 0; i < 3; ++i) {
    transfers.multi.wake();
    transfers.multi.wait(1h);
  }
  EXPECT_FALSE(transfers.multi.ended());
}

TEST(CurlMulti, ATimeOutEndsAWaitThatWouldBeLonger) {
  Silent silent;
  Transfers transfers;
  auto* easy = transfers.add(silent.url(), 50ms);
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

// More than one wait goes on with; all are closed in one moment.
TEST(CurlMulti, ManyThatEndTogetherAllEnd) {
  Silent silent;
  Transfers transfers;
  for (int i = 0; i < 200; ++i) transfers.add(silent.url(), 1h);
  std::vector<Tcp::socket> taken;
  silent.acceptor.non_blocking(true);
  while (taken.size() < 200) {
    transfers.multi.wait(1ms);
    boost::system::error_code fault;
    while (!fault) {
      auto one = silent.acceptor.accept(fault);
      if (!fault) taken.push_back(std::move(one));
    }
  }
  taken.clear();
  for (int left = 200; left > 0;) {
    transfers.multi.wait(1h);
    while (const auto ended = transfers.multi.ended()) {
      EXPECT_NE(ended->code, CURLE_OK);
      --left;
    }
  }
}

}  // namespace
}  // namespace alarum::http
