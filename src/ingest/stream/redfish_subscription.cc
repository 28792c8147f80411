#include "ingest/stream/redfish_subscription.h"


#include "base/log.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;
using News = RedfishKeeper::News;

constexpr int kMostSteps = 100;  // without a rest: a BMC that sends us in circles

}  // namespace

RedfishSubscription::RedfishSubscription(config::Source config, Intake& intake, http::Client& client)
    : Source(std::move(config), intake), client_(client), how_(std::make_shared<const config::Http>(config_.http)), keeper_(config_.destination.reveal(), config_.context) {}

void RedfishSubscription::start(Workers& workers) {
  tasks_.spawn(workers.next(), config_.name, [this] { return run(); });
}

void RedfishSubscription::stop() {
  *over_ = true;
  client_.nudge();
  Source::stop();
}

asio::awaitable<void> RedfishSubscription::run() {
  while (!feed_.stopping()) {
    auto news = News::none;
    for (int i = 0; news == News::none && i < kMostSteps && !feed_.stopping(); ++i) news = co_await step();
    if (feed_.stopping()) break;
    feed_.counts().connections = news != News::fault && news != News::none;
    co_await feed_.sleep(say(news));
  }
}

asio::awaitable<News> RedfishSubscription::step() {
  const auto wanted = keeper_.next();
  http::Ask ask;
  ask.method = wanted.method;
  ask.url = config_.url.reveal() + wanted.path;
  ask.body = wanted.body;
  ask.headers = {"Accept: application/json", "OData-Version: 4.0"};
  if (!ask.body.empty()) ask.headers.emplace_back("Content-Type: application/json");
  ask.most = 1 << 20;
  ask.how = how_;
  ask.over = over_;
  auto answer = co_await client_.ask(std::move(ask));
  if (!answer) co_return keeper_.failed(answer.error().message);
  co_return keeper_.take(answer->head.status, answer->head.header("location"), answer->body);
}

std::chrono::milliseconds RedfishSubscription::say(News news) {
  if (news == News::fault || news == News::none) {
    const auto wait = again_.wait(chance());
    const auto reason = news == News::none ? "the BMC sends us in circles" : keeper_.text();
    if (std::exchange(said_, reason) != reason) log::warn("ingest", "a subscription is not known to stand; the BMC is asked again", {{"source", config_.name}, {"reason", reason}, {"in_ms", wait.count()}});
    return wait;
  }
  again_.succeeded();
  const bool told = !std::exchange(said_, {}).empty();
  if (news == News::created) log::info("ingest", "a subscription was made", {{"source", config_.name}, {"context", config_.context}});
  else if (news == News::again) feed_.gap("the BMC had lost our subscription; it was made again. What the BMC had to say meanwhile stands in its log, if it keeps one, and was not sent");
  else if (news == News::found || told) log::info("ingest", "a subscription stands", {{"source", config_.name}, {"context", config_.context}});
  return std::chrono::duration_cast<std::chrono::milliseconds>(config_.every);
}

}  // namespace alarum::ingest
