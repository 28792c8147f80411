#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "engine/rule_test.h"
#include "engine/test_event_reader.h"
#include "engine/test_variants.h"
#include "model/dedup.h"

namespace alarum::engine {
namespace {

class Reader {
 public:
  Reader(const std::string& file, const ReadFile& read, Diagnostics& out)
      : folder_(std::filesystem::path(file).parent_path()),
        events_(folder_.string(), read, out),
        out_(out) {}

  RuleTestFile read(const Node& root) {
    RuleTestFile result;
    each(root, {"rules", "tests", "config", "inventory"}, "test file");
    if (const auto* config = root.find("config")) result.config = beside(*config);
    if (const auto* inventory = root.find("inventory")) result.inventory = beside(*inventory);
    if (const auto* rules = list(root, "rules")) {
      for (const auto& rule : rules->items) result.rules.push_back(beside(rule));
    }
    if (const auto* tests = list(root, "tests")) {
      for (const auto& test : tests->items) {
        const auto before = out_.error_count();
        result.tests.push_back(read_test(test));
        if (out_.error_count() > before) continue;
        auto variants = read_variants(test, result.tests.back(), out_);
        std::ranges::move(variants, std::back_inserter(result.tests));
      }
    }
    return result;
  }

 private:
  RuleTest read_test(const Node& node) {
    RuleTest test;
    test.place = node.place;
    each(node,
         {"name", "events", "expect", "run_on", "answers", "expect_requests", "expect_people",
          "variants"},
         "test");
    if (const auto* name = node.find("name")) test.name = name->text;
    if (test.name.empty()) out_.error(node.place, "a test needs a \"name\"");
    if (const auto* run_on = node.find("run_on")) test.run_on = duration_of(*run_on, out_);
    if (const auto* events = node.find("events")) {
      test.events = events_.read(*events);
    } else {
      (void)list(node, "events");
    }
    if (const auto* people = node.find("expect_people")) test.people = read_people(*people, out_);
    test.asks_transitions = !test.people || node.find("expect");
    if (const auto* expect = test.asks_transitions ? list(node, "expect") : nullptr) {
      for (const auto& one : expect->items) read_expectation(one, test);
    }
    read_requests(node, test, out_);
    std::stable_sort(test.events.begin(), test.events.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    mark_duplicates(test.events, {});
    return test;
  }

  void read_expectation(const Node& node, RuleTest& test) {
    Expectation expectation;
    expectation.place = node.place;
    for (const auto& [key, value] : node.members) {
      if (key.text == "at") {
        expectation.at = duration_of(value, out_).value_or(Duration::zero());
      } else if (value.scalar()) {
        expectation.wanted.emplace_back(key.text, value.text);
      } else {
        for (const auto& [name, text] : value.members)
          expectation.wanted.emplace_back(name.text, text.text);
      }
    }
    for (const char* needed : {"at", "alert", "state"}) {
      if (!node.find(needed))
        out_.error(node.place, fmt::format("an expectation needs \"{}\"", needed));
    }
    test.expect.push_back(std::move(expectation));
  }

  const Node* list(const Node& node, const char* key) {
    const auto* found = node.find(key);
    if (found && found->is(Node::Kind::sequence)) return found;
    out_.error(found ? found->place : node.place, fmt::format("\"{}\" must be a list", key));
    return nullptr;
  }

  void each(const Node& node, const std::vector<std::string>& known, const char* what) {
    for (const auto& [key, value] : node.members) {
      if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
      out_.error(key.place, fmt::format("unknown key \"{}\" in {}{}", key.text, what,
                                        did_you_mean(key.text, known)));
    }
  }

  std::string beside(const Node& name) const {
    return (folder_ / name.text).lexically_normal().string();
  }

  const std::filesystem::path folder_;
  const TestEventReader events_;
  Diagnostics& out_;
};

}  // namespace

void mark_duplicates(std::vector<TestEvent>& events, const TestDedup& dedup) {
  model::DedupSet known(dedup.window, dedup.max);
  for (auto& event : events) {
    const auto at = kTestStart + event.at;
    known.expire(at);
    const auto seen = model::seen_of(event.event, at);
    event.duplicate = event.own_id && known.contains(seen);
    if (!event.own_id || event.duplicate) continue;
    for (const auto& one : seen) known.add(one);
  }
}

std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file,
                                            Diagnostics& out, const ReadFile& read) {
  const auto before = out.error_count();
  const auto root = parse_yaml(text, file, out);
  if (!root) return std::nullopt;
  auto result = Reader(file, read, out).read(*root);
  return out.error_count() == before ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace alarum::engine
