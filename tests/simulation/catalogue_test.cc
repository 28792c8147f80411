#include "tests/simulation/catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "config/config.h"
#include "receivers/list.h"
#include "tests/rules/text_rules.h"
#include "tests/simulation/clock.h"

namespace alarum::simulation {
namespace {

std::string faults_of_rules(const std::string& yaml) {
  Diagnostics faults;
  return rules::TextRules{{{"r.yaml", yaml}}, {}}.compile(faults) ? "" : faults.text();
}

std::string faults_of_config(const std::string& yaml) {
  Diagnostics faults;
  return config::parse(yaml, "/c.yaml", receivers::kinds(), faults) ? "" : faults.text();
}

TEST(Catalogue, EachRuleSetLoads) {
  for (const auto& set : rule_sets())
    EXPECT_EQ(faults_of_rules(set.yaml), "") << set.name << '\n' << set.yaml;
}

TEST(Catalogue, EachConfigLoads) {
  for (const auto& text : configs()) EXPECT_EQ(faults_of_config(text.yaml), "") << text.name;
}

TEST(Catalogue, WhatIsBrokenIsRefused) {
  for (const auto& text : broken_rules()) EXPECT_NE(faults_of_rules(text), "") << text;
  for (const auto& text : broken_configs()) EXPECT_NE(faults_of_config(text), "") << text;
}

TEST(Catalogue, NamesAreUnique) {
  std::set<std::string> names;
  for (const auto& set : rule_sets()) EXPECT_TRUE(names.insert(set.name).second) << set.name;
  EXPECT_EQ(rule_set("tuned")->name, "tuned");
  EXPECT_EQ(rule_set("nowhere"), nullptr);
}

TEST(Catalogue, EventsComeOfEveryRule) {
  SeededRandom numbers(7);
  for (const auto& set : rule_sets()) {
    std::set<std::string> types;
    for (int i = 0; i < 2000; ++i)
      types.insert(draw_event(set, numbers, Time(std::chrono::hours(500'000))).type);
    for (const auto& rule : set.simple) {
      for (const auto& type : rule.match)
        EXPECT_TRUE(types.contains(type)) << set.name << ' ' << type;
      for (const auto& type : rule.until)
        EXPECT_TRUE(types.contains(type)) << set.name << ' ' << type;
    }
  }
}

}  // namespace
}  // namespace alarum::simulation
