#include "ingest/json_walk.h"

#include <gtest/gtest.h>

namespace alarum::ingest::json_walk_test {
namespace {

TEST(JsonText, NamesAndTextsAreDecodedAndOutliveLaterWalks) {
  auto text = JsonText::parse(R"({"plain":"a b","es\"c\u0061ped":"x\\y\n","":"","q\\":"\"","deep":{"k\t":["\u4e2d",1,null,true]}})");
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

}  // namespace
}  // namespace alarum::ingest::json_walk_test
