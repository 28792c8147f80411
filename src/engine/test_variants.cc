#include "engine/test_variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "base/fields.h"
#include "base/node_text.h"
#include "engine/test_event_reader.h"
#include "match/generation.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<TestEvent>;

constexpr Duration kNeighbours = 3s;  // events this close to each other may change places
constexpr std::uint64_t kLostOneOf = 50;

// Uses the engine's numbers directly, because the standard fixes these for a seed, but not the
// results of its distributions.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  bool one_of(std::uint64_t count) { return engine_() % count == 0; }

 private:
  std::mt19937_64 engine_;
};

Duration stretched(Duration length, double by) {
  return Duration(
      static_cast<Duration::rep>(std::llround(static_cast<double>(length.count()) * by)));
}

void change_pace(Events& events, double by) {
  for (auto& one : events) {
    if (const auto time = one.event.time())
      one.event = with_time(one.event, kTestStart + stretched(*time - kTestStart, by));
    one.at = stretched(one.at, by);
  }
}

// Swaps the arrivals of some neighbours. The events keep their own times.
void change_order(Events& events, std::uint64_t seed) {
  Chance chance(seed);
  for (std::size_t i = 1; i < events.size(); ++i) {
    auto &first = events[i - 1], &second = events[i];
    if (second.at - first.at > kNeighbours || !chance.one_of(2)) continue;
    std::swap(first, second);
    std::swap(first.at, second.at);
    ++i;
  }
}

void lose(Events& events, std::uint64_t seed) {
  Chance chance(seed);
  std::erase_if(events, [&](const TestEvent&) { return chance.one_of(kLostOneOf); });
}

// Compiles the pattern as the `match` of a rule. Events that the rule would match or end on are
// left out.
std::shared_ptr<const match::Generation> compile(const Node& pattern, Diagnostics& out) {
  const auto text = "{\"rules\": [{\"alert\": \"Missing\", \"match\": " + node_json(pattern) +
                    ", \"resolve_after\": \"1h\"}]}";
  Diagnostics faults;
  auto set = rules::compile({{{"without.yaml", text}}, {}}, faults);
  for (const auto& fault : faults.sorted()) {
    if (fault.level == Diagnostic::Level::error)
      out.error(pattern.place, "\"without\" must be a pattern as in \"match\": " + fault.message);
  }
  return set ? std::make_shared<const match::Generation>(std::move(*set)) : nullptr;
}

void leave_out(Events& events, const Node& pattern, Diagnostics& out) {
  const auto generation = compile(pattern, out);
  if (generation)
    std::erase_if(events,
                  [&](const TestEvent& one) { return !generation->match(one.event).hits.empty(); });
}

bool same(const Events& a, const Events& b) {
  return std::ranges::equal(a, b, [](const TestEvent& x, const TestEvent& y) {
    return x.at == y.at && x.event.bytes() == y.event.bytes();
  });
}

std::optional<double> read_pace(const Node& node, Diagnostics& out) {
  double pace = 0;
  const auto* end = node.text.data() + node.text.size();
  const auto read = std::from_chars(node.text.data(), end, pace);
  if (node.is(Node::Kind::number) && read.ec == std::errc() && read.ptr == end && pace >= 0.01 &&
      pace <= 100)
    return pace;
  out.error(
      node.place,
      fmt::format(
          "\"pace\" must be a number from 0.01 to 100 by which the offsets are multiplied, not {}",
          describe(node)));
  return std::nullopt;
}

// `pace: 2, order: 7`
std::string name_of(const Node& variant) {
  if (const auto* name = variant.find("name")) return name->text;
  std::string text;
  for (const auto& [key, value] : variant.members) {
    if (key.text != "expect_people")
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key.text, node_json(value));
  }
  return text;
}

// The keys of the test's `expect_people`, with those of the variant in place of the same ones.
Node merged(const Node* of_test, const Node& of_variant) {
  if (!of_test) return of_variant;
  auto out = *of_test;
  std::erase_if(out.members,
                [&](const auto& member) { return of_variant.find(member.first.text) != nullptr; });
  out.members.insert(out.members.end(), of_variant.members.begin(), of_variant.members.end());
  out.place = of_variant.place;
  return out;
}

class VariantReader {
 public:
  VariantReader(const Node& node, const RuleTest& test, Diagnostics& out)
      : people_(node.find("expect_people")), test_(test), out_(out) {}

  std::optional<RuleTest> read(const Node& node) {
    if (!expect_kind(node, Node::Kind::mapping, "a variant", "a mapping such as {pace: 2}", out_))
      return std::nullopt;
    check_keys(node, {{"name", "pace", "order", "lose", "without", "expect_people"}, {}}, "variant",
               out_);
    const auto before = out_.error_count();
    RuleTest variant;
    variant.name = fmt::format("{} ({})", test_.name, name_of(node));
    variant.place = node.place, variant.variant = true, variant.asks_transitions = false;
    variant.events = test_.events, variant.run_on = test_.run_on;
    expect_people(node, variant);
    const auto pace = change(node, variant.events);
    if (out_.error_count() > before) return std::nullopt;
    if (variant.people->first && variant.people->first->after)
      variant.people->first->after = stretched(*variant.people->first->after, pace);
    return variant;
  }

 private:
  void expect_people(const Node& node, RuleTest& variant) {
    const auto* own = node.find("expect_people");
    if (!people_ && !own)
      return out_.error(node.place, "a variant needs \"expect_people\", the test's or its own");
    if (!own) variant.people = test_.people;
    if (own && expect_kind(*own, Node::Kind::mapping, "expect_people",
                           "a mapping such as {at_most: 2}", out_))
      variant.people = read_people(merged(people_, *own), out_);
  }

  // `without` comes first, so that a seed chooses among the remaining events; `pace` comes last, so
  // that neighbours are found by the original times.
  double change(const Node& node, Events& events) {
    const auto seed = [&](const Node& value, const char* key) {
      return read_count(value, key, 0, UINT32_MAX, out_);
    };
    double pace = 1;
    const auto found = [&](const char* key, const char* hint, const auto& changed) {
      if (const auto* value = node.find(key))
        must_change(events, *value, key, hint, [&] { changed(*value); });
    };
    found("without", "none fits the pattern",
          [&](const Node& pattern) { leave_out(events, pattern, out_); });
    found("lose", "one of 50 is lost, try another seed", [&](const Node& value) {
      if (const auto chosen = seed(value, "lose")) lose(events, *chosen);
    });
    found("order", "only those within 3s of each other change places, or try another seed",
          [&](const Node& value) {
            if (const auto chosen = seed(value, "order")) change_order(events, *chosen);
          });
    found("pace", "all come at 0s, or it is 1", [&](const Node& value) {
      pace = read_pace(value, out_).value_or(1);
      change_pace(events, pace);
    });
    if (!node.find("without") && !node.find("lose") && !node.find("order") && !node.find("pace"))
      out_.error(node.place, "a variant changes something: pace, order, lose or without");
    return pace;
  }

  template <class Step>
  void must_change(Events& events, const Node& value, const char* key, const char* hint,
                   const Step& step) {
    const auto errors = out_.error_count();
    const auto before = events;
    step();
    if (out_.error_count() > errors || !same(events, before)) return;
    out_.error(value.place, fmt::format("\"{}: {}\" changes none of the {} events: {}", key,
                                        node_json(value), before.size(), hint));
  }

  const Node* people_;
  const RuleTest& test_;
  Diagnostics& out_;
};

}  // namespace

std::vector<RuleTest> read_variants(const Node& node, const RuleTest& test, Diagnostics& out) {
  std::vector<RuleTest> variants;
  const auto* list = node.find("variants");
  if (!list || !expect_kind(*list, Node::Kind::sequence, "variants",
                            "a list such as [{pace: 2}, {order: 1}]", out))
    return variants;
  VariantReader reader(node, test, out);
  for (const auto& item : list->items) {
    if (auto variant = reader.read(item)) variants.push_back(std::move(*variant));
  }
  return variants;
}

}  // namespace alarum::engine
