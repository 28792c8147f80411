#include "api/query.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

// As Alertmanager's API: one matcher a filter, without braces; nothing or half of one is a fault
// rather than "all".
TEST(Query, AFilterIsOneWholeMatcher) {
  const auto read = [](std::string_view text) {
    const auto matchers = Query(text).matchers("filter");
    return matchers ? model::to_text(*matchers) : "error: " + matchers.error().message;
  };
  EXPECT_EQ(read("active=true"), "{}");
  EXPECT_EQ(read("filter=a%3Db&filter=c%21~%22d%22"), R"({a="b",c!~"d"})");
  for (const auto* text :
       {"filter", "filter=", "filter=+", "filter=a", "filter=%7B", "filter=%7B%7D",
        "filter=%7Ba%3Db", "filter=a%3Db%7D", "filter=a%3D%22b", "filter=a%3Db&filter="})
    EXPECT_TRUE(read(text).starts_with("error: bad matcher \"")) << text << ": " << read(text);
}

TEST(Query, AMomentIsATimeOrAnAge) {
  const auto now = *parse_rfc3339("2026-11-28T12:00:00Z");
  const auto read = [&](std::string_view text) {
    const auto moment = Query(text).moment("since", "1h", now);
    return moment ? format_rfc3339(*moment) : "error: " + moment.error().message;
  };
  EXPECT_EQ(read("since=7d"), "2026-11-21T12:00:00Z");
  EXPECT_EQ(read("since=2026-11-27T12%3A00%3A00%2B08%3A00"), "2026-11-27T04:00:00Z");
  EXPECT_EQ(read(""), "2026-11-28T11:00:00Z") << "what holds otherwise";
  for (const auto* text : {"since=yesterday", "since=7", "since=-7d", "since=2026-11-27"})
    EXPECT_TRUE(read(text).starts_with("error: parameter \"since\" must be a time or an age"))
        << text << ": " << read(text);
}

TEST(Query, AnOffsetMayBeZero) {
  const auto read = [](std::string_view text) {
    const auto offset = Query(text).offset("from");
    return !offset               ? "error: " + offset.error().message
           : offset->has_value() ? std::to_string(**offset)
                                 : "none";
  };
  EXPECT_EQ(read(""), "none");
  EXPECT_EQ(read("from=0"), "0");
  EXPECT_EQ(read("from=18446744073709551615"), "18446744073709551615");
  for (const auto* text : {"from=-1", "from=1x", "from=+1", "from=18446744073709551616"})
    EXPECT_TRUE(read(text).starts_with("error: parameter \"from\" must be an offset")) << text;
}

}  // namespace
}  // namespace alarum::api
