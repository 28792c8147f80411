#include "http/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/thread_name.h"

namespace alarum::http {
namespace {

constexpr std::chrono::milliseconds kLook{200};  // between two checks of idle and cancelled ones

}  // namespace

Download::~Download() {
  exchange_->leave();
  client_.nudge();
}

boost::asio::awaitable<Result<std::string>> Download::read() {
  bool drained = false;
  auto piece = co_await exchange_->read(drained);
  if (drained) client_.resume(exchange_);
  co_return piece;
}

Client::Client() : thread_([this] { run(); }) {}

Client::~Client() {
  stop();
}

void Client::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  nudge();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Exchange> Client::begin(ClientRequest ask) {
  auto exchange = std::make_shared<Exchange>(std::move(ask));
  const std::lock_guard lock(mutex_);
  if (stopping_)
    exchange->end(Error{"stopping", "the daemon is stopping"});
  else
    new_.push_back(exchange);
  nudge();
  return exchange;
}

void Client::resume(std::shared_ptr<Exchange> exchange) {
  const std::lock_guard lock(mutex_);
  resumed_.push_back(std::move(exchange));
  nudge();
}

boost::asio::awaitable<Result<std::unique_ptr<Download>>> Client::open(ClientRequest ask) {
  auto exchange = begin(std::move(ask));
  auto head = co_await exchange->head();
  if (!head) co_return std::unexpected(head.error());
  co_return std::make_unique<Download>(*this, std::move(exchange), std::move(*head));
}

boost::asio::awaitable<Result<Answer>> Client::ask(ClientRequest ask) {
  const auto most = ask.most;
  auto download = co_await open(std::move(ask));
  if (!download) co_return std::unexpected(download.error());
  Answer answer{(*download)->head(), {}};
  while (true) {
    auto piece = co_await (*download)->read();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return answer;
    if (answer.body.size() + piece->size() > most)
      co_return fail("answer_too_large", fmt::format("an answer of more than {} bytes", most));
    answer.body += *piece;
  }
}

void Client::run() {
  name_thread("http-client");
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    take_orders();
    multi_.run_due();
    collect();
    multi_.wait(running_.empty() ? std::chrono::minutes(1) : kLook);
  }
  take_orders();
  while (!running_.empty()) end(running_.size() - 1, Error{"stopping", "the daemon is stopping"});
}

void Client::take_orders() {
  std::vector<std::shared_ptr<Exchange>> begun, resumed;
  {
    const std::lock_guard lock(mutex_);
    begun.swap(new_);
    resumed.swap(resumed_);
  }
  for (auto& exchange : begun) {
    multi_.add(exchange->prepare());
    running_.push_back(std::move(exchange));
  }
  for (const auto& exchange : resumed) {
    if (std::ranges::find(running_, exchange) != running_.end()) exchange->resume();
  }
}

void Client::collect() {
  while (const auto one = multi_.ended()) {
    const auto found = std::ranges::find(running_, one->easy, &Exchange::easy);
    end(static_cast<std::size_t>(found - running_.begin()),
        one->code == CURLE_OK ? std::nullopt : std::optional((*found)->fault_of(one->code)));
  }
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = running_.size(); i-- > 0;) {
    if (auto fault = running_[i]->cut(now)) end(i, std::move(fault));
  }
}

void Client::end(std::size_t index, std::optional<Error> fault) {
  auto exchange = std::move(running_[index]);
  running_[index] = std::move(running_.back());
  running_.pop_back();
  multi_.remove(exchange->easy());
  exchange->end(std::move(fault));
}

}  // namespace alarum::http
