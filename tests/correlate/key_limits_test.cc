#include "correlate/key_limits.h"

#include <gtest/gtest.h>

namespace alarum::correlate {
namespace {

rules::Rule rule_of(const std::string& name, std::uint64_t max_keys) {
  rules::Rule rule;
  rule.alert = name;
  rule.max_keys = max_keys;
  return rule;
}

TEST(KeyLimits, ARuleLeavesTheListAtNineTenthsOfItsLimit) {
  KeyLimits limits;
  limits.add(rule_of("A", 100));
  limits.review([](const std::string&) { return 91; });
  EXPECT_TRUE(limits.names().contains("A"));
  limits.review([](const std::string&) { return 90; });
  EXPECT_FALSE(limits.names().contains("A"));
}

TEST(KeyLimits, RulesThatAreNotInForceLeave) {
  KeyLimits limits;
  limits.add(rule_of("A", 1)), limits.add(rule_of("B", 1));
  limits.keep_only([](const std::string& name) { return name == "B"; });
  EXPECT_EQ(limits.names(), std::set<std::string>{"B"});
}

TEST(KeyLimits, ComesBackFromACheckpointWithItsLimits) {
  KeyLimits limits;
  limits.add(rule_of("A", 100)), limits.add(rule_of("B", 10));
  ByteWriter out;
  limits.save(out);
  const auto saved = out.take();
  ByteReader in(saved);
  auto loaded = KeyLimits::load(in);
  EXPECT_TRUE(in.at_end());
  loaded.review([](const std::string&) { return 50; });
  EXPECT_EQ(loaded.names(), std::set<std::string>{"B"});
}

}  // namespace
}  // namespace alarum::correlate
