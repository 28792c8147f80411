#include "base/json_scan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace alarum {
namespace {

// Writes down what it is told; a node is the path, "-" where members of that name are not wanted.
struct Notes {
  struct Node {
    std::string path;
    explicit operator bool() const { return !path.empty(); }
  };
  std::string text;

  Node member(const Node& object, std::string_view name, bool escaped) {
    return name == "skip" ? Node()
                          : Node{object.path + "/" + std::string(name) + (escaped ? "!" : "")};
  }
  void scalar(const Node& node, JsonType, std::string_view value, bool escaped) {
    text += node.path + "=" + std::string(value) + (escaped ? "! " : " ");
  }
  void begin_array(const Node&) { text += "[ "; }
  void next_element() { text += ", "; }
  void end_array() { text += "] "; }
};

std::string told(const std::string& json) {
  JsonIndex index;
  Notes notes;
  // Exactly as long as the text, so that a sanitizer sees a read past it.
  const std::vector<char> bytes(json.begin(), json.end());
  return JsonScan<Notes>(index, notes).read({bytes.data(), bytes.size()}, {"$"}, false) ? notes.text
                                                                                        : "invalid";
}

TEST(JsonScan, TellsWantedPartsInOrderAsTheyStand) {
  EXPECT_EQ(told(R"({"a": 1.50 , "b":{"c":"x"},"d":true,"e":null,"":""})"),
            "$/a=1.50 $/b/c=x $/d=true $/e=null $/= ");
}

TEST(JsonScan, PassesOverWhatIsNotWantedButChecksIt) {
  EXPECT_EQ(told(R"({"skip":{"a":[1,{"b":2}]},"c":3})"), "$/c=3 ");
  EXPECT_EQ(told(R"({"skip":{"a":[1,{"b":02}]},"c":3})"), "invalid");
  EXPECT_EQ(told(R"({"skip":"\q","c":3})"), "invalid");
}

TEST(JsonScan, TellsArraysByTheirElements) {
  EXPECT_EQ(told(R"({"a":[1,[],[2]]})"), "[ $/a=1 , , [ $/a=2 , ] , ] ");
}

TEST(JsonScan, SaysWhereEscapesAre) {
  EXPECT_EQ(told(R"({"a\n":"b\\","c":"d"})"), R"($/a\n!=b\\! $/c=d )");
}

TEST(JsonScan, KeepsControlCharactersOutOfTokens) {
  EXPECT_EQ(told("{\"a\":1\x01}"), "invalid");
  EXPECT_EQ(told("{\"a\":true\x0B}"), "invalid");
}

TEST(JsonScan, AsksEachBracketForItsOwnPartner) {
  for (const auto* text :
       {"[", "{", "]", "[1", "[1}", "{\"a\":1]", "{\"a\":[1}", "{\"a\":{\"b\":1}", "[1]]", "[1],",
        "{\"a\":1}}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[,1]", "1 2", "{},{}"}) {
    EXPECT_EQ(told(text), "invalid") << text;
  }
}

// Texts a few changes away from good ones: taken exactly where another reader takes them.
TEST(JsonScan, AgreesWithAnotherReaderOnDamagedTexts) {
  const std::vector<std::string> good = {
      R"({"a":[1,{"b":"c\n"},true,null],"d":-1.5e3,"e":{"f":[[],{}]}})",
      R"([{"x":"\u0041\\"},"y",0,[false]])", R"("text")", "17", R"( {"a" : 1 } )"};
  const std::string letters = "{}[]:,\"\\ 01e-tunx";
  std::mt19937 random(1);
  std::size_t taken = 0;
  for (int i = 0; i < 40'000; ++i) {
    auto text = good[random() % good.size()];
    for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) {
      const auto at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else if (random() % 2 == 0) {
        text.insert(at, 1, letters[random() % letters.size()]);
      } else {
        text[at] = letters[random() % letters.size()];
      }
    }
    const bool valid = nlohmann::json::accept(text);
    taken += valid;
    EXPECT_EQ(told(text) != "invalid", valid) << text;
  }
  EXPECT_GT(taken, 10'000U);
}

TEST(DecodeJsonString, UndoesEveryEscape) {
  const std::string inside = R"(\"\\\/\b\f\n\r\tx\u0041\u00e9\u20ac\ud83d\ude00)";
  ASSERT_TRUE(are_json_escapes(inside));
  std::string out(inside.size(), '?');
  out.resize(decode_json_string(inside, out.data()));
  EXPECT_EQ(out, "\"\\/\b\f\n\r\txAé€😀");
}

}  // namespace
}  // namespace alarum
