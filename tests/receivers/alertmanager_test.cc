#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

TEST(Alertmanager, PostsAnArray) {
  const auto body = body_of("alertmanager_configs: [{url: 'http://am:9093/'}]", resolved());
  ASSERT_TRUE(body.is_array());
  EXPECT_EQ(body[0]["endsAt"], "1970-01-01T00:01:00Z");
  EXPECT_FALSE(body_of("alertmanager_configs: [{url: 'http://am:9093/'}]")[0].contains("endsAt"));
  EXPECT_EQ(prepared("alertmanager_configs: [{url: 'http://am:9093/'}]", "[]").url,
            "http://am:9093/api/v2/alerts");
}

TEST(Alertmanager, IsToldAgainWhatFires) {
  EXPECT_EQ(receiver_of(integration_of("alertmanager_configs: [{url: 'http://x'}]")).resend_every(),
            1min);
  EXPECT_EQ(
      receiver_of(integration_of("alertmanager_configs: [{url: 'http://x', resend_every: 30s}]"))
          .resend_every(),
      30s);
}

}  // namespace
}  // namespace alarum::receivers
