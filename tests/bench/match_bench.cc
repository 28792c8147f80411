// What one event costs: by operator (1,000 rules of that operator alone) and by the event's shape.
// Time an event; `hits` are the rules that match it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "base/node.h"
#include "match/matcher.h"

namespace alarum::match {
namespace {

rules::Pattern pattern_of(const std::string& text) {
  Diagnostics faults;
  const auto node = parse_json(text, "pattern", faults);
  auto clause = node ? rules::parse_pattern(*node, faults) : std::nullopt;
  if (!clause) throw std::runtime_error(text + ": " + faults.text());
  return {{std::move(*clause)}};
}

// `pattern` with each # replaced by the rule's number.
std::string numbered(std::string pattern, int number) {
  const auto digits = std::to_string(number);
  for (auto at = pattern.find('#'); at != std::string::npos;
       at = pattern.find('#', at + digits.size()))
    pattern.replace(at, 1, digits);
  return pattern;
}

Matcher matcher_of(const std::string& pattern, int rules = 1000) {
  std::vector<rules::Pattern> patterns;
  for (int i = 0; i < rules; ++i) patterns.push_back(pattern_of(numbered(pattern, i)));
  return Matcher(patterns);
}

void run(benchmark::State& state, const Matcher& matcher, const std::string& event) {
  std::vector<std::uint32_t> found;
  for (auto _ : state) {
    found.clear();
    if (!matcher.match_json(event, found)) return state.SkipWithError("the event is none");
    benchmark::DoNotOptimize(found.data());
  }
  state.counters["hits"] = static_cast<double>(found.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(event.size()));
}

struct Case {
  const char* name;
  const char* pattern;
};

constexpr Case kOperators[] = {
    {"exact", R"({"data":{"host":["bms-#"]}})"},
    {"exact, two fields", R"({"type":["linkDown"],"data":{"host":["bms-#"]}})"},
    {"prefix", R"({"data":{"host":[{"prefix":"bms-#"}]}})"},
    {"suffix", R"({"data":{"host":[{"suffix":"-#"}]}})"},
    {"equals-ignore-case", R"({"data":{"host":[{"equals-ignore-case":"BMS-#"}]}})"},
    {"wildcard", R"({"data":{"text":[{"wildcard":"*card # is*"}]}})"},
    {"numeric =", R"({"data":{"load":[{"numeric":["=",#]}]}})"},
    {"numeric range", R"({"data":{"load":[{"numeric":[">=",#,"<",#.5]}]}})"},
    {"cidr", R"({"data":{"ip":[{"cidr":"2001:db8:#::/48"}]}})"},
    {"anything-but", R"({"type":["none-#"],"data":{"host":[{"anything-but":["bms-#"]}]}})"},
    {"anything-but, every rule hit", R"({"data":{"host":[{"anything-but":["none-#"]}]}})"},
    {"exists true", R"({"data":{"m#":[{"exists":true}]}})"},
    {"exists false", R"({"type":["none-#"],"data":{"m#":[{"exists":false}]}})"},
    {"$or", R"({"$or":[{"data":{"host":["bms-#"]}},{"subject":["s-#"]}]})"},
    {"array consistency", R"({"data":{"cards":{"slot":[#],"state":["lost"]}}})"},
};

const std::string kEvent =
    R"({"specversion":"1.0","id":"1","source":"SYS.BMS","type":"linkDown","subject":"s-77","time":"2026-11-24T00:00:00Z","data":{"host":"bms-77","ip":"2001:db8:77::1","load":77,)"
    R"("text":"the card 77 is hot","cards":[{"slot":7,"state":"fine"},{"slot":77,"state":"lost"}],"m77":1}})";

// One member or element repeated until the event has about `size` bytes.
std::string grown(std::size_t size, const std::string& begin, const std::string& item,
                  const std::string& end) {
  std::string event = begin + numbered(item, 0);
  for (int i = 1; event.size() < size; ++i) event += "," + numbered(item, i);
  return event + end;
}

void add_shape(const char* name, const std::string& begin, const std::string& item,
               const std::string& end, std::int64_t most = 10'000'000) {
  auto* bench = benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    static const auto matcher =
        matcher_of(R"({"type":["linkDown"],"data":{"cards":{"slot":[#],"state":["lost"]}}})");
    run(state, matcher, grown(static_cast<std::size_t>(state.range(0)), begin, item, end));
    state.SetComplexityN(state.range(0));
  });
  bench->RangeMultiplier(10)->Range(1000, most)->Complexity(benchmark::oN);
}

const bool kRegistered = [] {
  for (const auto& one : kOperators) {
    benchmark::RegisterBenchmark(
        fmt::format("operator/{}", one.name).c_str(),
        [&one](benchmark::State& state) { run(state, matcher_of(one.pattern), kEvent); });
  }
  add_shape("shape/members that no rule reads", R"({"type":"linkDown","data":{)",
            R"("name":"some text")", "}}");
  add_shape("shape/one long string", R"({"type":"linkDown","data":[")", "text, and more text",
            R"("]})");
  add_shape("shape/array of objects that every rule asks",
            R"({"type":"linkDown","data":{"cards":[)", R"({"slot":#,"state":"fine"})", "]}}");
  add_shape("shape/nested arrays that every rule hits", R"({"type":"linkDown","data":{"cards":[)",
            R"([{"slot":[#,1,2],"state":["lost"]}])", "]}}", 100'000);
  return true;
}();

}  // namespace
}  // namespace alarum::match
