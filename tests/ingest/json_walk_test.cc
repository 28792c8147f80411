#include "ingest/json_walk.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace alarum::ingest::json_walk_test {
namespace {

TEST(JsonText, NamesAndTextsAreDecodedAndOutliveLaterWalks) {
  auto text = JsonText::parse(
      R"({"plain":"a b","es\"c\u0061ped":"x\\y\n","":"","q\\":"\"","deep":{"k\t":["\u4e2d",1,null,true]}})");
  ASSERT_TRUE(text);
  const auto members = text->members(text->root());
  const auto deep = text->members(members[4].value);
  const auto elements = text->elements(deep[0].value);
  for (int i = 0; i < 100; ++i) (void)text->members(text->root());
  EXPECT_EQ(members[0].name, "plain");
  EXPECT_EQ(members[0].value.text, "a b");
  EXPECT_EQ(members[0].value.raw, "\"a b\"");
  EXPECT_EQ(members[1].name, "es\"caped");
  EXPECT_EQ(members[1].value.text, "x\\y\n");
  EXPECT_EQ(members[2].name, "");
  EXPECT_EQ(members[2].value.text, "");
  EXPECT_EQ(members[3].name, "q\\");
  EXPECT_EQ(members[3].value.text, "\"");
  EXPECT_EQ(deep[0].name, "k\t");
  EXPECT_EQ(elements[0].text, "\xE4\xB8\xAD");
  EXPECT_EQ(elements[1].text, "1");
  EXPECT_EQ(elements[2].kind, JsonKind::null);
  EXPECT_EQ(JsonText::parse(R"("a\u0062")")->root().text, "ab");
}

// A random JSON text, with white space, escapes and names that are given twice.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  std::string value(int depth = 0) {
    switch (below(depth < 5 ? 8 : 6)) {
      case 0:
        return "null";
      case 1:
        return below(2) ? "true" : "false";
      case 2:
        return pick({"0", "-1", "12.50", "1e9", "-0.0E+1", "123456789012345678901234567890"});
      case 6:
        return filled('[', ']', [&] { return value(depth + 1); });
      case 7:
        return filled('{', '}',
                      [&] { return string() + blank() + ":" + blank() + value(depth + 1); });
      default:
        return string();
    }
  }

 private:
  unsigned below(unsigned most) { return random_() % most; }
  std::string pick(const std::vector<std::string>& from) {
    return from[below(static_cast<unsigned>(from.size()))];
  }
  std::string blank() { return pick({"", "", "", " ", "\n\t", "  \r\n"}); }
  std::string string() {
    std::string out = "\"";
    for (auto parts = below(4); parts > 0; --parts) {
      out += pick({"a", "status", " ", "\\n", "\\\"", "\\\\", "\\u0041", "\\ud83d\\ude00",
                   "\xE4\xB8\xAD", "}", "]", ",", ":", "{"});
    }
    return out + '"';
  }
  template <class Part>
  std::string filled(char open, char close, Part part) {
    std::string out(1, open);
    const auto count = below(5);
    for (unsigned i = 0; i < count; ++i) out += (i ? "," : "") + blank() + part() + blank();
    return out + blank() + close;
  }

  std::mt19937 random_;
};

// What the walk finds, written down in one form; nlohmann's own reading of the same text is written
// down alike.
nlohmann::json walked(JsonText& text, const JsonValue& value) {
  if (value.kind == JsonKind::string) return std::string(value.text);
  if (value.kind == JsonKind::array) {
    auto out = nlohmann::json::array();
    for (const auto& element : text.elements(value)) out.push_back(walked(text, element));
    return out;
  }
  if (value.kind != JsonKind::object) return nlohmann::json::parse(value.raw);
  auto out = nlohmann::json::object();
  for (const auto& member : text.members(value))
    out[std::string(member.name)] = walked(text, member.value);
  return out;
}

TEST(JsonText, FindsInRandomTextsWhatAnotherReaderFinds) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const auto json = " " + RandomJson(seed).value() + "\n";
    auto text = JsonText::parse(json);
    ASSERT_TRUE(text) << json;
    ASSERT_EQ(walked(*text, text->root()), nlohmann::json::parse(json)) << json;
    ASSERT_EQ(nlohmann::json::parse(text->root().raw), nlohmann::json::parse(json)) << json;
  }
}

TEST(JsonText, RefusesWhatAnotherReaderRefuses) {
  std::mt19937 random(7);
  for (unsigned seed = 0; seed < 5000; ++seed) {
    auto json = RandomJson(seed).value();
    json.erase(random() % json.size(), 1);
    ASSERT_EQ(JsonText::parse(json).has_value(), nlohmann::json::accept(json)) << json;
  }
}

}  // namespace
}  // namespace alarum::ingest::json_walk_test
