#include "cli/bench_command.h"

#include <malloc.h>
#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "base/cpu_time.h"
#include "cli/pattern_lines.h"
#include "match/matcher.h"

namespace alarum::cli {
namespace {

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double cpu_seconds_of(const auto& work) {
  const auto begin = thread_seconds();
  work();
  return thread_seconds() - begin;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Events {
  std::string text;  // with simdjson's padding behind it
  std::vector<std::string_view> lines;

  explicit Events(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
    text.append(simdjson::SIMDJSON_PADDING, ' ');
    const std::string_view whole(text.data(), text.size() - simdjson::SIMDJSON_PADDING);
    for (std::size_t at = 0; at < whole.size();) {
      const auto end = std::min(whole.find('\n', at), whole.size());
      if (end > at) lines.push_back(whole.substr(at, end - at));
      at = end + 1;
    }
  }
};

std::uint64_t match_all(const match::Matcher& matcher, const Events& events, bool& valid) {
  std::uint64_t matches = 0;
  std::vector<std::uint32_t> found;
  for (const auto line : events.lines) {
    found.clear();
    if (!matcher.match_json(line, found)) valid = false;
    matches += found.size();
  }
  return matches;
}

double dom_rate(const Events& events) {
  simdjson::dom::parser parser;
  const auto seconds = cpu_seconds_of([&] {
    for (const auto line : events.lines)
      (void)parser.parse(line.data(), line.size(), false).error();
  });
  return static_cast<double>(events.lines.size()) / seconds;
}

// Three attributes and one member of the payload, in the order in which they stand.
double four_fields_rate(const Events& events) {
  simdjson::ondemand::parser parser;
  std::size_t sum = 0;
  const auto read = [&](std::string_view line) {
    simdjson::ondemand::document document;
    if (parser
            .iterate(simdjson::padded_string_view(line.data(), line.size(),
                                                  line.size() + simdjson::SIMDJSON_PADDING))
            .get(document) != simdjson::SUCCESS)
      return;
    std::string_view field;
    for (const auto* name : {"source", "type", "subject"}) {
      if (document[name].get_string().get(field) == simdjson::SUCCESS) sum += field.size();
    }
    if (document["data"]["event_level"].get_string().get(field) == simdjson::SUCCESS)
      sum += field.size();
  };
  const auto seconds = cpu_seconds_of([&] {
    for (const auto line : events.lines) read(line);
  });
  return sum == 0 ? 0 : static_cast<double>(events.lines.size()) / seconds;
}

struct Round {
  double rate = 0;      // by the clock, all threads together
  double cpu_rate = 0;  // events a second of CPU time
  std::uint64_t matches = 0;
  bool valid = true;
};

Round run_round(const match::Matcher& matcher, const Events& events, unsigned threads) {
  std::atomic<unsigned> ready = 0;
  std::atomic<bool> go = false, valid = true;
  std::atomic<std::uint64_t> matches = 0;
  std::atomic<double> cpu = 0;
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      ++ready;
      while (!go) std::this_thread::yield();
      bool good = true;
      cpu += cpu_seconds_of([&] { matches = match_all(matcher, events, good); });
      if (!good) valid = false;
    });
  }
  while (ready < threads) std::this_thread::yield();
  const auto seconds = seconds_of([&] {
    go = true;
    for (auto& thread : running) thread.join();
  });
  const auto asked = static_cast<double>(events.lines.size() * threads);
  return {asked / seconds, asked / cpu, matches, valid};
}

}  // namespace

int bench_match(const BenchOptions& options, std::ostream& out, std::ostream& err) {
  std::ifstream pattern_file(options.patterns);
  auto patterns = read_patterns(pattern_file, err);
  if (!patterns) return 1;
  const Events events(options.events);
  if (events.lines.empty()) return err << options.events << ": no events\n", 1;

  const auto before = mallinfo2();
  std::optional<match::Matcher> matcher;
  const auto build_seconds = seconds_of([&] { matcher.emplace(patterns->patterns); });
  const auto after = mallinfo2();
  const auto bytes = (after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd);

  std::vector<double> rates, cpu_rates, dom, four;
  Round round = run_round(*matcher, events, options.threads);  // warms up
  for (unsigned i = 0; i < options.rounds; ++i) {
    dom.push_back(dom_rate(events));
    four.push_back(four_fields_rate(events));
    round = run_round(*matcher, events, options.threads);
    rates.push_back(round.rate);
    cpu_rates.push_back(round.cpu_rate);
  }
  if (!round.valid) err << options.events << ": some events are not valid JSON objects\n";
  const auto whole = [](double value) { return static_cast<std::uint64_t>(value); };
  const auto ratio = [&](double base) {
    return base > 0 ? static_cast<double>(whole(median(cpu_rates) / base * 1000)) / 1000 : 0.0;
  };
  const auto count = patterns->patterns.size();
  out << nlohmann::ordered_json{{"rules", count},
                                {"events", events.lines.size()},
                                {"threads", options.threads},
                                {"build_seconds", build_seconds},
                                {"bytes_per_rule", count > 0 ? bytes / count : 0},
                                {"events_per_second",
                                 {{"min", whole(*std::min_element(rates.begin(), rates.end()))},
                                  {"median", whole(median(rates))},
                                  {"max", whole(*std::max_element(rates.begin(), rates.end()))}}},
                                {"events_per_cpu_second", whole(median(cpu_rates))},
                                {"matches", round.matches},
                                {"simdjson",
                                 {{"dom", whole(median(dom))},
                                  {"four_fields", whole(median(four))}}},
                                {"ratio_to_dom", ratio(median(dom))},
                                {"ratio_to_four_fields", ratio(median(four))}}
             .dump()
      << '\n';
  return round.valid ? 0 : 1;
}

}  // namespace alarum::cli
