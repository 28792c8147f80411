#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <map>

#include "config/push_ingest.h"
#include "http/router.h"
#include "ingest/push/routes.h"
#include "ingest/push/signed_route.h"
#include "ingest/routes.h"
#include "ingest/settle.h"
#include "ingest/stream/feed.h"
#include "tests/ingest/journals.h"

namespace alarum::ingest::full_queue_test {
namespace {

model::Event numbered(int number) {
  const auto id = std::to_string(number);
  model::EventFields fields;
  fields.id = id, fields.source = "s", fields.type = "t";
  return model::Event(fields);
}

class Whole final : public http::BodyStream {
 public:
  explicit Whole(std::string bytes) : bytes_(std::move(bytes)) {}
  http::asio::awaitable<Result<std::string>> read() override {
    co_return std::exchange(bytes_, {});
  }

 private:
  std::string bytes_;
};

http::asio::awaitable<void> answer_to(const http::Handler& handler, http::Request& request,
                                      http::BodyStream& body, http::Response& response) {
  response = co_await handler(request, body);
}

/// A door whose journal takes nothing.
struct FullDoor {
  FullJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  const std::string path = ::testing::TempDir() + "full-queue-rejected.ndjson";
  Rejects rejects{files, path};
  SystemClock clock;
  SystemRandom random;
  Intake intake{{}, journal, current, rejects, {clock, random}};

  ~FullDoor() { std::remove(path.c_str()); }
};

TEST(FullQueue, Is503ToWhoTakes4xxToBeFinalAnd429ToWhoKnowsIt) {
  FullDoor door;
  auto& intake = door.intake;
  config::PushIngest mapped;
  mapped.json["ci"];
  mapped.sns.topics = {"arn:aws:sns:r:1:t"}, mapped.sns.raw = true;
  const Snapshot<config::PushIngest> pushes(std::make_shared<const config::PushIngest>(mapped));
  http::Router router;
  add_routes(router, {}, intake);
  add_push_routes(router, {}, pushes, intake);
  http::Client client;
  Certificates certificates(client, door.clock);
  Fetcher confirmations(client);
  Confirmed confirmed;
  add_signed_routes(router, {}, {pushes, certificates, confirmations, confirmed, intake});
  const std::string cloudevent = R"({"specversion":"1.0","id":"1","source":"s","type":"t"})";
  const std::map<std::string, std::pair<unsigned, std::string>> wanted{
      {"/v1/events", {429, cloudevent}},
      {"/V1.0/p1/events",
       {429,
        R"([{"event_name":"e","event_source":"S.B","time":1764230400000,"detail":{"event_state":"normal","event_level":"Info"}}])"}},
      {"/ingest/eventbridge",
       {429,
        R"({"id":"1","detail-type":"t","source":"s","time":"2026-11-27T10:00:00Z","detail":{}})"}},
      {"/ingest/eventgrid",
       {503,
        R"([{"id":"1","subject":"s","eventType":"t","eventTime":"2026-11-27T10:00:00Z","data":{},"dataVersion":"1","topic":"/t"}])"}},
      {"/ingest/alertmanager",
       {503,
        R"({"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-27T10:00:00Z","fingerprint":"1"}]})"}},
      {"/ingest/sns", {503, "text"}},
      {"/ingest/redfish", {503, R"({"Events":[{"MessageId":"A.1.0.B"}]})"}},
      {"/ingest/json/ci", {503, R"({"a":1})"}}};
  for (const auto& [path, one] : wanted) {
    http::Request request;
    request.method = "POST", request.path = path, request.peer = "10.0.0.1";
    request.headers = {{"Content-Type", path == "/v1/events" ? "application/cloudevents+json"
                                                             : "application/json"}};
    if (path == "/ingest/sns")
      request.headers = {{"x-amz-sns-rawdelivery", "true"},
                         {"x-amz-sns-message-id", "1"},
                         {"x-amz-sns-topic-arn", "arn:aws:sns:r:1:t"}};
    const auto found = router.find(request);
    ASSERT_TRUE(found.handler) << path;
    Whole body(one.second);
    http::Response response;
    http::asio::io_context context;
    http::asio::co_spawn(context, answer_to(*found.handler, request, body, response),
                         http::asio::detached);
    context.run();
    EXPECT_EQ(response.status, one.first) << path << ": " << response.body;
    const auto again = std::ranges::find(response.headers, "Retry-After",
                                         &std::pair<std::string, std::string>::first);
    EXPECT_TRUE(again != response.headers.end() && again->second == "1") << path;
  }
}

TEST(FullQueue, NothingIsTakenWhileTheEngineIsTooFarBehind) {
  const auto folder = ::testing::TempDir() + "full-queue-behind.ndjson";
  ReadyJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  Rejects rejects(files, folder);
  SystemClock clock;
  SystemRandom random;
  bool behind = true;
  Intake intake({.engine_behind = [&] { return behind; }}, journal, current, rejects,
                {clock, random});
  http::asio::io_context context;
  const auto refused = intake.submit({numbered(1)}, context.get_executor());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "engine_behind");
  const auto answer = failure(refused.error());
  EXPECT_EQ(answer.status, 503);
  const auto failed = [&] { return intake.counts().snapshot()[numbered(1).format()].failed; };
  EXPECT_EQ(failed(), 1U);
  EXPECT_FALSE(intake.submit({numbered(1)}, context.get_executor(), true));
  EXPECT_EQ(failed(), 1U) << "its sender comes again with it";
  EXPECT_EQ(answer.headers.back(), (std::pair<std::string, std::string>("Retry-After", "10")));
  behind = false;
  EXPECT_TRUE(intake.submit({numbered(1)}, context.get_executor()));
  std::remove(folder.c_str());
}

http::asio::awaitable<void> commit_twice(Feed& feed, std::uint64_t& tries_of_second) {
  std::vector<model::Event> one(1, numbered(1)), another(1, numbered(2));
  const auto first = co_await feed.commit(std::move(one));
  EXPECT_EQ(first.error().reason, "stopping");
  const auto before = feed.counts().held_back.load();
  const auto second = co_await feed.commit(std::move(another));
  EXPECT_EQ(second.error().reason, "stopping");
  tries_of_second = feed.counts().held_back - before;
}

// The next file, or the next connection of the same source: it must not have the time of the first
// once more.
TEST(FullQueue, ASourceThatStopsTriesForThreeSecondsInAll) {
  FullDoor door;
  Feed feed("logs", door.intake);
  feed.stop();
  std::uint64_t tries = 0;
  http::asio::io_context context;
  http::asio::co_spawn(context, commit_twice(feed, tries), http::asio::detached);
  context.run();
  EXPECT_EQ(tries, 1U);
}

// A source that is closed while its events are being matched.
TEST(FullQueue, WhoIsGoneTakesNoRoomFromOthers) {
  const auto folder = ::testing::TempDir() + "full-queue-gone.ndjson";
  ReadyJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  Rejects rejects(files, folder);
  SystemClock clock;
  SystemRandom random;
  Intake intake({.most_bytes = 1}, journal, current, rejects, {clock, random});
  http::asio::io_context context;
  http::asio::cancellation_signal closing;
  bool gone = false;
  std::vector<model::Event> events;
  for (int i = 0; i < 1000; ++i) events.push_back(numbered(i));
  const auto ended = [&](const std::exception_ptr& fault, const Intake::Outcomes&) {
    gone = fault != nullptr;
  };
  http::asio::co_spawn(context, intake.commit(std::move(events)),
                       http::asio::bind_cancellation_slot(closing.slot(), ended));
  context.poll_one();
  closing.emit(http::asio::cancellation_type::all);
  context.run();
  ASSERT_TRUE(gone);
  EXPECT_TRUE(intake.submit({numbered(1)}, context.get_executor()));
  std::remove(folder.c_str());
}

TEST(Intake, CountsHowLongEventsTookUntilTheyWereDurable) {
  const auto path = ::testing::TempDir() + "intake-times.ndjson";
  ReadyJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  Rejects rejects(files, path);
  struct SetClock final : Clock {
    Time wall() override { return {}; }
    std::chrono::nanoseconds monotonic() override { return now; }
    std::chrono::nanoseconds now = std::chrono::seconds(60);
  } clock;
  SystemRandom random;
  Intake intake({}, journal, current, rejects, {clock, random});
  http::asio::io_context context;
  const Intake::Batch since{true, std::chrono::seconds(58), {}};
  std::vector<model::Event> events;
  for (int i = 0; i < 3; ++i) events.push_back(numbered(i));
  http::asio::co_spawn(context, intake.commit(std::move(events), since), http::asio::detached);
  context.run();
  EXPECT_EQ(intake.commit_times().sum, 6) << "three events that came 2 s ago";
  std::remove(path.c_str());
}

TEST(ReasonCounts, HaveABound) {
  ReasonCounts counts;
  for (std::size_t i = 0; i < 2 * ReasonCounts::kMost; ++i) counts.add(std::to_string(i));
  counts.add("0");
  const auto all = counts.snapshot();
  EXPECT_EQ(all.size(), ReasonCounts::kMost + 1);
  EXPECT_EQ(all.at("0"), 2U);
  EXPECT_EQ(all.at("(others)"), ReasonCounts::kMost);
}

}  // namespace
}  // namespace alarum::ingest::full_queue_test
