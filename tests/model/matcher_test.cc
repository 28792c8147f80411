#include "model/matcher_check.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace alarum::model {
namespace {

std::string read(const Result<Matchers>& matchers) {
  if (!matchers) return "error: " + matchers.error().message;
  std::string out;
  for (const auto& matcher : *matchers)
    out += '[' + matcher.name() + '|' + std::string(to_text(matcher.op())) + '|' + matcher.value() +
           ']';
  return out;
}

// Cases recorded from Alertmanager's own tests: matcher/parse/parse_test.go.
TEST(MatcherSyntax, ReadsWhatAlertmanagerReads) {
  const char* folder = std::getenv("ALARUM_CONFORMANCE");
  if (!folder) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  std::ifstream file(std::string(folder) + "/alertmanager/matchers.jsonl");
  ASSERT_TRUE(file);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto wanted = nlohmann::json::parse(line);
    const std::string input = wanted.at("input");
    auto got = parse_matchers_utf8(input);
    if (wanted.at("func") == "TestMatcher" && got && got->empty())
      got = fail("bad_matcher", "no matchers");
    if (wanted.contains("error")) {
      EXPECT_EQ(read(got), "error: " + wanted.at("error").get<std::string>()) << input;
      continue;
    }
    std::string expected;
    for (const auto& one : wanted.at("matchers"))
      expected += '[' + one.at(0).get<std::string>() + '|' + one.at(1).get<std::string>() + '|' +
                  one.at(2).get<std::string>() + ']';
    EXPECT_EQ(read(got), expected) << input;
  }
  EXPECT_GE(count, 38U);
}

TEST(MatcherSyntax, TheClassicGrammarTakesWhatItAlwaysTook) {
  EXPECT_EQ(read(parse_matchers_classic(R"({foo="bar", baz!~"q.*x"})")),
            "[foo|=|bar][baz|!~|q.*x]");
  EXPECT_EQ(read(parse_matchers_classic("foo=bar baz")), "[foo|=|bar baz]");
  EXPECT_EQ(read(parse_matchers_classic(R"(foo="a,b",)")), "[foo|=|a,b]");
  EXPECT_EQ(read(parse_matchers_classic(R"(foo=a\nb)")), "[foo|=|a\nb]");
  EXPECT_EQ(read(parse_matchers_classic(R"(foo="a\.b")")), "[foo|=|a\\.b]");
  EXPECT_EQ(read(parse_matchers_classic("foo=")), "[foo|=|]");
  EXPECT_EQ(read(parse_matchers_classic(R"(foo="bar)")),
            "error: matcher value contains unescaped double quote: \"bar");
  EXPECT_EQ(read(parse_matchers_classic("a=b,,c=d")), "error: bad matcher format: ");
  EXPECT_EQ(read(parse_matchers_classic("5=b")), "error: bad matcher format: 5=b");
}

TEST(MatcherSyntax, WhatOneGrammarRefusesTheOtherMayTake) {
  EXPECT_EQ(read(parse_matchers("foo=bar baz")), "[foo|=|bar baz]") << "classic only";
  EXPECT_EQ(read(parse_matchers(R"({"foo bar"="x"})")), "[foo bar|=|x]") << "UTF-8 only";
  EXPECT_EQ(read(parse_matchers(R"(foo="a\.b")")), "[foo|=|a\\.b]")
      << "classic only: no such escape in Go";
  EXPECT_TRUE(read(parse_matchers("foo")).starts_with("error: ")) << "neither";
  EXPECT_EQ(read(parse_matchers("foo=~\"(\"")).substr(0, 7), "error: ");
}

TEST(Matcher, ARegularExpressionMatchesTheWholeValue) {
  const auto regex = parse_matcher("a=~\"b|c\"");
  EXPECT_TRUE(regex->matches(Labels{{"a", "b"}}));
  EXPECT_FALSE(regex->matches(Labels{{"a", "bc"}}));
}

// A value out of the range of what can match is not given to RE2: that must change no answer.
TEST(Matcher, TheRangeOfAnExpressionLeavesOutNothingThatMatches) {
  const std::vector<std::string> expressions{
      "",     "a",   "ab.*",   "(?i)ab",    "a|b",    "[b-d]x?", "(ab)+",    "a*",
      "^ab$", ".*b", "(?s).*", "\\x{e9}.+", "b{2,3}", "(|b)a",   "\xc3\xa9*"};
  const std::vector<std::string> values{"",         "a",
                                        "A",        "ab",
                                        "aB",       "AB",
                                        "abab",     "abc",
                                        "b",        "bb",
                                        "bbb",      "bx",
                                        "c",        "d",
                                        "dx",       "e",
                                        "ba",       "aab",
                                        "\xc3\xa9", "\xc3\xa9x",
                                        "\x7f",     "\xf4\x8f\xbf\xbf"};
  for (const auto& expression : expressions) {
    const auto matcher = Matcher::make("a", Matcher::Op::regex, expression),
               never = Matcher::make("a", Matcher::Op::not_regex, expression);
    for (const auto& value : values) {
      EXPECT_EQ(matcher->matches(value), re2::RE2::FullMatch(value, expression))
          << expression << " " << value;
      EXPECT_NE(matcher->matches(value), never->matches(value));
    }
  }
}

TEST(Matcher, AnAlternativeOfThousandsOfHostsIsTaken) {
  std::string hosts;
  for (int i = 0; i < 5000; ++i)
    hosts += (i > 0 ? "|" : "") + ("npu-host-" + std::to_string(i)) + ".example.org";
  const auto matcher = Matcher::make("a", Matcher::Op::regex, hosts);
  ASSERT_TRUE(matcher) << matcher.error().message;
  EXPECT_TRUE(matcher->matches("npu-host-4999.example.org"));
  EXPECT_FALSE(matcher->matches("npu-host-5000.example.org"));
  EXPECT_LT(Matcher::make("a", Matcher::Op::regex, hosts + "(").error().message.size(), 500U)
      << "what is wrong is told, not repeated";
}

TEST(Matcher, ALabelThatIsNotThereIsTheEmptyString) {
  EXPECT_TRUE(parse_matcher("a=\"\"")->matches(Labels{}));
  EXPECT_TRUE(parse_matcher("a!=b")->matches(Labels{}));
  EXPECT_TRUE(parse_matcher("a!~\"b.+\"")->matches(Labels{}));
  EXPECT_FALSE(parse_matcher("a=~\".+\"")->matches(Labels{}));
}

TEST(Matcher, WritesItselfAsItIsRead) {
  for (const auto* text : {"{a=\"b\",c!~\"d\\n\\\"e\"}", "{\"x y\"=\"🙂\"}"}) {
    EXPECT_EQ(to_text(*parse_matchers(text)), text);
  }
}

// As compat.Matcher of Alertmanager's API reads `filter=`.
TEST(Matcher, ExactlyOneIsOneAndNotTwo) {
  const auto read_one = [](std::string_view text) {
    const auto one = parse_matcher(text);
    return one ? one->text() : "error: " + one.error().message;
  };
  for (const std::string text :
       {"", " ", "{}", "{", "}", "{a=\"b\"}", "{a=\"b\"", "a=\"b\"}", "{a=b", "a", "=b", "a~b",
        "a=\"b", "a=b\"", "a=\"b\",c=\"d\"", ",", "a=~(", "a=\xff"})
    EXPECT_TRUE(read_one(text).starts_with("error: ")) << text;
  EXPECT_EQ(read_one("{"), "error: unexpected open or close brace: {");
  EXPECT_EQ(read_one(" a = b "), "a=\"b\"");
  EXPECT_EQ(read_one("a="), "a=\"\"");
  EXPECT_EQ(read_one("a=\"b\","), "a=\"b\"") << "the newer grammar ends a list of one so";
  EXPECT_EQ(read_one("a=b,c=d"), "a=\"b,c=d\"") << "one of the older grammar, none of the newer";
  EXPECT_EQ(read_one("\"a b\"=\"c\""), "\"a b\"=\"c\"") << "of the newer alone";
}

TEST(Matchers, ThatContradictEachOtherAreKnown) {
  const auto said = [](const char* text) {
    return contradiction(*parse_matchers(text)).value_or("");
  };
  EXPECT_EQ(said("{a=\"x\",a=\"y\"}"),
            "a=\"x\" and a=\"y\" contradict each other: no alert has both");
  EXPECT_NE(said("{a=\"x\",a!=\"x\"}"), "");
  EXPECT_NE(said("{a=~\"y|z\",a=\"x\"}"), "");
  EXPECT_EQ(said("{a=\"x\",b=\"y\",a=~\"x.*\"}"), "");
  EXPECT_EQ(said("{a=~\"x\",a=~\"y\"}"), "") << "expressions are not compared";
}

TEST(Matchers, ThatCoverOthersAreKnown) {
  const auto covered = [](const char* wide, const char* narrow) {
    return covers(*parse_matchers(wide), *parse_matchers(narrow));
  };
  EXPECT_TRUE(covered("{}", "{a=\"x\"}"));
  EXPECT_TRUE(covered("{a=~\"x|y\"}", "{a=\"x\",b=\"z\"}"));
  EXPECT_TRUE(covered("{a=~\"x|y\"}", "{a=~\"x|y\"}"));
  EXPECT_FALSE(covered("{a=\"x\"}", "{a=~\"x\"}"));
  EXPECT_FALSE(covered("{a=\"x\",b=\"y\"}", "{a=\"x\"}"));
}

}  // namespace
}  // namespace alarum::model
