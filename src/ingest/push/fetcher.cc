#include "ingest/push/fetcher.h"

#include <fmt/format.h>

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kMostFlights = 32;
constexpr std::size_t kLargestAnswer = 64 << 10;  // bytes

std::unexpected<Error> failed(const std::string& url, std::string_view why) {
  return fail("fetch_failed", fmt::format("{}: {}", url, why));
}

}  // namespace

boost::asio::awaitable<Fetcher::Text> Fetcher::get(std::string url,
                                                   std::shared_ptr<const config::Http> how,
                                                   Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const http::Completion<Text> outcome(executor);
  const Key key{url, how->tls.ca_file};
  const auto place = join(key, outcome);
  if (place == Place::none)
    co_return fail(
        "overloaded",
        "too many certificates and subscriptions are being fetched; send this again later");
  if (place == Place::behind) {
    auto text = co_await outcome.wait_until(deadline);
    if (!text) co_return failed(url, "no answer in time");
    co_return std::move(*text);
  }
  auto text = co_await fetch(url, std::move(how), deadline);
  if (finish_) text = finish_(key.first, key.second, std::move(text));
  land(key, text);
  co_return text;
}

Fetcher::Place Fetcher::join(const Key& key, const http::Completion<Text>& outcome) {
  const std::lock_guard lock(mutex_);
  if (const auto flight = flights_.find(key); flight != flights_.end()) {
    flight->second.push_back(outcome);
    return Place::behind;
  }
  if (flights_.size() >= kMostFlights) return Place::none;
  flights_.try_emplace(key);
  return Place::first;
}

void Fetcher::land(const Key& key, const Text& text) {
  Waiting waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = std::move(flights_.extract(key).mapped());
  }
  for (const auto& outcome : waiting) outcome.complete(text);
}

boost::asio::awaitable<Fetcher::Text> Fetcher::fetch(const std::string& url,
                                                     std::shared_ptr<const config::Http> how,
                                                     Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left < 1ms) co_return failed(url, "no time is left");
  http::ClientRequest ask;
  ask.url = url;
  ask.how = std::move(how);
  ask.connect = ask.whole = left;
  ask.most = kLargestAnswer;
  auto answer = co_await client_.ask(std::move(ask));
  if (!answer) co_return failed(url, answer.error().message);
  if (answer->head.status / 100 != 2)
    co_return failed(url, fmt::format("answered {}", answer->head.status));
  co_return std::move(answer->body);
}

}  // namespace alarum::ingest
