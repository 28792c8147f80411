#include "api/change_log.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

ChangeLog::Entry silence(std::string id) {
  return {ChangeLog::Kind::silence, std::move(id)};
}

std::string ids(const std::optional<ChangeLog::Piece>& piece) {
  if (!piece) return "behind";
  std::string out;
  for (const auto& entry : piece->entries) out += entry.id + ' ';
  return out;
}

TEST(ChangeLog, SaysEachThingOnceAtItsNewestChange) {
  ChangeLog log;
  const auto begin = log.open();
  for (const auto* id : {"a", "b", "a", "c", "a"}) log.note(silence(id));
  const auto piece = log.after(begin, 100);
  EXPECT_EQ(ids(piece), "b c a ");
  EXPECT_EQ(ids(log.after(piece->next, 100)), "");
  log.note(silence("b"));
  EXPECT_EQ(ids(log.after(piece->next, 100)), "b ");
}

TEST(ChangeLog, IsReadInPieces) {
  ChangeLog log;
  auto at = log.open();
  for (const auto* id : {"a", "b", "c", "d", "e"}) log.note(silence(id));
  std::string all;
  for (int i = 0; i < 3; ++i) {
    const auto piece = log.after(at, 2);
    all += ids(piece) + "| ";
    at = piece->next;
  }
  EXPECT_EQ(all, "a b | c d | e | ");
  EXPECT_EQ(ids(log.after(at, 2)), "");
}

TEST(ChangeLog, AnAlertAndACommentOnItAreTwoThings) {
  ChangeLog log;
  const auto begin = log.open();
  log.note({ChangeLog::Kind::comment, "a"});
  log.note({ChangeLog::Kind::alert, "a"});
  EXPECT_EQ(ids(log.after(begin, 9)), "a a ");
}

TEST(ChangeLog, WhoHasNotReadWhatWasForgottenIsBehind) {
  ChangeLog log(3);
  const auto begin = log.open();
  for (const auto* id : {"a", "b", "c"}) log.note(silence(id));
  EXPECT_EQ(ids(log.after(begin, 9)), "a b c ");
  log.note(silence("d"));
  EXPECT_EQ(ids(log.after(begin, 9)), "behind");
  EXPECT_EQ(ids(log.after(begin + 1, 9)), "b c d ");
  EXPECT_EQ(ids(log.after(begin + 5, 9)), "behind") << "a number that was never given";
}

TEST(ChangeLog, RecordsNothingWithoutAReader) {
  ChangeLog log;
  log.note(silence("a"));
  EXPECT_FALSE(log.is_on());
  const auto begin = log.open();
  EXPECT_EQ(ids(log.after(begin, 9)), "");
  log.close();
  log.note(silence("b"));
  EXPECT_EQ(ids(log.after(begin, 9)), "b ") << "a reader may come back";
  for (std::size_t i = 0; i <= ChangeLog::kIdleChanges; ++i) log.note(silence("c"));
  EXPECT_FALSE(log.is_on());
  const auto life = log.life();
  log.open();
  EXPECT_EQ(ids(log.after(begin, 9)), "behind");
  EXPECT_EQ(log.life(), life + 1);
}

TEST(ChangeLog, KnowsWhatMayChangeASuppression) {
  ChangeLog log;
  const auto begin = log.open();
  model::Change change;
  change.alert.id = "a", change.alert.rule = "Down", change.alert.key = "k";
  change.kind = model::Change::Kind::repeated;
  log.note(change);
  EXPECT_EQ(log.causes(), 0U);
  change.kind = model::Change::Kind::resolved;
  change.alert.state = model::AlertState::resolved;
  change.alert.reason = model::EndReason::recovered, change.alert.ends_at = Time();
  log.note(change);
  EXPECT_EQ(log.causes(), 1U);
  const auto piece = log.after(begin, 9);
  ASSERT_EQ(ids(piece), "a ");
  const auto& entry = piece->entries.front();
  EXPECT_EQ(entry.place, std::pair(std::string("Down"), std::string("k")));
  EXPECT_EQ(entry.reason, "recovered");
  EXPECT_TRUE(entry.ends_at.has_value());
  log.note(silence("s"));
  EXPECT_EQ(log.causes(), 2U);
}

}  // namespace
}  // namespace alarum::api
