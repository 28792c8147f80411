// Receivers on this machine: console and file.
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

TEST(Console, NamesAPostedAlertToo) {
  auto message = firing();
  EXPECT_NE(console_lines(message).find("critical  NpuFault  npu=3"), std::string::npos)
      << console_lines(message);
  message.changes[0].alert.rule.clear();
  EXPECT_NE(console_lines(message).find("critical  NpuFault  npu=3"), std::string::npos)
      << console_lines(message);
}

TEST(Console, ColoursItsLinesForATerminal) {
  const auto how = integration_of("console_configs: [{}]");
  EXPECT_EQ(
      compose(firing(), {how, "", true})->body,
      "1970-01-01 00:01:40Z  \033[31mFIRING  \033[0m  critical  NpuFault  npu=3  NPU 3 is down\n");
  EXPECT_EQ(compose(resolved(), {how, "", false})->body,
            "1970-01-01 00:01:40Z  RESOLVED  critical  NpuFault  npu=3  NPU 3 is down (recovered, "
            "after 1m)\n");
}

TEST(File, HasALineOfVersion4ANotification) {
  EXPECT_EQ(content_of("file_configs: [{path: x}]").body,
            content_of("webhook_configs: [{url: 'http://x'}]").body + "\n");
}

TEST(Outputs, AreOfThisMachine) {
  EXPECT_EQ(*receiver_of(integration_of("console_configs: [{}]")).output(), "");
  EXPECT_EQ(*receiver_of(integration_of("file_configs: [{path: /x/y}]")).output(), "/x/y");
  EXPECT_EQ(integration_of("file_configs: [{path: x}]").concurrency, 1u);
}

}  // namespace
}  // namespace alarum::receivers
