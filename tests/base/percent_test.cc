#include "base/percent.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/url.h"

namespace alarum {
namespace {

TEST(Percent, ABrokenEscapeStaysAsItIs) {
  EXPECT_EQ(percent_decode("a%20b%2Bc%zz%4"), "a b+c%zz%4");
  EXPECT_EQ(form_decode("a+b%2Bc"), "a b+c");
  EXPECT_EQ(percent_decode(percent_encode("ä /?&=~-._")), "ä /?&=~-._");
  EXPECT_FALSE(has_broken_escape("a%20%fF"));
  for (const auto* broken : {"%", "a%2", "%zz%20", "%20%g0"})
    EXPECT_TRUE(has_broken_escape(broken)) << broken;
}

TEST(Url, IsTakenApartAsItIsWritten) {
  const Url url("https://[2001:db8::1]:8443/a/b?c=d#e");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.authority, "[2001:db8::1]:8443");
  EXPECT_EQ(url.rest, "/a/b?c=d#e");
  EXPECT_EQ(url.host(), "[2001:db8::1]");
  EXPECT_EQ(Url("http://[::1]").host(), "[::1]");
  EXPECT_EQ(Url("http://bmc-7:80").host(), "bmc-7");
  EXPECT_EQ(Url("http://bmc-7?x=/").rest, "?x=/");
}

// As Go's encoding/json reads them.
TEST(Json, WhatIsNoTextIsReplacedAndNothingElse) {
  const auto mended = [](std::string_view json) { return json_with_replacements(json); };
  EXPECT_EQ(mended("\"a\xff\xc3\xa9\""), "\"a\xEF\xBF\xBD\xc3\xa9\"");
  EXPECT_EQ(mended(R"("\ud800")"), R"("\ufffd")");
  EXPECT_EQ(mended(R"("\ude00x\ud83d\ude00")"), R"("\ufffdx\ud83d\ude00")");
  EXPECT_EQ(mended(R"("\ud83d\u0041\ud83d")"), R"("\ufffd\u0041\ufffd")");
  EXPECT_EQ(mended(R"("\\ud800 \n \u00")"), R"("\\ud800 \n \u00")");
  EXPECT_EQ(mended("\"\\"), "\"\\");
}

}  // namespace
}  // namespace alarum
