#include "tests/bench/path_load/alone.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <simdjson.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>

#include "model/dedup.h"
#include "tests/bench/path_load/events.h"
#include "tests/bench/path_load/sender.h"
#include "tests/bench/path_load/times.h"

namespace alarum::bench {
namespace {

constexpr int kRounds = 5;

double parse_once(simdjson::dom::parser& parser, const Events& events, std::size_t count) {
  const auto began = cpu();
  for (std::size_t i = 0; i < count; ++i) {
    const auto event = events[i];
    simdjson::dom::element root;
    if (parser.parse(event.data(), event.size(), false).get(root)) give_up("an event is no JSON");
  }
  return (cpu() - began) / static_cast<double>(count);
}

std::size_t allocated() {
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

std::uint64_t mixed(std::uint64_t number) {  // splitmix64
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBULL;
  return number ^ (number >> 31);
}

}  // namespace

int parse(const Options& options) {
  const Events events(options.file, 0);
  const auto count = options.count > 0 ? std::min(options.count, events.size()) : events.size();
  simdjson::dom::parser parser;
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; ++i) rounds.push_back(parse_once(parser, events, count));
  fmt::print(R"({{"events": {}, "us": {:.4f}, "bytes": {}}})"
             "\n",
             count, percentile(rounds, 0.5) * 1e6, events.some(0, count).size() / count);
  return 0;
}

int sync(const Options& options) {
  const auto path = options.file + "/path-load-sync";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) give_up("cannot write " + path);
  std::array<char, 4096> page;
  page.fill('x');
  std::vector<double> times;
  for (std::size_t i = 0; i < options.count; ++i) {
    const auto began = now();
    if (::write(file, page.data(), page.size()) != std::ssize(page) || ::fdatasync(file) != 0) {
      give_up("cannot write " + path);
    }
    times.push_back(now() - began);
  }
  ::close(file);
  std::filesystem::remove(path);
  fmt::print(R"({{"count": {}, "p50_ms": {:.4f}, "p99_ms": {:.4f}}})"
             "\n",
             options.count, percentile(times, 0.5) * 1e3, percentile(times, 0.99) * 1e3);
  return 0;
}

int ids(const Options& options) {
  using namespace std::chrono_literals;
  const auto before = allocated();
  model::DedupSet known(24h, options.count);
  // As the journal's writer does it: it looks for none before the memory for all is on its way.
  std::array<model::SeenEvent, 200> batch;
  const auto began = cpu();
  for (std::size_t i = 0; i < options.count; i += batch.size()) {
    const std::span some(batch.begin(), std::min(batch.size(), options.count - i));
    for (std::size_t k = 0; k < some.size(); ++k) {
      some[k] = {{mixed(2 * (i + k)), mixed(2 * (i + k) + 1)}, Time(0s), 0};
      known.prefetch(some[k].identity);
    }
    for (const auto& event : some) {
      if (!known.contains(event)) known.add(event);
    }
  }
  const auto each = (cpu() - began) / static_cast<double>(options.count);
  const auto bytes = static_cast<double>(allocated() - before);
  fmt::print(R"({{"count": {}, "bytes": {:.1f}, "us": {:.4f}}})"
             "\n",
             known.size(), bytes / static_cast<double>(known.size()), each * 1e6);
  return 0;
}

}  // namespace alarum::bench
