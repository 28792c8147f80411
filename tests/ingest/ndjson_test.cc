// Bodies of which nearly all is refused: bounded, and in turns with the others of their thread.
#include "ingest/ndjson.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <fstream>

#include "http/offload.h"
#include "ingest/json_walk.h"
#include "ingest/report.h"
#include "ingest/settle.h"
#include "tests/ingest/journals.h"

namespace alarum::ingest::ndjson_test {
namespace {

namespace asio = http::asio;

// First the one piece, then the other again and again.
class Pieces final : public http::BodyStream {
 public:
  Pieces(std::string first, std::string then, std::size_t times)
      : first_(std::move(first)), then_(std::move(then)), left_(times) {}
  asio::awaitable<Result<std::string>> read() override {
    if (!first_.empty()) co_return std::exchange(first_, {});
    if (left_ == 0) co_return std::string();
    --left_;
    co_return then_;
  }
  std::size_t left() const { return left_; }

 private:
  std::string first_, then_;
  std::size_t left_;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Ndjson : ::testing::Test {
  const std::string folder = ::testing::TempDir() + "ndjson-rejected.ndjson";
  ReadyJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  Rejects rejects{files, folder};
  SystemClock clock;
  SystemRandom random;
  Intake intake{{}, journal, current, rejects, {clock, random}};
  http::Request request;
  asio::io_context context;

  ~Ndjson() override { std::remove(folder.c_str()); }

  http::Response answer(asio::awaitable<http::Response> made) {
    http::Response out;
    asio::co_spawn(
        context, std::move(made),
        [&](const std::exception_ptr&, http::Response response) { out = std::move(response); });
    context.run();
    return out;
  }
  std::uint64_t refused() {
    std::uint64_t sum = 0;
    const auto rejected = intake.counts().snapshot()[model::Format::cloudevents].rejected;
    for (const auto& [reason, count] : rejected) sum += count;
    return sum;
  }
};

TEST_F(Ndjson, EndsAfterAHundredThousandRefusedLinesAndSaysWhatItTook) {
  const std::string good = R"({"specversion":"1.0","id":"1","source":"s","type":"t"})";
  Pieces body(good + '\n', repeated("x\n", 10'000), 400);
  const auto response = answer(take_ndjson({}, intake, request, body));
  EXPECT_EQ(response.status, 413U);
  EXPECT_TRUE(response.close);
  EXPECT_NE(response.body.find(R"("error":"too_many_items")"), std::string::npos);
  EXPECT_NE(response.body.find(R"("accepted":1)"), std::string::npos);
  EXPECT_NE(response.body.find(R"("rejected_count":100000)"), std::string::npos);
  EXPECT_LT(response.body.size(), 50'000U);
  EXPECT_GE(body.left(), 389U) << "the rest is not read";
  EXPECT_EQ(refused(), kMostItems);
  EXPECT_GE(rejects.left_out(), kMostItems - Report::kListed)
      << "a sample of them goes to the file";
}

TEST(Rejects, TheNewestAreAtHandWithTheirNumber) {
  const auto path = ::testing::TempDir() + "newest-rejected.ndjson";
  PosixFileSystem files;
  Rejects rejects(files, path);
  EXPECT_TRUE(rejects.newest().empty());
  for (std::size_t i = 1; i <= Rejects::kNewest + 1; ++i)
    rejects.add(Time(std::chrono::seconds(i)), model::Format::json, "10.0.0.1",
                {"bad_json", "wrong"}, std::string(Rejects::kNewestBody + 9, 'x'));
  const auto newest = rejects.newest();
  ASSERT_EQ(newest.size(), Rejects::kNewest);
  EXPECT_NE(newest.front().find("\"sequence\":2"), std::string::npos) << newest.front();
  EXPECT_NE(newest.back().find("\"sequence\":101"), std::string::npos) << newest.back();
  EXPECT_NE(newest.back().find('"' + std::string(Rejects::kNewestBody, 'x') + '"'),
            std::string::npos);
}

TEST(Rejects, OfAFloodKeepASampleAndItsCount) {
  const auto path = ::testing::TempDir() + "flood-rejected.ndjson";
  std::remove(path.c_str());
  {
    PosixFileSystem files;
    Rejects rejects(files, path);
    const std::string body(4000, 'x');
    for (int i = 0; i < 10'000; ++i)
      rejects.add(Time(std::chrono::seconds(1)), model::Format::json, "10.0.0.1",
                  {"bad_json", "wrong"}, body);
    EXPECT_GE(rejects.left_out(), 9800U);
    rejects.add(Time(std::chrono::seconds(2)), model::Format::json, "10.0.0.1",
                {"bad_json", "the next second"}, "");
    EXPECT_EQ(rejects.patience().count(), 0);
    EXPECT_TRUE(rejects.turn({}));
    EXPECT_GT(rejects.patience(), std::chrono::minutes(1));
    rejects.add(Time(std::chrono::seconds(3)), model::Format::json, "10.0.0.1",
                {"bad_json", "the last one"}, "");
    rejects.close();
    EXPECT_TRUE(rejects.turn({})) << "what came before is written";
    EXPECT_FALSE(rejects.turn({}));
  }
  std::ifstream file(path);
  std::string line, last, before;
  std::size_t bytes = 0, many = 0;
  while (std::getline(file, line)) bytes += line.size(), ++many, before = std::exchange(last, line);
  EXPECT_LT(bytes, Rejects::kASecond + 10'000);
  EXPECT_NE(last.find("the last one"), std::string::npos) << last;
  EXPECT_NE(before.find("the next second"), std::string::npos) << before;
  EXPECT_NE(before.find("\"left_out\":" + std::to_string(10'002 - many)), std::string::npos)
      << before;
  std::remove(path.c_str());
}

TEST_F(Ndjson, TakesAnyNumberOfGoodAndEmptyLines) {
  const std::string good = R"({"specversion":"1.0","id":"1","source":"s","type":"t"})";
  Pieces body(repeated(good + '\n', 100'100), repeated("\n", 60'000), 100);
  const auto response = answer(take_ndjson({}, intake, request, body));
  EXPECT_EQ(response.status, 200U);
  EXPECT_NE(response.body.find(R"("accepted":100100,)"), std::string::npos) << response.body;
}

TEST_F(Ndjson, ABatchOfWhichEverythingIsRefusedGivesWay) {
  std::uint64_t seen = 0, most = 0;
  const auto other = [&]() -> asio::awaitable<void> {
    while (seen < kMostItems) {
      co_await http::yield_now();
      const auto now = refused();
      most = std::max(most, now - seen);
      seen = now;
    }
  };
  std::vector<Decoded> decoded(kMostItems, Decoded(fail("bad_json", "")));
  asio::co_spawn(context, other(), asio::detached);
  const auto response =
      answer(settle(std::move(decoded), model::Format::cloudevents, intake, request, "[]", false));
  EXPECT_EQ(response.status, 400U);
  EXPECT_LE(most, 600U);
}

}  // namespace
}  // namespace alarum::ingest::ndjson_test
