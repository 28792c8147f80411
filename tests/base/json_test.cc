#include "base/json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <memory>
#include <random>

namespace alarum {
namespace {

std::string verdict(std::string_view text, std::size_t depth = kMaxJsonDepth) {
  const auto result = check_json(text, depth);
  return result ? "valid" : result.error().reason + ": " + result.error().message;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(CheckJson, TakesEveryKindOfValue) {
  for (const auto* text : {"{}", "[]", "null", "true", "false", "0", "-0", "1.5e-7", "\"\"",
                           " \t\r\n[ 1 , {\"a\" : \"\\u00e9\\n\\/\"} ] \n", "\"\\ud83d\\ude00\"",
                           "\"é😀\"", "\"\x7f\""}) {
    EXPECT_EQ(verdict(text), "valid") << text;
  }
}

TEST(CheckJson, TakesNumbersOfAnyLengthAndSize) {
  for (const std::string number :
       {"123456789012345678901234567890", "-99999999999999999999", "1e999", "-1E-9999",
        "0.1000000000000000055511151231257827", "18446744073709551616"}) {
    EXPECT_EQ(verdict(number), "valid") << number;
    EXPECT_EQ(verdict("{\"a\":[" + number + "]}"), "valid") << number;
    EXPECT_EQ(verdict("{\"a\":[" + number + "],}"),
              "bad_json: not valid JSON at line 1, column " + std::to_string(9 + number.size()) +
                  " (byte " + std::to_string(8 + number.size()) +
                  "): a member name in double quotes is wanted");
  }
}

TEST(CheckJson, NamesThePlaceAndReasonOfTheFirstFault) {
  EXPECT_EQ(verdict(R"({"data":{"x":tru,"y":[1 2 3]},"type":"A"})"),
            "bad_json: not valid JSON at line 1, column 14 (byte 13): a value is wanted");
  EXPECT_EQ(verdict("{\"a\": 1,\n \"b\": [1 2]}"),
            "bad_json: not valid JSON at line 2, column 10 (byte 18): \",\" or \"]\" is wanted");
  EXPECT_EQ(verdict(R"({"a":01e})"),
            "bad_json: not valid JSON at line 1, column 7 (byte 6): \",\" or \"}\" is wanted");
  EXPECT_EQ(verdict(R"({"a":"\q"})"),
            "bad_json: not valid JSON at line 1, column 8 (byte 7): unknown escape in a string");
  EXPECT_EQ(verdict(R"({"k" 1,,})"),
            "bad_json: not valid JSON at line 1, column 6 (byte 5): \":\" is wanted after the "
            "member name");
  EXPECT_EQ(verdict(""),
            "bad_json: not valid JSON at line 1, column 1 (byte 0): a value is wanted");
  EXPECT_EQ(
      verdict("{} x"),
      "bad_json: not valid JSON at line 1, column 4 (byte 3): the text goes on after its value");
}

TEST(CheckJson, RefusesWhatIsNotQuiteJson) {
  for (const auto* text : {" ",          "{",         "[",           "[1,]",
                           "{\"a\":1,}", "{a:1}",     "{'a':1}",     "\"",
                           "\"\\",       "\"\\u12\"", "\"\\u12g4\"", "1.",
                           ".5",         "+1",        "-",           "1e",
                           "1e+",        "01",        "-01",         "0x1",
                           "NaN",        "Infinity",  "nul",         "nulll",
                           "True",       "[1]]",      "{}{}",        "\xEF\xBB\xBF{}",
                           "\"a\nb\"",   "\"a\x01\"", "// c\n{}",    "{\"a\":1 \"b\":2}",
                           "[1 2]",      "{1:2}",     "{\"a\"}",     "{\"a\":}",
                           "\f{}"}) {
    EXPECT_EQ(verdict(text).substr(0, 9), "bad_json:") << text;
  }
  EXPECT_EQ(verdict(std::string_view("{}\0", 3)).substr(0, 9), "bad_json:");
}

TEST(CheckJson, RefusesLoneSurrogatesInEveryPosition) {
  for (const auto* text :
       {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")", R"("\ud800\u0041")",
        R"("\ud800\ud800")", R"("\udc00\ud800")", R"({"\udbff":1})", R"("\ud83d)"}) {
    EXPECT_EQ(verdict(text).substr(0, 9), "bad_json:") << text;
  }
}

TEST(CheckJson, RefusesBytesThatAreNotUtf8) {
  EXPECT_EQ(verdict("{\n\"a\":\"\xC3\x28\"}"),
            "bad_utf8: not valid UTF-8 at line 2, column 6 (byte 7)");
  for (const auto* text : {"\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                           "\"\xE2\x82\"", "\"\xC3"}) {
    EXPECT_EQ(verdict(text).substr(0, 9), "bad_utf8:") << text;
  }
}

TEST(CheckJson, CountsNestingAndStopsAtTheLimit) {
  EXPECT_EQ(verdict(nested(kMaxJsonDepth)), "valid");
  EXPECT_EQ(verdict(nested(kMaxJsonDepth + 1)),
            "too_deep: not valid JSON at line 1, column 129 (byte 128): nested deeper than 128");
  EXPECT_EQ(verdict("{\"a\":[{}]}", 3), "valid");
  EXPECT_EQ(verdict("{\"a\":[{}]}", 2).substr(0, 9), "too_deep:");
  EXPECT_EQ(verdict(std::string(100'000, '[')).substr(0, 9), "too_deep:");
  EXPECT_EQ(verdict("1", 0), "valid");
}

TEST(CheckJson, DoesNotReadPastTheEndOfTheText) {
  const std::string whole = R"({"a":"\ud83d\ude00","b":[-1.5e+7,true,null]})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // So that the address sanitizer sees the byte behind
    const std::unique_ptr<char[]> exact(new char[size]);
    std::copy_n(whole.begin(), size, exact.get());
    EXPECT_NE(verdict({exact.get(), size}), "valid") << size;
  }
}

TEST(CheckJson, JudgesTextsPastTheFastPathAlike) {
  const auto large = "[\"" + std::string(3'000'000, 'x') + "\"";
  EXPECT_EQ(verdict(large + "]"), "valid");
  EXPECT_EQ(verdict(large + "}").substr(0, 9), "bad_json:");
}

// simdjson's own parser, a second opinion. It gives up on long numbers.
bool dom_takes(const std::string& text, bool& cannot_say) {
  simdjson::dom::parser parser;
  const auto error = parser.parse(text).error();
  cannot_say = error == simdjson::NUMBER_ERROR || text.starts_with("\xEF\xBB\xBF");
  return error == simdjson::SUCCESS;
}

TEST(CheckJson, BothPathsAgreeWithSimdjsonOnDamagedTexts) {
  std::mt19937 random(7);
  const std::string seed =
      R"({"id":"é\u00e9\ud83d\ude00","n":[0,-1.5e+7,12345,[]],"o":{"t":true,"f":false,"z":null,"":"\\\"\/\b"}})";
  const std::string bytes = "{}[]\",:\\u0123dDeE+-.tfn \n\t\x01\x7f\xC3\xA9\xED\xFF";
  int valid = 0, invalid = 0;
  for (int round = 0; round < 60'000; ++round) {
    auto text = seed;
    for (auto changes = random() % 3; changes > 0; --changes) {
      const auto at = random() % text.size();
      const auto byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1 + random() % 3);
      }
    }
    bool cannot_say = false;
    const bool wanted = dom_takes(text, cannot_say);
    if (cannot_say) continue;
    (wanted ? valid : invalid) += 1;
    // What is too long for the fast path goes to the own checker, whatever it is.
    if (round % 200 == 0) {
      ASSERT_EQ(verdict("[" + text + std::string(1 << 20, ' ') + ",1]") == "valid", wanted) << text;
    }
    ASSERT_EQ(verdict(text) == "valid", wanted) << text;
  }
  EXPECT_GT(valid, 10'000);
  EXPECT_GT(invalid, 10'000);
}

TEST(CheckJson, QuotesTextsSoThatTheyReadBack) {
  EXPECT_EQ(json_quote("a\"b\\c\n\x01é"), R"("a\"b\\c\n\u0001é")");
  EXPECT_EQ(verdict(json_quote(std::string("\0\x7f", 2))), "valid");
}

}  // namespace
}  // namespace alarum
