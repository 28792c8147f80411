#include "cli/selection.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/alert_table.h"

namespace alarum::cli::selection_test {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

TEST(Selection, HexadecimalWordsAreIds) {
  const auto ids = selection_of({"3f2a", "0123456789abcdef"});
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->ids, (Words{"3f2a", "0123456789abcdef"}));
  EXPECT_TRUE(ids->matchers.empty());
}

TEST(Selection, OtherWordsAreMatchersAndTheFirstMayBeAName) {
  const auto chosen = selection_of({"LinkDown", "rack=r7", "npu=~[0-3]"});
  ASSERT_TRUE(chosen);
  EXPECT_TRUE(chosen->ids.empty());
  EXPECT_EQ(texts_of(chosen->matchers),
            (Words{"alertname=\"LinkDown\"", "rack=\"r7\"", "npu=~\"[0-3]\""}));
  EXPECT_TRUE(selection_of({"abc"})->ids.empty()) << "three digits are too few for an id";
}

TEST(Selection, ABareWordThatIsNotTheFirstIsRefused) {
  const auto wrong = selection_of({"rack=r7", "LinkDown"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "\"LinkDown\" is no matcher: write name=value; only the first word may be an alert's "
            "name alone");
}

TEST(Selection, IdsBesideMatchersAreRefused) {
  const auto wrong = selection_of({"dead", "rack=r7"});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("written alertname=dead"), std::string::npos);
}

TEST(Selection, ABeginningOfOneIdIsEnough) {
  const Json all = Json::parse(R"([{"id": "3f2a11"}, {"id": "3f2b22"}, {"id": "77"}])");
  std::ostringstream err;
  const auto whole = whole_ids({"3f2a", "77", "3f2a11"}, all, "silence", err);
  ASSERT_TRUE(whole) << err.str();
  EXPECT_EQ(*whole, (Words{"3f2a11", "77"}));
}

TEST(Selection, AnAmbiguousBeginningNamesTheCandidates) {
  const Json all = Json::parse(
      R"([{"id": "3f2a11", "labels": {"alertname": "A"}}, {"id": "3f2b22", "labels": {"alertname": "B"}}])");
  std::ostringstream err;
  EXPECT_FALSE(whole_ids({"3f2"}, all, "alert", err));
  EXPECT_EQ(err.str(),
            "error: \"3f2\" is the beginning of 2 ids: write more of it\n"
            "  3f2a11  alertname=A\n  3f2b22  alertname=B\n");
}

TEST(Selection, AWholeIdIsNotAmbiguousWhereAnotherBeginsWithIt) {
  const Json all = Json::parse(R"([{"id": "3f2a11"}, {"id": "3f2a"}])");
  std::ostringstream err;
  EXPECT_EQ(whole_ids({"3f2a"}, all, "silence", err), (Words{"3f2a"}));
}

TEST(Selection, ABeginningOfNoneIsSaid) {
  std::ostringstream err;
  EXPECT_FALSE(whole_ids({"zz"}, Json::array(), "silence", err));
  EXPECT_EQ(err.str(), "error: no silence has an id that begins with \"zz\"\n");
}

}  // namespace
}  // namespace alarum::cli::selection_test
