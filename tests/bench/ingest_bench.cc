// What it costs to read an event, beside simdjson's DOM parse of the same bytes. ALARUM_EVENTS
// names a file of CloudEvents, a line each (../shared/bench/gen_events.py). Time an event.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "ingest/cloudevents.h"
#include "model/identity.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kBatch = 200, kEvents = 20'000;

const std::vector<std::string>& events() {
  static const auto all = [] {
    const char* const name = std::getenv("ALARUM_EVENTS");
    std::ifstream file(name ? name : "");
    if (!file) throw std::runtime_error("ALARUM_EVENTS must name a file of events");
    std::vector<std::string> lines;
    for (std::string line; lines.size() < kEvents && std::getline(file, line);)
      lines.push_back(line);
    return lines;
  }();
  return all;
}

std::vector<std::string> batches() {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < events().size(); ++i) {
    if (i % kBatch == 0) out.emplace_back("[");
    out.back() += events()[i];
    out.back() += i % kBatch == kBatch - 1 || i + 1 == events().size() ? ']' : ',';
  }
  return out;
}

void count_events(benchmark::State& state, std::size_t each) {
  using benchmark::Counter;
  const auto events = static_cast<double>(state.iterations() * static_cast<std::int64_t>(each));
  state.counters["event"] = Counter(events, Counter::kIsRate | Counter::kInvert);
}

void dom(benchmark::State& state) {
  std::vector<simdjson::padded_string> lines;
  for (const auto& line : events()) lines.emplace_back(line);
  simdjson::dom::parser parser;
  for (auto _ : state) {
    for (const auto& line : lines) benchmark::DoNotOptimize(parser.parse(line).error());
  }
  count_events(state, lines.size());
}
BENCHMARK(dom)->Unit(benchmark::kMillisecond);

void batch(benchmark::State& state) {
  const auto bodies = batches();
  for (auto _ : state) {
    for (const auto& body : bodies) benchmark::DoNotOptimize(decode_batch(body, "127.0.0.1"));
  }
  count_events(state, events().size());
}
BENCHMARK(batch)->Unit(benchmark::kMillisecond);

void line(benchmark::State& state) {
  for (auto _ : state) {
    for (const auto& one : events()) benchmark::DoNotOptimize(decode_structured(one, "127.0.0.1"));
  }
  count_events(state, events().size());
}
BENCHMARK(line)->Unit(benchmark::kMillisecond);

void identity(benchmark::State& state) {
  std::vector<model::Event> decoded;
  for (const auto& one : events())
    decoded.push_back(std::move(*decode_structured(one, "127.0.0.1")));
  for (auto _ : state) {
    for (const auto& one : decoded) benchmark::DoNotOptimize(model::seen_of(one, {}));
  }
  count_events(state, decoded.size());
}
BENCHMARK(identity)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace alarum::ingest
