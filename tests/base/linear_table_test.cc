#include "base/linear_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace alarum {
namespace {

struct Item {
  std::string key;
  int value = 0;
  std::uint32_t hash = 0;
  std::unique_ptr<Item> next;
};
using Table = LinearTable<Item>;

void add(Table& table, const std::string& key, int value) {
  auto item = std::make_unique<Item>();
  item->key = key, item->value = value;
  table.add(std::move(item));
}

TEST(LinearTable, IsGivenBackInParts) {
  Table table;
  for (int i = 0; i < 1'000; ++i) add(table, std::to_string(i), i);
  int parts = 1;
  while (!table.drop_some(10)) ++parts;
  EXPECT_GT(parts, 50);
  EXPECT_EQ(table.size(), 0U);
  add(table, "again", 1);
  EXPECT_EQ(table.find("again")->value, 1);
}

TEST(LinearTable, HoldsWhatAMapHolds) {
  std::mt19937 random(7);
  Table table;
  std::map<std::string, int> twin;
  for (int i = 0; i < 50'000; ++i) {
    const auto key = std::to_string(random() % 5'000);
    auto* found = table.find(key);
    ASSERT_EQ(found != nullptr, twin.contains(key)) << key;
    if (!found) {
      add(table, key, i);
      twin[key] = i;
    } else if (random() % 3 == 0) {
      EXPECT_EQ(table.take(*found)->value, twin[key]);
      twin.erase(key);
    } else {
      EXPECT_EQ(found->value, twin[key]);
    }
    ASSERT_EQ(table.size(), twin.size());
  }
  std::map<std::string, int> all;
  table.each([&](const Item& item) { EXPECT_TRUE(all.emplace(item.key, item.value).second); });
  EXPECT_EQ(all, twin);
}

TEST(LinearTable, AWalkIsTheSameWhateverOrderTheKeysCameIn) {
  std::mt19937 random(7);
  std::vector<std::string> keys;
  for (int i = 0; i < 1'000; ++i) keys.push_back(std::to_string(i));
  std::set<std::string> walks;
  for (int round = 0; round < 3; ++round) {
    std::ranges::shuffle(keys, random);
    Table table;
    for (const auto& key : keys) add(table, key, 0);
    for (std::size_t i = 0; i < 300; ++i) add(table, table.take(*table.find(keys[i]))->key, 0);
    std::string walk;
    table.each([&](const Item& item) { walk += item.key + ' '; });
    walks.insert(walk);
  }
  EXPECT_EQ(walks.size(), 1U);
}

TEST(LinearTable, AnInsertionAddsAtMostOneBucket) {
  Table table;
  for (int i = 0; i < 20'000; ++i) {
    const auto before = table.buckets();
    add(table, std::to_string(i), i);
    EXPECT_LE(table.buckets(), before + 1);
    EXPECT_GE(table.buckets(), table.size());
  }
}

TEST(LinearTable, AWalkInPartsMeetsAllThatWereThereWhenItBegan) {
  Table table;
  for (int i = 0; i < 1'000; ++i) add(table, std::to_string(i), i);
  std::set<int> met;
  int more = 1'000;
  for (std::size_t bucket = 0; bucket < table.buckets(); ++bucket) {
    table.in_bucket(bucket, [&](const Item& item) { met.insert(item.value); });
    if (bucket % 3 == 0 && more < 3'000) add(table, std::to_string(more), more), ++more;
  }
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(met.contains(i)) << i;
}

}  // namespace
}  // namespace alarum
