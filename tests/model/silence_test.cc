#include "model/silence.h"

#include <gtest/gtest.h>

namespace alarum::model {
namespace {

TEST(Silence, ComesBackFromItsRecord) {
  Silence silence;
  silence.id = "7f4a…";
  silence.matchers = *parse_matchers("a=b,c!~\"d|e\"");
  silence.starts_at = Time(Duration(5)), silence.ends_at = Time(Duration(9)),
  silence.updated_at = Time(Duration(4));
  silence.created_by = "kim", silence.comment = "moving \"rack\" 7",
  silence.annotations = {{"ticket", "T1"}};
  silence.until_resolved = true;
  const auto back = parse_silence(silence_json(silence));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(silence_json(*back), silence_json(silence));
  EXPECT_TRUE(back->matches({{"a", "b"}, {"c", "x"}}));
  EXPECT_FALSE(back->matches({{"a", "b"}, {"c", "d"}}));
}

TEST(Silence, BrokenTextIsAnError) {
  EXPECT_EQ(parse_silence("{").error().reason, "bad_silence");
  EXPECT_EQ(parse_silence(R"({"id":"x","matchers":[["a","~","b"]]})").error().reason,
            "bad_silence");
  EXPECT_EQ(parse_silence(R"({"id":"x","matchers":[["a","=~","("]]})").error().reason,
            "bad_silence");
}

TEST(Silence, IsPendingThenActiveThenExpired) {
  Silence silence;
  silence.starts_at = Time(Duration(5)), silence.ends_at = Time(Duration(9));
  EXPECT_EQ(silence.state(Time(Duration(4))), Silence::State::pending);
  EXPECT_EQ(silence.state(Time(Duration(5))), Silence::State::active);
  EXPECT_EQ(silence.state(Time(Duration(9))), Silence::State::expired);
}

}  // namespace
}  // namespace alarum::model
