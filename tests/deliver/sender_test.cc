// The sender against a real server on loopback.
#include "deliver/sender.h"

#include <gtest/gtest.h>

#include <mutex>

#include "http/server.h"

namespace alarum::deliver {
namespace {

struct Receiver {
  std::mutex mutex;  // guards requests
  std::vector<http::Request> requests;
  std::unique_ptr<http::Server> server;

  Receiver() {
    http::Router router;
    router.add("POST", "/{status}", [this](http::Request& request, http::BodyStream& body) -> http::asio::awaitable<http::Response> {
      (void)co_await http::read_all(body, 1 << 20);
      const std::lock_guard lock(mutex);
      requests.push_back(request);
      http::Response response;
      response.status = static_cast<unsigned>(std::stoi(request.parameters.at("status")));
      if (response.status == 503) response.headers.emplace_back("Retry-After", "7");
      if (response.status == 302) response.headers.emplace_back("Location", "/200");
      if (response.status == 201) response.body = std::string(1 << 20, 'x');
      co_return response;
    });
    http::Options options;
    options.listen = "127.0.0.1:0";
    options.threads = 1;
    server = std::move(*http::Server::open(options, std::move(router)));
    server->start();
  }
};

struct Sending {
  Receiver receiver;
  Sender sender{{}};

  Verdict send(const std::string& url) {
    Target target;
    target.url = url;
    target.authorization = "Bearer secret";
    model::Notification notification;
    notification.id = "ntf-1";
    notification.body = "{}";
    notification.sequence = 9;
    sender.start(target, notification);
    for (;;) {
      const auto ended = sender.wait(std::chrono::milliseconds(100));
      if (ended.empty()) continue;
      EXPECT_EQ(ended[0].sequence, 9u);
      return ended[0].verdict;
    }
  }
  Verdict ask(int status) { return send("http://" + receiver.server->address() + '/' + std::to_string(status)); }
};

TEST(Sender, TellsWhoItIsAndReusesItsConnection) {
  Sending sending;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sending.ask(200).kind, Verdict::Kind::delivered);
  EXPECT_EQ(sending.receiver.server->counters().connections, 1u);
  const auto& request = sending.receiver.requests.at(0);
  EXPECT_EQ(request.header("Webhook-Id"), "ntf-1");
  EXPECT_EQ(request.header("Idempotency-Key"), "ntf-1");
  EXPECT_EQ(request.header("Authorization"), "Bearer secret");
  EXPECT_EQ(request.media_type(), "application/json");
}

TEST(Sender, PassesOnRetryAfterAndFollowsNoRedirect) {
  Sending sending;
  const auto busy = sending.ask(503);
  EXPECT_EQ(busy.kind, Verdict::Kind::retry);
  EXPECT_EQ(busy.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(sending.ask(302).kind, Verdict::Kind::dead);
  EXPECT_EQ(sending.receiver.requests.size(), 2u);
}

TEST(Sender, AnEndlessAnswerIsCutAndItsStatusCounts) {
  Sending sending;
  EXPECT_EQ(sending.ask(201).kind, Verdict::Kind::delivered);
}

TEST(Sender, NobodyThereIsTriedAgainAndTheAddressIsNotTold) {
  Sending sending;
  const auto address = sending.receiver.server->address();
  sending.receiver.server.reset();
  const auto verdict = sending.send("http://" + address + "/secret-token");
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_EQ(verdict.detail.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(verdict.detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace alarum::deliver
