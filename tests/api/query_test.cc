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

}  // namespace
}  // namespace alarum::api
