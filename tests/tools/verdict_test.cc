#include "tools/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/json.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::verdict_test {
namespace {

model::Event event(std::string_view type, std::string_view data = "{}",
                   model::Status status = model::Status::none) {
  model::EventFields fields;
  fields.id = "1";
  fields.source = "S";
  fields.type = type;
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  fields.status = status;
  return model::Event(fields);
}

std::string told(const PatternVerdict& verdict) {
  if (verdict.fits) return "fits";
  std::string text = verdict.apart ? "apart:" : "";
  for (const auto& field : verdict.failed) {
    text += field.path + " wants " + field.wanted + " saw";
    for (const auto& seen : field.seen) text += ' ' + seen;
    text += ';';
  }
  return text;
}

std::string match_told(const std::string& match, const model::Event& of) {
  const auto rules = rules_of("rules: [{alert: A, resolve_after: 1h, match: " + match + "}]");
  return told(judge(rules->rules(), of).at(0).match);
}

TEST(Verdict, NamesTheClauseThatFailedWhatItWantsAndWhatItSaw) {
  EXPECT_EQ(match_told("{type: [a, {prefix: b}]}", event("a")), "fits");
  EXPECT_EQ(match_told("{type: [a, {prefix: b}]}", event("x")),
            R"(type wants "a" or {"prefix":"b"} saw "x";)");
  EXPECT_EQ(
      match_told("{type: a, data.n: [{numeric: ['>', 3, '<=', 5]}]}", event("a", R"({"n":[1,7]})")),
      R"(data.n wants {"numeric":[">",3,"<=",5]} saw 1 7;)");
  EXPECT_EQ(match_told("{type: a, data.n: [{exists: true}]}", event("a")),
            R"(data.n wants {"exists":true} saw;)");
  EXPECT_EQ(match_told("{source: T, type: b}", event("a")),
            R"(source wants "T" saw "S";type wants "b" saw "a";)");
}

TEST(Verdict, OfARuleWithUnmatchedSaysWhoKnowsTheEvent) {
  const auto rules = rules_of(
      "rules: [{alert: U, unmatched: true, match: {source: S}, resolve_after: 1h}, {alert: A, "
      "match: a, until: b}, {alert: Off, match: c, resolve_after: 1h, enabled: false}]");
  const auto why = [&](const model::Event& of) {
    const auto verdict = judge(rules->rules(), of).at(0);
    return verdict.hits.empty() ? verdict.why_known : "matches";
  };
  EXPECT_EQ(why(event("x")), "matches");
  EXPECT_EQ(why(event("b")), "rule \"A\" knows it");
  EXPECT_EQ(why(event("c")), "rule \"Off\" knows it, and is disabled");
  EXPECT_EQ(why(event("x", "{}", model::Status::resolved)), "a recovery is left out");
}

TEST(Verdict, OfAFaultIsNoEndThoughUntilFitsIt) {
  const auto rules = rules_of("rules: [{alert: A, match: {type: a, data.n: 1}, until: a}]");
  EXPECT_EQ(judge(rules->rules(), event("a", R"({"n":1})")).at(0).hits,
            (std::vector{model::Hit{0, model::Role::match}}));
  EXPECT_EQ(judge(rules->rules(), event("a")).at(0).hits,
            (std::vector{model::Hit{0, model::Role::until}}));
}

TEST(Verdict, TakesTheAlternativeThatComesNearest) {
  EXPECT_EQ(match_told("[{source: T, type: b}, {source: S, type: c}]", event("a")),
            R"(type wants "c" saw "a";)");
  EXPECT_EQ(match_told("{source: S, $or: [{type: b, data.x: [1]}, {type: c}]}", event("a")),
            R"(type wants "c" saw "a";)");
}

TEST(Verdict, TellsElementsOfAnArrayThatAreApart) {
  const auto said = match_told("{data.a.b: [1], data.a.c: [2]}",
                               event("a", R"({"a":[{"b":1,"c":3},{"b":4,"c":2}]})"));
  EXPECT_EQ(said, "apart:data.a.b wants 1 saw 1 4;data.a.c wants 2 saw 3 2;");
}

TEST(Verdict, TellsAnEndFromAMatch) {
  const auto rules = rules_of(
      "rules: [{alert: A, match: a, until: b}, {alert: B, match: {type: a, status: resolved}, "
      "resolve_after: 1h}]");
  const auto over = judge(rules->rules(), event("a", "{}", model::Status::resolved));
  using model::Role;
  EXPECT_TRUE(over[0].resolved && over[0].match.fits && over[0].has(Role::until) &&
              !over[0].has(Role::match));
  EXPECT_TRUE(over[1].has(Role::match) && !over[1].has(Role::until) && !over[1].resolved);
  const auto mended = judge(rules->rules(), event("b"));
  EXPECT_TRUE(mended[0].has(Role::until) && mended[0].until->fits && !mended[0].has(Role::match));
  EXPECT_EQ(told(mended[0].match), R"(type wants "a" saw "b";)");
}

// Random rules against random events of a small world: the verdicts are the hits of the engine's
// own matcher, and a rule matches once every clause that its verdict names lets the event's value
// pass.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  // A rule file of one rule, its clauses as {path, alternatives}.
  using Clauses = std::vector<std::pair<std::string, std::string>>;
  Clauses clauses() {
    Clauses out;
    for (const auto* path :
         {"source", "type", "data.a", "data.b", "data.l.x", "data.l.y", "status"}) {
      const auto likely = std::string_view(path).starts_with("data.l") ? 4U
                          : std::string_view(path) == "status"         ? 1U
                                                                       : 2U;
      if (below(7) < likely) out.emplace_back(path, alternatives());
    }
    if (out.empty()) out.emplace_back("type", alternatives());
    return out;
  }
  std::string data() {
    std::string text = "{";
    for (const auto* name : {"a", "b"}) {
      if (below(3))
        text += std::string(text.size() > 1 ? "," : "") + '"' + name +
                "\":" + (below(3) ? scalar() : "[" + scalar() + "," + scalar() + "]");
    }
    text += std::string(text.size() > 1 ? "," : "") + "\"l\":[";
    for (auto n = below(3); n > 0; --n)
      text += "{\"x\":" + scalar() + ",\"y\":" + scalar() + "}" + (n > 1 ? "," : "");
    return text + "]}";
  }
  std::string word() { return std::vector<std::string>{"a", "b", "ab", "S"}[below(4)]; }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  std::string scalar() { return below(3) ? json_quote(word()) : std::to_string(below(4)); }
  std::string alternatives() {
    std::string text = "[";
    for (auto n = 1 + below(2); n > 0; --n) text += alternative() + (n > 1 ? ", " : "");
    return text + "]";
  }
  std::string alternative() {
    switch (below(7)) {
      case 0:
        return "{prefix: " + word() + "}";
      case 1:
        return "{anything-but: " + word() + "}";
      case 2:
        return "{numeric: ['>', " + std::to_string(below(3)) + "]}";
      case 3:
        return std::string("{exists: ") + (below(2) ? "true}" : "false}");
      default:
        return scalar();
    }
  }
  std::mt19937 random_;
};

std::string rule_of(const World::Clauses& clauses) {
  std::string text = "rules: [{alert: A, resolve_after: 1h, match: {";
  for (const auto& [path, any] : clauses) text += path + ": " + any + ", ";
  return text + "}}]";
}

TEST(Verdict, IsTheEnginesOnRandomPairsAndChangingWhatItNamesFlipsIt) {
  World world(7);
  int matched = 0, flipped = 0, apart = 0;
  for (int round = 0; round < 5000; ++round) {
    const auto clauses = world.clauses();
    const auto rules = rules_of(rule_of(clauses));
    const auto status = world.below(4) ? model::Status::none : model::Status::resolved;
    const auto one = event(world.word(), world.data(), status);
    const auto verdict = judge(rules->rules(), one).at(0);
    ASSERT_EQ(rules->match(one).hits, verdict.hits) << rule_of(clauses) << '\n' << one.data();
    matched += verdict.match.fits;
    if (verdict.match.fits) continue;
    ASSERT_FALSE(verdict.match.failed.empty());
    if (verdict.match.apart) {
      ++apart;
      continue;
    }
    auto changed = clauses;
    for (auto& [path, any] : changed) {
      const auto names = [&](const auto& field) { return field.path == path; };
      if (std::ranges::any_of(verdict.match.failed, names))
        any = "[{exists: true}, {exists: false}]";
    }
    // What passes by itself may still be apart within arrays: then that is what is left to say.
    const auto after = judge(rules_of(rule_of(changed))->rules(), one).at(0).match;
    ASSERT_TRUE(after.fits || after.apart) << rule_of(clauses) << '\n' << one.data();
    flipped += after.fits;
  }
  EXPECT_GT(matched, 200);
  EXPECT_GT(flipped, 2000);
  EXPECT_GT(apart, 5);
}

std::string pattern_of(const World::Clauses& clauses) {
  std::string text = "{";
  for (const auto& [path, any] : clauses) text += path + ": " + any + ", ";
  return text + "}";
}

World::Clauses let_pass(World::Clauses clauses, const PatternVerdict& verdict) {
  for (auto& [path, any] : clauses) {
    if (std::ranges::any_of(verdict.failed, [&](const auto& field) { return field.path == path; }))
      any = "[{exists: true}, {exists: false}]";
  }
  return clauses;
}

// A plain rule with an end and advice, and a sequence: every part of every rule is judged as the
// engine does, beside the others.
struct Parts {
  World::Clauses match, until, annotate, first, second;
  // nullptr where no event is left for the until.
  std::shared_ptr<const match::Generation> rules() const try {
    return rules_of("rules: [{alert: A, match: " + pattern_of(match) + ", until: " +
                    pattern_of(until) + ", annotate: {match: " + pattern_of(annotate) +
                    ", advice: x}}, " + "{alert: B, sequence: [" + pattern_of(first) +
                    ", {absent: " + pattern_of(second) + "}], within: 5m, resolve_after: 1h}]");
  } catch (const std::exception& fault) {
    if (std::string_view(fault.what()).find("can never apply") == std::string_view::npos) throw;
    return nullptr;
  }
};

TEST(Verdict, OfEveryPartOfARuleIsTheEnginesAndChangingWhatItNamesFlipsIt) {
  World world(11);
  int flipped = 0, hits = 0;
  for (int round = 0; round < 3000; ++round) {
    Parts parts{world.clauses(), world.clauses(), world.clauses(), world.clauses(),
                world.clauses()};
    const auto rules = parts.rules();
    if (!rules) continue;
    const auto one = event(world.word(), world.data(),
                           world.below(4) ? model::Status::none : model::Status::resolved);
    const auto verdicts = judge(rules->rules(), one);
    auto all = verdicts[0].hits;
    all.insert(all.end(), verdicts[1].hits.begin(), verdicts[1].hits.end());
    ASSERT_EQ(rules->match(one).hits, all) << rules->rules().text << '\n' << one.data();
    hits += !all.empty();
    auto& part = round % 2 ? parts.until : parts.second;
    const auto& said = round % 2 ? *verdicts[0].until : verdicts[1].steps[1];
    if (said.fits || said.apart) continue;
    part = let_pass(part, said);
    const auto changed = parts.rules();
    if (!changed) continue;
    const auto after = judge(changed->rules(), one);
    const auto& now = round % 2 ? *after[0].until : after[1].steps[1];
    ASSERT_TRUE(now.fits || now.apart) << rules->rules().text << '\n' << one.data();
    flipped += now.fits;
  }
  EXPECT_GT(flipped, 1000);
  EXPECT_GT(hits, 300);
}

}  // namespace
}  // namespace alarum::tools::verdict_test
