#include "api/list.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace alarum::api {
namespace {

// Numbers from 0 up to `end`, `most` at a time.
struct Numbers {
  explicit Numbers(std::size_t end_) : end(end_) {}
  asio::awaitable<Result<Portion>> portion(std::size_t most) {
    Portion out;
    largest = std::max(largest, most);
    if (broken && at >= 500) co_return fail("busy", "");
    for (; at < end && out.count < most; ++at, ++out.count)
      out.items += (out.items.empty() ? "" : ",") + std::to_string(at);
    if (at < end) out.next = "at" + std::to_string(at);
    co_return out;
  }
  std::size_t at = 0, end, largest = 0;
  bool broken = false;
};

http::Response fault(const Error& error) {
  return http::error_response(503, error.reason, "");
}

template <class T>
T run(asio::awaitable<T> work) {
  asio::io_context context;
  std::optional<T> out;
  asio::co_spawn(context, std::move(work),
                 [&](const std::exception_ptr&, T value) { out = std::move(value); });
  context.run();
  return std::move(*out);
}

http::Response answer(Numbers& numbers, std::optional<std::size_t> limit, std::string query = "") {
  http::Request request;
  request.query = std::move(query);
  return run(list(
      request, [&numbers](std::size_t most) { return numbers.portion(most); }, limit, fault));
}

std::string all_of(const http::Response& response) {
  auto text = response.body;
  while (true) {
    auto piece = run(response.more());
    if (!piece) return text + piece.error().reason;
    if (piece->empty()) return text;
    text += *piece;
  }
}

std::string numbers_to(std::size_t end) {
  std::string out = "[";
  for (std::size_t i = 0; i < end; ++i) out += (i == 0 ? "" : ",") + std::to_string(i);
  return out + "]\n";
}

TEST(List, IsOneAnswerWhereItIsShort) {
  Numbers few(3), none(0);
  const auto response = answer(few, std::nullopt);
  EXPECT_EQ(response.body, "[0,1,2]\n");
  EXPECT_FALSE(response.more);
  EXPECT_EQ(answer(none, std::nullopt).body, "[]\n");
}

TEST(List, IsSentAsItIsMadeWhereItIsLong) {
  Numbers many(50'000);
  const auto response = answer(many, std::nullopt);
  ASSERT_TRUE(response.more);
  EXPECT_LT(many.at, 20'000U) << "no more is made than is sent";
  EXPECT_EQ(all_of(response), numbers_to(50'000));
  EXPECT_LE(many.largest, kPortion);
}

TEST(List, BreaksOffRatherThanEndWhereItCannotGoOn) {
  Numbers many(50'000);
  const auto response = answer(many, std::nullopt);
  ASSERT_TRUE(response.more);
  many.broken = true;
  EXPECT_TRUE(all_of(response).ends_with("busy"));
  Numbers none(1000);
  none.at = 500, none.broken = true;
  EXPECT_EQ(answer(none, std::nullopt).status, 503U);
}

TEST(List, SaysWhatAPageLeavesOutAndWhereItGoesOn) {
  Numbers many(1000), just(10);
  const auto response = answer(many, 600, "filter=a%3Db&after=old&limit=600");
  EXPECT_EQ(response.body, numbers_to(600));
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Link");
  EXPECT_EQ(response.headers[0].second, "<?filter=a%3Db&limit=600&after=at600>; rel=\"next\"");
  EXPECT_TRUE(answer(just, 10).headers.empty());
}

}  // namespace
}  // namespace alarum::api
