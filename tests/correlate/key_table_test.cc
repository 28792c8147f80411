#include "correlate/key_table.h"

#include <gtest/gtest.h>

#include "correlate/key_writer.h"

namespace alarum::correlate {
namespace {

using namespace std::chrono_literals;

Time moment(Duration offset) {
  return Time(1'000'000min) + offset;
}
void see(KeyTable& table, const std::string& key, Duration when) {
  std::get<Absence>(table.modify(*table.find_or_add(key, 1'000)).state).last = moment(when);
}
KeyTable of_absences() {
  return {rules::Condition::absent, false};
}
// `KEY=SECONDS` of each key of a checkpoint, by key.
std::string saved_keys(std::string saved) {
  ByteReader in(saved);
  std::map<std::string, std::string> keys;
  while (!in.at_end()) {
    EXPECT_EQ(in.number(), 1U) << "of the first table";
    KeyTable one(rules::Condition::absent, false);
    const auto* key = one.load_key(in, 10);
    const auto last = std::get<Absence>(key->state).last - moment(0s);
    keys[key->key] += ' ' + key->key + '=' + std::to_string(last.count() / 1'000'000);
  }
  std::string text;
  for (const auto& [name, one] : keys) text += one;
  return text;
}

TEST(KeyTable, TakesNoMoreThanMaxKeysButFindsThoseThatAreThere) {
  auto table = of_absences();
  const auto* first = table.find_or_add("a", 2);
  ASSERT_TRUE(table.find_or_add("b", 2));
  EXPECT_EQ(table.find_or_add("c", 2), nullptr);
  EXPECT_EQ(table.find_or_add("a", 2), first);
  EXPECT_EQ(table.size(), 2U);
}

TEST(KeyTable, RunsWhatIsDueByTimeThenKey) {
  auto table = of_absences();
  for (const auto* key : {"c", "b", "a"}) see(table, key, 0s);
  table.arm(*table.find("c"), moment(1s)), table.arm(*table.find("b"), moment(2s));
  table.arm(*table.find("a"), moment(2s));
  std::string order;
  while (table.next()) order += table.pop()->key;
  EXPECT_EQ(order, "cab");
}

TEST(KeyTable, AKeyThatIsDueLaterMovesOn) {
  auto table = of_absences();
  see(table, "a", 0s);
  table.arm(*table.find("a"), moment(1s));
  table.arm(*table.find("a"), moment(5s));
  EXPECT_EQ(table.pop(), nullptr) << "nothing was due";
  EXPECT_EQ(table.next()->at, moment(5s));
}

TEST(KeyTable, AnErasedKeyIsGoneThoughItIsQueued) {
  auto table = of_absences();
  see(table, "a", 0s);
  table.arm(*table.find("a"), moment(1s));
  table.erase(*table.find("a"));
  EXPECT_EQ(table.find("a"), nullptr);
  see(table, "a", 0s);
  table.arm(*table.find("a"), moment(2s));
  EXPECT_EQ(table.pop(), nullptr);
  EXPECT_EQ(table.pop(), table.find("a"));
}

TEST(KeyTable, GivesThePartsOfAKeyInTheirOrder) {
  KeyTable table(rules::Condition::count, true);
  for (const auto* key : {"s=1,n=2", "s=1", "s=1,n=1", "s=10,n=1"}) table.find_or_add(key, 10);
  std::string parts;
  for (const auto* part : table.parts("s=1")) parts += part->key + ' ';
  EXPECT_EQ(parts, "s=1,n=1 s=1,n=2 ");
}

TEST(KeyTable, KnowsTheKeysWhoseWindowsFire) {
  KeyTable table(rules::Condition::count, false);
  rules::Rule rule;
  rule.threshold = 1, rule.within = 1min;
  const auto& key = *table.find_or_add("a", 10);
  table.find_or_add("b", 10);
  window_of(table.modify(key).state)->take(rule, {moment(0s), moment(0s), 1, 1});
  table.arm(key, moment(2min));
  ASSERT_EQ(table.firing().size(), 1U);
  EXPECT_EQ((*table.firing().begin())->key, "a");
  window_of(table.modify(key).state)->forget();
  table.arm(key, moment(2min));
  EXPECT_EQ(table.firing().size(), 0U);
}

TEST(KeyWriter, WritesTheKeysOfOneMomentWhateverHappensMeanwhile) {
  auto table = of_absences();
  for (const auto* key : {"a", "b", "c", "d"}) see(table, key, 1s);
  KeyWriter writer({&table});
  see(table, "a", 2s);
  see(table, "new", 2s);
  table.erase(*table.find("b"));
  table.arm(*table.find("c"), moment(9s));
  ByteWriter out;
  while (!writer.write(out.size() + 1, out)) see(table, "d", 3s);
  EXPECT_EQ(saved_keys(out.take()), " a=1 b=1 c=1 d=1") << "each once";
}

TEST(KeyWriter, ACheckpointThatIsGivenUpLeavesAllKeysToTheNext) {
  auto table = of_absences();
  for (const auto* key : {"a", "b", "c"}) see(table, key, 1s);
  KeyWriter first({&table});
  ByteWriter unused, out;
  first.write(1, unused);
  see(table, "c", 2s);
  first.finish();
  KeyWriter second({&table});
  while (!second.write(out.size() + 1, out)) {
  }
  EXPECT_EQ(saved_keys(out.take()), " a=1 b=1 c=2");
}

TEST(KeyTable, RefusesAKeyThatACheckpointHasTwice) {
  auto table = of_absences();
  see(table, "a", 1s);
  KeyWriter writer({&table});
  ByteWriter out;
  while (!writer.write(1 << 20, out)) {
  }
  const auto saved = out.take();
  auto other = of_absences();
  ByteReader once(saved), again(saved);
  (void)once.number(), (void)again.number();
  EXPECT_TRUE(other.load_key(once, 10));
  EXPECT_EQ(other.load_key(again, 10), nullptr);
}

}  // namespace
}  // namespace alarum::correlate
