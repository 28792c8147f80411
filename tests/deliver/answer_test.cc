#include "deliver/answer.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace alarum::deliver {
namespace {

using Kind = Verdict::Kind;

TEST(Answer, RetryAfterIsSecondsOrADateInAnyOfItsForms) {
  const auto now = *parse_rfc3339("1994-11-06T08:49:07Z");
  for (const char* value : {" 30\r\n", "30", " Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(retry_after_of(value, "", now), std::chrono::seconds(30)) << value;
  }
  for (const char* value :
       {"", "soon", "-5", "1.5", "Sun, 06 Nov 1994 08:49:00 GMT", "Sun, 06 Nov 1994"})
    EXPECT_EQ(retry_after_of(value, "", now), std::chrono::seconds(0)) << value;
  for (const char* value : {"999999", "99999999999999999999999", "Sun, 06 Nov 2094 08:49:37 GMT"})
    EXPECT_EQ(retry_after_of(value, "", now), receivers::kMostRetryAfter) << value;
}

// Our clock is eight hours behind the receiver's, or before it.
TEST(Answer, ADateCountsFromTheAnswersOwn) {
  const std::string until = " Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  for (const char* wrong : {"1994-11-06T00:49:07Z", "1994-11-06T16:49:07Z"}) {
    const auto now = *parse_rfc3339(wrong);
    const auto after = [&](const char* date) { return retry_after_of(until, date, now); };
    EXPECT_EQ(after(" Sun, 06 Nov 1994 08:49:07 GMT\r\n"), std::chrono::seconds(30)) << wrong;
    EXPECT_EQ(after("Sun, 06 Nov 1994 08:50:00 GMT"), std::chrono::seconds(0)) << wrong;
    EXPECT_EQ(after("today"), after("")) << wrong;
    EXPECT_EQ(retry_after_of("30", "Sun, 06 Nov 1994 08:49:07 GMT", now), std::chrono::seconds(30));
  }
}

// Who reads the log cannot tell a simulated receiver from a real one.
TEST(Answer, WhyThereIsNoneIsSaidInLibcurlsWords) {
  EXPECT_EQ(to_text(NoAnswer::refused), curl_easy_strerror(CURLE_COULDNT_CONNECT));
  EXPECT_EQ(to_text(NoAnswer::timed_out), curl_easy_strerror(CURLE_OPERATION_TIMEDOUT));
  EXPECT_EQ(to_text(NoAnswer::nothing), curl_easy_strerror(CURLE_GOT_NOTHING));
  EXPECT_EQ(to_text(NoAnswer::cut), curl_easy_strerror(CURLE_PARTIAL_FILE));
  const auto verdict =
      verdict_of_failure(to_text(NoAnswer::refused), "https://hook.example/secret?token=x");
  EXPECT_EQ(std::pair(verdict.kind, verdict.detail),
            std::pair(Kind::retry, std::string("Couldn't connect to server (hook.example:443)")));
}

TEST(Answer, AFailedTransferHasOneOfAFewCauses) {
  EXPECT_EQ(cause_of(CURLE_COULDNT_CONNECT), Cause::connect);
  EXPECT_EQ(cause_of(CURLE_COULDNT_RESOLVE_HOST), Cause::dns);
  EXPECT_EQ(cause_of(CURLE_OPERATION_TIMEDOUT), Cause::timeout);
  EXPECT_EQ(cause_of(CURLE_PEER_FAILED_VERIFICATION), Cause::tls);
  EXPECT_EQ(cause_of(CURLE_GOT_NOTHING), Cause::connection_lost);
  EXPECT_EQ(cause_of(CURLE_OUT_OF_MEMORY), Cause::other);
}

}  // namespace
}  // namespace alarum::deliver
