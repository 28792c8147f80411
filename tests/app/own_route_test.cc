#include <gtest/gtest.h>

#include "app/delivery_config.h"
#include "receivers/list.h"

namespace alarum::app {
namespace {

using Names = std::vector<std::string>;

OwnRoute route_of(const std::string& more = "") {
  Diagnostics out;
  const auto config = config::parse("route: {receiver: ops}\n" + more + R"(
receivers:
  - {name: none}
  - {name: chat, webhook_configs: [{url: "http://h/"}]}
  - {name: ops, webhook_configs: [{url: "http://h/", fallback: oncall}, {url: "http://h/"}]}
  - {name: oncall, pagerduty_configs: [{routing_key: "0123456789abcdef0123456789abcdef"}]}
)",
                                    "c.yaml", receivers::kinds(), out);
  EXPECT_TRUE(config) << out.text();
  return OwnRoute(*config);
}

TEST(OwnRoute, IsTheRootsReceiverOrTheOneThatTheConfigNames) {
  EXPECT_EQ(route_of().receivers({}), Names{"ops"});
  EXPECT_EQ(route_of().receivers({"ops/webhook/0", "chat/webhook/0"}), Names{"ops"})
      << "one of its targets takes what it is sent";
  EXPECT_EQ(route_of("self_monitoring: chat").receivers({}), Names{"chat"});
  EXPECT_EQ(route_of("self_monitoring: none").receivers({"ops/webhook/0"}), Names{"none"})
      << "nobody, if that is what the config says";
}

TEST(OwnRoute, WhereItFailsItsFallbackHearsOfItTooElseWhoeverTakesSomething) {
  const std::set<std::string> ops{"ops/webhook/0", "ops/webhook/1"};
  EXPECT_EQ(route_of().receivers(ops), (Names{"ops", "oncall"}));
  auto both = ops;
  both.insert("oncall/pagerduty/0");
  EXPECT_EQ(route_of().receivers(both), (Names{"ops", "chat"}));
  both.insert("chat/webhook/0");
  EXPECT_EQ(route_of().receivers(both), Names{"ops"}) << "nobody is left";
}

}  // namespace
}  // namespace alarum::app
