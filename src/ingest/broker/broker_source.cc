#include "ingest/broker/broker_source.h"

#include <fmt/ranges.h>

#include "base/log.h"
#include "http/offload.h"
#include "ingest/random_id.h"

namespace alarum::ingest {
namespace asio = http::asio;

void BrokerSource::start(Workers&) {
  log::info("ingest", "reading from a broker",
            {{"source", config_.name},
             {"servers", fmt::format("{}", fmt::join(config_.broker->servers, ","))},
             {"topics", fmt::format("{}", fmt::join(config_.broker->topics, ","))}});
  tasks_.keep(thread_.context(), config_.name, [this] { return run(); });
  thread_.start();
}

asio::awaitable<void> BrokerSource::run() {
  while (!feed_.stopping()) {
    const auto why = co_await connection();
    note({});
    if (feed_.stopping()) break;
    feed_.trouble(&why);
    co_await feed_.sleep(reconnect_.wait(feed_.random().share()));
  }
}

asio::awaitable<Error> BrokerSource::connection() {
  const auto opened = open_({config_, feed_, again_});
  if (!opened) co_return opened.error();
  auto& broker = **opened;
  while (!feed_.stopping()) {
    const auto messages = broker.read();
    if (!messages) co_return messages.error();
    const auto state = broker.state();
    feed_.trouble(state.trouble ? &*state.trouble : nullptr);
    again_ = again_ || !state.trouble;
    note(state);
    if (messages->empty()) {
      co_await http::yield_now();
      continue;
    }
    const bool committed = co_await commit(*messages);
    if (!committed) break;
    if (auto done = broker.acknowledge(); !done) co_return done.error();
    reconnect_.succeeded();
  }
  co_return Error{"stopping", "the daemon is stopping"};
}

void BrokerSource::note(const BrokerConnection::State& state) {
  feed_.counts().connections = state.lag >= 0 || !state.trouble ? 1 : 0;
  feed_.counts().lag = state.lag;
}

asio::awaitable<bool> BrokerSource::commit(const std::vector<BrokerMessage>& messages) {
  std::vector<model::Event> events;
  unsigned count = 0;
  for (const auto& message : messages) {
    take(message, events);
    if (++count % http::kYieldEvery == 0) co_await http::yield_now();
  }
  auto runs = runs_of_one_format(std::move(events));
  for (auto& run : runs) {
    const auto outcomes = co_await feed_.commit(std::move(run));
    if (!outcomes) co_return false;
  }
  co_return true;
}

void BrokerSource::take(const BrokerMessage& message, std::vector<model::Event>& events) {
  const auto refuse = [&](const Error& error) {
    feed_.reject(decoder_.format(), message.sender, message.place, error, message.payload);
  };
  const auto new_id = [this] { return random_id(feed_.random()); };
  auto decoded = decode_message(message, decoder_, feed_.now(), new_id);
  if (!decoded) return refuse(decoded.error());
  for (auto& event : *decoded) {
    if (event)
      events.push_back(std::move(*event));
    else
      refuse(event.error());
  }
}

}  // namespace alarum::ingest
