#include "ingest/stream/redfish_subscription.h"

#include "base/json.h"
#include "base/log.h"
#include "base/url.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;
using News = RedfishKeeper::News;

DeliveryCheck::Moment steady_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

constexpr int kMostSteps = 100;  // without a rest: a BMC that sends us in circles

}  // namespace

RedfishSubscription::RedfishSubscription(config::Source config, Intake& intake,
                                         const DataFolder& data, http::Client& client)
    : Source(std::move(config), intake),
      bmc_(config_, client),
      keeper_(config_.destination.reveal(), config_.context),
      context_key_(json_quote(config_.context)),
      catch_up_(config_, feed_, bmc_, data) {}

Result<void> RedfishSubscription::open(Workers&) {
  return catch_up_.open();
}

void RedfishSubscription::start(Workers& workers) {
  behind_ = catch_up_.has_place();  // we were away
  feed_.heard().listen_for(context_key_);
  tasks_.keep(workers.disk(), config_.name, [this] { return run(); });
}

void RedfishSubscription::stop() {
  bmc_.over();
  Source::stop();
}

asio::awaitable<void> RedfishSubscription::run() {
  while (!feed_.stopping()) {
    auto news = News::none;
    for (int i = 0; news == News::none && i < kMostSteps && !feed_.stopping(); ++i)
      news = co_await step();
    if (feed_.stopping()) break;
    const bool stands = news != News::fault && news != News::none;
    feed_.counts().connections = stands;
    const auto wait = say(news);
    if (stands && behind_) behind_ = !co_await catch_up_.read();
    if (stands && !behind_) catch_up_.good();
    co_await rest(wait);
  }
}

asio::awaitable<News> RedfishSubscription::step() {
  auto wanted = keeper_.next(feed_.now());
  if (address_ != bmc_.address()) feed_.heard().listen_for(address_ = bmc_.address());
  tested_from_ = heard();  // a test event may come before the answer to it
  const auto answer =
      co_await bmc_.ask(std::move(wanted.method), std::move(wanted.path), std::move(wanted.body));
  asked_.reset();
  if (!answer) co_return keeper_.failed(answer.error().message);
  if (answer->head.retry_after.count() > 0) asked_ = answer->head.retry_after;
  const auto news =
      keeper_.take(answer->head.status, answer->head.header("location"), answer->body);
  if (const auto there = keeper_.offload(); !there.empty()) {
    log::warn(
        "ingest",
        "the BMC has a subscription with our context that posts to another place. Another "
        "bridge's: give each its own \"context\". A former \"destination\" of this one: remove it",
        {{"source", config_.name}, {"context", config_.context}, {"destination", there}});
  }
  check_test();
  co_return news;
}

std::uint64_t RedfishSubscription::heard() {
  return feed_.heard().count(context_key_) + feed_.heard().count(address_);
}

// Sleeps for `wait`, but wakes up in between when the test event can be judged.
asio::awaitable<void> RedfishSubscription::rest(std::chrono::milliseconds wait) {
  if (const auto left = check_.left(steady_now()); left && *left < wait) {
    const auto first = std::chrono::ceil<std::chrono::milliseconds>(*left);
    co_await feed_.sleep(first);
    if (!feed_.stopping()) check_test();
    wait -= std::min(first, wait);
  }
  co_await feed_.sleep(wait);
}

void RedfishSubscription::check_test() {
  if (const auto status = keeper_.test_refused())
    log::info("ingest", "the BMC refuses a test event: whether its events arrive is not known",
              {{"source", config_.name}, {"status", status}});
  if (keeper_.tested()) check_.begin(steady_now(), tested_from_);
  const auto news = check_.look(steady_now(), heard());
  if (news == DeliveryCheck::News::arrives)
    log::info("ingest", "the BMC's events arrive",
              {{"source", config_.name}, {"context", config_.context}});
  if (news != DeliveryCheck::News::silent) return;
  log::warn("ingest",
            "the BMC took a test event, and nothing came within a minute. Can it reach the "
            "destination (name, port, firewall)? Does it trust its certificate? Does the route ask "
            "for a token that the destination has not?",
            {{"source", config_.name},
             {"context", config_.context},
             {"destination", without_query(config_.destination.reveal())}});
}

std::chrono::milliseconds RedfishSubscription::say(News news) {
  if (news == News::fault || news == News::none) {
    const auto wait = again_.wait(feed_.random().share(), asked_);
    const auto reason = news == News::none ? "the BMC sends us in circles" : keeper_.text();
    if (std::exchange(said_, reason) != reason)
      log::warn("ingest", "it is not known whether the subscription exists; the BMC is asked again",
                {{"source", config_.name}, {"reason", reason}, {"in_ms", wait.count()}});
    return wait;
  }
  again_.succeeded();
  const bool told = !std::exchange(said_, {}).empty();
  const bool again = news == News::again || (news == News::created && catch_up_.has_place());
  if (again)
    feed_.gap(
        "the BMC had lost our subscription; it was made again. What the BMC had to say meanwhile "
        "was not sent: its log is read now");
  else if (news == News::created)
    log::info("ingest", "a subscription was made",
              {{"source", config_.name}, {"context", config_.context}});
  else if (news == News::found || told)
    log::info("ingest", "the subscription is active",
              {{"source", config_.name}, {"context", config_.context}});
  // While we could not reach the BMC, it may not have been able to reach us.
  behind_ = behind_ || again || (told && catch_up_.has_place());
  return std::chrono::duration_cast<std::chrono::milliseconds>(config_.every);
}

}  // namespace alarum::ingest
