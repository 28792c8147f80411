#include "correlate/keys.h"

#include <gtest/gtest.h>

#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

using support::event_of;
using support::kStart;

rules::Rule rule_by(const std::string& by) {
  return rules::loaded("rules: [{alert: A, match: fault, until: ok" +
                       (by.empty() ? "" : ", by: " + by) + "}]")
      .rules[0];
}

struct Keys {
  std::vector<Key> keys;
  std::size_t missing = 0, dropped = 0;
};

Keys keys(const std::string& by, const std::string& event) {
  const auto rule = rule_by(by);
  Keys out;
  out.keys = keys_of(rule, model::FlatEvent::of(event_of(event, kStart)), out.missing, out.dropped);
  return out;
}

// The key texts, a line each.
std::string texts(const std::string& by, const std::string& event) {
  std::string out;
  for (const auto& key : keys(by, event).keys) out += (out.empty() ? "" : "\n") + key.text;
  return out;
}

TEST(Keys, AreTheSubjectWhereTheRuleNamesNothing) {
  EXPECT_EQ(texts("", "fault s1"), "subject=s1");
  EXPECT_EQ(keys("", "fault s1").keys[0].labels, (model::Labels{{"subject", "s1"}}));
}

TEST(Keys, AreTheSourceWhereTheRuleNamesNothingAndThereIsNoSubject) {
  EXPECT_EQ(texts("", "fault - source=a,b"), R"(source=a\,b)");
  EXPECT_EQ(keys("", "fault - source=a,b").keys[0].labels, (model::Labels{{"source", "a,b"}}));
  EXPECT_EQ(keys("", "fault -").missing, 0U);
}

TEST(Keys, DoNotFallBackToTheSourceWhereTheRuleNamesTheSubject) {
  EXPECT_EQ(texts("subject", "fault -"), "");
  EXPECT_EQ(keys("subject", "fault -").missing, 1U);
}

TEST(Keys, HoldTheTermsInTheOrderOfTheRule) {
  EXPECT_EQ(texts("[{npu: data.npu}, subject]", R"(fault s1 data={"npu":3})"), "npu=3,subject=s1");
  EXPECT_EQ(texts("[subject, {npu: data.npu}]", R"(fault s1 data={"npu":3})"), "subject=s1,npu=3");
}

TEST(Keys, LeaveAMissingOrNullValueOutAndCountIt) {
  EXPECT_EQ(texts("[subject, {npu: data.npu}]", "fault s1"), "subject=s1");
  EXPECT_EQ(texts("[subject, {npu: data.npu}]", R"(fault s1 data={"npu":null})"), "subject=s1");
  EXPECT_EQ(keys("[subject, {npu: data.npu}]", R"(fault s1 data={"npu":null})").missing, 1U);
  EXPECT_EQ(keys("[subject, {npu: data.npu}]", R"(fault s1 data={"npu":0})").missing, 0U);
}

TEST(Keys, AreThereOnceEvenWhenNothingHasAValue) {
  const auto none = keys("{npu: data.npu}", "fault s1");
  ASSERT_EQ(none.keys.size(), 1U);
  EXPECT_EQ(none.keys[0].text, "");
  EXPECT_TRUE(none.keys[0].labels.empty());
}

TEST(Keys, EscapeTheirSeparatorsSoThatTwoSetsOfValuesNeverReadTheSame) {
  const std::string by = "[{a: data.a}, {b: data.b}]";
  EXPECT_EQ(texts(by, R"(fault - data={"a":"1,b=2"})"), R"(a=1\,b\=2)");
  EXPECT_EQ(texts(by, R"(fault - data={"a":"1","b":"2"})"), "a=1,b=2");
  EXPECT_EQ(texts(by, R"(fault - data={"a":"1\\","b":"2"})"), R"(a=1\\,b=2)");
  EXPECT_EQ(texts(by, R"(fault - data={"a":"1\\,b=2"})"), R"(a=1\\\,b\=2)");
  EXPECT_EQ(keys(by, R"(fault - data={"a":"1,b=2"})").keys[0].labels,
            (model::Labels{{"a", "1,b=2"}}));
}

TEST(Keys, GiveOneInstanceForEachDistinctElementInDocumentOrder) {
  EXPECT_EQ(texts("{npu: data.npu}", R"(fault - data={"npu":[3,1,null,3,"1",2]})"),
            "npu=3\nnpu=1\nnpu=2");
}

TEST(Keys, CombineTheElementsOfSeveralArrays) {
  EXPECT_EQ(texts("[{a: data.a}, {b: data.b}]", R"(fault - data={"a":[1,2],"b":[3,4]})"),
            "a=1,b=3\na=1,b=4\na=2,b=3\na=2,b=4");
}

// [0,1,…,n-1]
std::string list(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += (i ? "," : "[") + std::to_string(i);
  return out + "]";
}

TEST(Keys, StopAtSixteenInstancesAndCountTheRest) {
  EXPECT_EQ(keys("{a: data.a}", "fault - data={\"a\":" + list(16) + "}").dropped, 0U);
  const auto over = keys("{a: data.a}", "fault - data={\"a\":" + list(20) + "}");
  EXPECT_EQ(over.keys.size(), 16U);
  EXPECT_EQ(over.keys.back().text, "a=15");
  EXPECT_EQ(over.dropped, 4U);
}

TEST(Keys, CountEveryCombinationPastTheBound) {
  const auto over = keys("[{a: data.a}, {b: data.b}]",
                         "fault - data={\"a\":" + list(20) + ",\"b\":" + list(3) + "}");
  EXPECT_EQ(over.keys.size(), 16U);
  EXPECT_EQ(over.keys[15].text, "a=5,b=0");
  EXPECT_EQ(over.dropped, 60U - 16U);
}

TEST(Keys, OfAPartBeginWithThoseOfItsWholes) {
  EXPECT_TRUE(wholes_of("subject=s1").empty());
  EXPECT_TRUE(wholes_of("").empty());
  EXPECT_EQ(wholes_of("a=x\\,y,b=z\\\\,c=1"),
            (std::vector<std::string_view>{"a=x\\,y", "a=x\\,y,b=z\\\\"}));
  EXPECT_EQ(parts_of("a=1"), "a=1,");
  EXPECT_EQ(parts_of(""), "");
}

TEST(Keys, OfAnArrayOfManyValuesAreCountedWithoutHoldingEachAgainstEveryOther) {
  // It took 45 s once
  const auto over = keys("{a: data.a}", "fault - data={\"a\":" + list(300'000) + "}");
  EXPECT_EQ(over.keys.size(), 16U);
  EXPECT_EQ(over.dropped, 300'000U - 16U);
}

}  // namespace
}  // namespace alarum::correlate
