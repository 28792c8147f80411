#include <gtest/gtest.h>

#include "cli/routes_command.h"

namespace alarum::cli::routes_text_test {
namespace {

TEST(RoutesText, DrawsTheTree) {
  Diagnostics faults;
  const auto root = parse_yaml(
      "route:\n"
      "  receiver: all\n"
      "  group_by: [alertname]\n"
      "  routes:\n"
      "  - {matchers: [severity=critical], receiver: oncall, continue: true}\n"
      "  - {matchers: [team=db], receiver: db, group_wait: 1m}\n",
      "c.yaml", faults);
  ASSERT_TRUE(root);
  const auto routing = config::read_routing(*root, {"all", "oncall", "db"}, faults);
  ASSERT_TRUE(faults.ok()) << faults.text();
  const auto waits = "by alertname, wait 30s, then every 5m, reminders every 4h)\n";
  EXPECT_EQ(routes_text(alert::RouteTree(routing.root)),
            std::string("everything → all (") + waits +
                "├─ severity=\"critical\" → oncall, and goes on (" + waits +
                "└─ team=\"db\" → db (by alertname, wait 1m, then every 5m, reminders every 4h)\n");
}

}  // namespace
}  // namespace alarum::cli::routes_text_test
