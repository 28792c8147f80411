#include "http/client.h"

#include <gtest/gtest.h>

#include "tests/support/hanging_name.h"
#include "tests/support/one_answer.h"

namespace alarum::http {
namespace {

TEST(Client, TakesAWholeAnswerWhateverItsStatus) {
  OneAnswer server([](int s) {
    write_all(s,
              "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: "
              "4\r\n\r\nlate");
  });
  Client client;
  ClientRequest ask{.method = "POST",
                    .url = server.url(),
                    .headers = {"Content-Type: application/json"},
                    .body = "{}"};
  config::Http how;
  how.authorization = config::Secret("Bearer t0ken");
  ask.how = std::make_shared<const config::Http>(how);
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 503U);
  EXPECT_EQ(answer->head.header("retry-after"), "7");
  EXPECT_EQ(answer->head.peer, "127.0.0.1");
  EXPECT_EQ(answer->body, "late");
  EXPECT_TRUE(server.asked().starts_with("POST /x HTTP/1.1\r\n")) << server.asked();
  EXPECT_NE(server.asked().find("Authorization: Bearer t0ken\r\n"), std::string::npos);
}

TEST(Client, AnAnswerThatIsTooLargeIsGivenUp) {
  OneAnswer server([](int s) {
    write_all(s, "HTTP/1.1 200 OK\r\n\r\n" + std::string(4 << 20, 'x'));
    until_it_hangs_up(s);
  });
  Client client;
  ClientRequest ask{.url = server.url(), .most = 1 << 20};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "answer_too_large");
}

TEST(Client, ReadsAStreamToItsEndAndNothingOfItIsMissing) {
  std::string body;
  for (int i = 0; body.size() < (8 << 20); ++i) body += std::to_string(i) + "\n";
  OneAnswer server([&](int s) { write_all(s, "HTTP/1.1 200 OK\r\n\r\n" + body); });
  Client client;
  const auto read = [&]() -> boost::asio::awaitable<std::string> {
    ClientRequest ask{.url = server.url(), .whole = {}};
    auto download = co_await client.open(std::move(ask));
    std::string all;
    while (auto piece = co_await (*download)->read()) {
      EXPECT_LE(piece->size(), Exchange::kWindow);
      if (piece->empty()) co_return all;
      all += *piece;
    }
    co_return "broken";
  };
  EXPECT_EQ(run(read()), body);
}

TEST(Client, ASilentStreamIsCutWhenItsTimeIsOver) {
  OneAnswer server([](int s) {
    write_all(s, "HTTP/1.1 200 OK\r\n\r\nword");
    until_it_hangs_up(s);
  });
  Client client;
  ClientRequest ask{.url = server.url(), .whole = {}, .idle = std::chrono::milliseconds(50)};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "no_answer");
}

TEST(Client, WhoAskedCanBeLeftAlone) {
  auto over = std::make_shared<std::atomic<bool>>(false);
  Client client;
  OneAnswer server([&](int s) {
    *over = true;
    client.nudge();
    until_it_hangs_up(s);
  });
  ClientRequest ask{.url = server.url(), .whole = {}, .over = over};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "stopping");
}

TEST(Client, ANameThatIsNotFoundInTimeHoldsUpNobody) {
  HangingName hanging;
  Client client;
  ClientRequest ask{.url = hanging.url(), .whole = std::chrono::milliseconds(50)};
  EXPECT_FALSE(run(client.ask(std::move(ask))));
  OneAnswer server([](int s) { write_all(s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
  ClientRequest another{.url = server.url()};
  EXPECT_TRUE(run(client.ask(std::move(another))));
  EXPECT_FALSE(hanging.given_up()) << "the client waited for the name";
}

TEST(Client, NobodyThere) {
  Client client;
  ClientRequest ask{.url = "http://127.0.0.1:1/"};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "no_answer");
}

}  // namespace
}  // namespace alarum::http
