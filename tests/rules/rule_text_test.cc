#include "rules/rule_text.h"

#include <gtest/gtest.h>

namespace alarum::rules::rule_text_test {
namespace {

constexpr auto kText =
    "rules:\n"
    "  - alert: A\n"
    "    match: x\n"
    "\n"
    "    resolve_after: 1h   # why\n"
    "\n"
    "  - {alert: B, match: y, resolve_after: 1h}\n"
    "tables: {}\n";

TEST(RuleText, AnItemIsItsLinesMovedToTheLeft) {
  EXPECT_EQ(item_text(kText, 2), "- alert: A\n  match: x\n\n  resolve_after: 1h   # why\n");
  EXPECT_EQ(item_text(kText, 7), "- {alert: B, match: y, resolve_after: 1h}\n");
}

TEST(RuleText, ALineThatIsNotThereHasNone) {
  EXPECT_EQ(item_text(kText, 0), "");
  EXPECT_EQ(item_text(kText, 99), "");
}

TEST(RuleText, ARuleOfASetIsFoundByItsName) {
  Sources sources;
  sources.files.push_back({"r.yaml", kText});
  Diagnostics faults;
  const auto set = compile(with_unknown_fault(std::move(sources)), faults);
  ASSERT_TRUE(set) << faults.text();
  const auto* rule = find_rule(*set, "B");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule_text(*set, *rule), "- {alert: B, match: y, resolve_after: 1h}\n");
  EXPECT_NE(rule_text(*set, *find_rule(*set, kUnknownFault)).find("alert: UnknownFault"),
            std::string::npos);
  EXPECT_EQ(find_rule(*set, "C"), nullptr);
}

}  // namespace
}  // namespace alarum::rules::rule_text_test
