#include "tests/bench/path_load/post.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <list>
#include <thread>

#include "tests/bench/path_load/events.h"
#include "tests/bench/path_load/sender.h"
#include "tests/bench/path_load/times.h"

namespace alarum::bench {
namespace {

// The connections of one thread. All threads take from `next`.
class Worker {
 public:
  Worker(const Options& options, const Events& events, std::size_t end,
         std::atomic<std::size_t>& next)
      : options_(options), events_(events), end_(end), next_(next) {
    const auto connections = std::max<std::size_t>(1, options.connections / options.threads);
    for (std::size_t i = 0; i < connections; ++i) senders_.emplace_back(context_, options);
  }

  void run() {
    for (auto& sender : senders_) next(sender);
    context_.run();
  }
  std::size_t refused() const {
    std::size_t sum = 0;
    for (const auto& sender : senders_) sum += sender.refused();
    return sum;
  }
  std::vector<double> times;  // of each request, in seconds

 private:
  void next(Sender& sender) {
    const auto first = next_.fetch_add(options_.batch);
    if (first >= end_) return;
    const auto at = options_.wrap ? first % (events_.size() - options_.batch + 1) : first;
    const auto some = events_.some(at, std::min(options_.batch, end_ - first));
    sender.send(some, [this, &sender, began = now()] {
      times.push_back(now() - began);
      next(sender);
    });
  }

  const Options& options_;
  const Events& events_;
  const std::size_t end_;
  std::atomic<std::size_t>& next_;
  boost::asio::io_context context_{1};
  std::list<Sender> senders_;
};

}  // namespace

int post(const Options& options) {
  const Events events(options.file, options.pass);
  const auto count = options.count > 0 ? options.count : events.size() - options.skip;
  const auto end = options.skip + count;
  if (events.size() < (options.wrap ? options.batch : end)) {
    give_up(fmt::format("{} has only {} events", options.file, events.size()));
  }
  std::atomic<std::size_t> next = options.skip;
  std::list<Worker> workers;
  for (std::size_t i = 0; i < options.threads; ++i) {
    workers.emplace_back(options, events, end, next);
  }
  const auto began = now(), used = cpu();
  std::vector<std::thread> threads;
  for (auto& worker : workers) threads.emplace_back([&worker] { worker.run(); });
  for (auto& thread : threads) thread.join();
  const auto took = now() - began, cpu_took = cpu() - used;
  std::vector<double> times;
  std::size_t refused = 0;
  for (auto& worker : workers) {
    times.insert(times.end(), worker.times.begin(), worker.times.end());
    refused += worker.refused();
  }
  const auto requests = times.size();
  fmt::print(R"({{"events": {}, "requests": {}, "seconds": {:.4f}, "p50_ms": {:.4f}, )"
             R"("p99_ms": {:.4f}, "refused": {}, "cpu": {:.4f}}})"
             "\n",
             count, requests, took, percentile(times, 0.5) * 1e3, percentile(times, 0.99) * 1e3,
             refused, cpu_took);
  return 0;
}

}  // namespace alarum::bench
