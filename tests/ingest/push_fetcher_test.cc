#include "ingest/push/fetcher.h"

#include <optional>

#include "tests/support/one_answer.h"

namespace alarum::ingest::push_fetcher_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // nothing passes because of it

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A text, or the reason of the error.
std::string said(const Fetcher::Text& text) {
  return text ? *text : text.error().reason;
}

/// Coroutines of one thread, begun in order.
class Asking {
 public:
  explicit Asking(Fetcher& fetcher) : fetcher_(fetcher) {}
  std::future<Fetcher::Text> get(const std::string& url,
                                 std::chrono::milliseconds within = kPatience,
                                 const std::string& ca_file = "") {
    auto how = std::make_shared<config::Http>();
    how->tls.ca_file = ca_file;
    return boost::asio::co_spawn(context_,
                                 fetcher_.get(url, how, std::chrono::steady_clock::now() + within),
                                 boost::asio::use_future);
  }
  std::string wait(std::future<Fetcher::Text>& text) {
    while (text.wait_for(0s) != std::future_status::ready && context_.run_one() > 0) {
    }
    return said(text.get());
  }
  /// Begins all that was asked for and is not begun yet.
  void begin() { context_.poll(); }
  void finish() { context_.run(); }

 private:
  Fetcher& fetcher_;
  boost::asio::io_context context_;
};

TEST(Fetcher, AllWhoWaitForAUrlGetTheOneOutcome) {
  std::promise<void> all_wait;
  OneAnswer server([&](int s) {  // takes one connection
    EXPECT_EQ(all_wait.get_future().wait_for(kPatience), std::future_status::ready);
    write_all(s, ok("pem"));
  });
  http::Client client;
  int finished = 0;
  Fetcher fetcher(client, [&](const std::string&, const std::string&, Fetcher::Text text) {
    ++finished;
    return Fetcher::Text(said(text) + "!");
  });
  Asking asking(fetcher);
  auto first = asking.get(server.url()), second = asking.get(server.url()),
       third = asking.get(server.url());
  asking.begin();
  all_wait.set_value();
  EXPECT_EQ(asking.wait(third), "pem!");
  EXPECT_EQ(asking.wait(second), "pem!");
  EXPECT_EQ(asking.wait(first), "pem!");
  EXPECT_EQ(finished, 1);
}

TEST(Fetcher, WhatHangsHoldsUpNoOther) {
  std::promise<void> answered;
  OneAnswer slow([&](int s) {
    EXPECT_EQ(answered.get_future().wait_for(kPatience), std::future_status::ready);
    write_all(s, ok("slow"));
  });
  OneAnswer fast([](int s) { write_all(s, ok("fast")); });
  http::Client client;
  Fetcher fetcher(client);
  Asking asking(fetcher);
  auto waits = asking.get(slow.url()), quick = asking.get(fast.url());
  EXPECT_EQ(asking.wait(quick), "fast");
  answered.set_value();
  EXPECT_EQ(asking.wait(waits), "slow");
}

TEST(Fetcher, NobodyWaitsLongerThanHeCan) {
  std::promise<void> given_up;
  OneAnswer slow([&](int s) {
    EXPECT_EQ(given_up.get_future().wait_for(kPatience), std::future_status::ready);
    write_all(s, ok("slow"));
  });
  Hanging nobody;
  http::Client client;
  Fetcher fetcher(client);
  Asking asking(fetcher);
  auto patient = asking.get(slow.url()), hasty = asking.get(slow.url(), 50ms),
       alone = asking.get(nobody.url(), 50ms), late = asking.get(nobody.url("2"), 0ms);
  EXPECT_EQ(asking.wait(hasty), "fetch_failed");
  EXPECT_EQ(asking.wait(alone), "fetch_failed");
  EXPECT_EQ(asking.wait(late), "fetch_failed");
  given_up.set_value();
  EXPECT_EQ(asking.wait(patient), "slow");
}

TEST(Fetcher, AnotherAuthorityIsAnotherFlight) {
  Hanging nobody;
  http::Client client;
  std::vector<std::string> vouched;
  Fetcher fetcher(client, [&](const std::string&, const std::string& ca_file, Fetcher::Text text) {
    vouched.push_back(ca_file);
    return text;
  });
  Asking asking(fetcher);
  auto one = asking.get(nobody.url(), kPatience, "a.pem"),
       other = asking.get(nobody.url(), kPatience, "b.pem");
  asking.begin();
  client.stop();
  asking.finish();
  EXPECT_EQ(vouched.size(), 2U);
}

TEST(Fetcher, OfTooManyTheLastAreSentAway) {
  Hanging nobody;
  http::Client client;
  Fetcher fetcher(client);
  Asking asking(fetcher);
  std::vector<std::future<Fetcher::Text>> flights;
  for (int i = 0; i < 32; ++i) flights.push_back(asking.get(nobody.url(std::to_string(i))));
  auto behind = asking.get(nobody.url("31")), over = asking.get(nobody.url("32"));
  EXPECT_EQ(asking.wait(over), "overloaded");
  client.stop();
  EXPECT_EQ(asking.wait(behind), "fetch_failed");
  for (auto& flight : flights) EXPECT_EQ(asking.wait(flight), "fetch_failed");
}

TEST(Fetcher, OnlyAShortAnswerThatSaysYesIsOne) {
  for (const auto& answer :
       {std::string(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        std::string("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        ok(std::string((64 << 10) + 1, 'x'))}) {
    OneAnswer server([&](int s) { write_all(s, answer); });
    http::Client client;
    Fetcher fetcher(client);
    Asking asking(fetcher);
    auto text = asking.get(server.url());
    EXPECT_EQ(asking.wait(text), "fetch_failed") << answer.substr(0, 20);
  }
}

}  // namespace
}  // namespace alarum::ingest::push_fetcher_test
