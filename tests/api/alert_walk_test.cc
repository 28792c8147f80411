// Walks over very many alerts: short turns of the engine, nothing twice, nothing missed, while
// others come and go.
#include "api/alert_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "alert/posted.h"
#include "tests/engine/world.h"

namespace alarum::api {
namespace {

class Alerts : public ::testing::Test {
 protected:
  static constexpr int kMany = 25'000;

  void post(const std::string& name, bool over = false, const std::string& team = "a") {
    alert::Posted posted;
    posted.labels = {{"alertname", name}, {"team", team}};
    posted.starts_at = now_;
    if (over) posted.ends_at = now_;
    ++offset_, now_ += std::chrono::milliseconds(1);
    ASSERT_TRUE(processor_.step({offset_, now_, 0,
                                 alert::event_of(posted, std::to_string(offset_), "10.0.0.1"),
                                 std::nullopt}));
    if (processor_.waiting() > 5000) commit();
  }
  void commit() { ASSERT_TRUE(processor_.commit()); }
  static std::string name_of(const AlertView& one) { return one.alert->labels.at("alertname"); }

  Result<AlertPage> page_of(const AlertFilter& wanted, const AlertPlace& after, std::size_t most) {
    if (after.part == AlertPlace::Part::resolved) {
      return resolved_page(wanted, after, most, *book_, processor_, now_);
    }
    return firing_page(wanted, after, most, engine_, processor_, now_);
  }

  /// The names that a walk meets and how often; `between` runs after each page.
  std::map<std::string, int> walk(
      const AlertFilter& wanted, std::size_t most,
      const std::function<void(std::size_t)>& between = [](std::size_t) {}) {
    std::map<std::string, int> met;
    AlertPlace place;
    for (std::size_t pages = 0; place.part != AlertPlace::Part::end; ++pages) {
      const auto read = AlertPlace::of(place.text());  // as a client gives it back
      EXPECT_TRUE(read);
      const auto page = page_of(wanted, *read, most);
      EXPECT_TRUE(page);
      EXPECT_LE(page->alerts.size(), most);
      for (const auto& one : page->alerts) ++met[name_of(one)];
      place = page->next;
      between(pages);
    }
    return met;
  }

  engine::Engine engine_{
      [](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
        return fail("bad_state", "");
      }};
  std::unique_ptr<alert::Book> book_ = std::move(*alert::Book::open(":memory:"));
  engine::Processor processor_{
      engine_,
      *book_,
      {std::make_shared<config::Routing>(config::routing_to("nobody")),
       {},
       [](const std::string&, const model::Message&) { return std::nullopt; },
       {}}};
  model::Offset offset_ = 0;
  Time now_ = support::kStart;
};

TEST_F(Alerts, AreMetExactlyOnceWhileOthersComeAndGo) {
  for (int i = 0; i < kMany; ++i) post("stays" + std::to_string(i));
  for (int i = 0; i < 200; ++i) post("goes" + std::to_string(i));
  const auto met = walk({}, 100, [&](std::size_t page) {
    post("comes" + std::to_string(page));
    post("goes" + std::to_string(page % 200), true);
  });
  std::size_t stayed = 0;
  for (const auto& [name, times] : met) {
    EXPECT_EQ(times, 1) << name;
    stayed += name.starts_with("stays");
  }
  EXPECT_EQ(stayed, kMany);
}

TEST_F(Alerts, ThatEndedFollowThoseThatFireAndNothingIsCutOff) {
  constexpr int kEnded = 12'000;  // more than one answer held once
  for (int i = 0; i < kEnded; ++i)
    post("over" + std::to_string(i)), post("over" + std::to_string(i), true);
  for (int i = 0; i < 10; ++i) post("fires" + std::to_string(i));
  commit();
  AlertFilter wanted;
  wanted.resolved = true;
  const auto met = walk(wanted, 250, [&](std::size_t page) {
    if (page == 20) post("late"), post("late", true), commit();
  });
  EXPECT_EQ(met.size(), kEnded + 10U);
  EXPECT_TRUE(std::ranges::all_of(met, [](const auto& one) { return one.second == 1; }));
  wanted.since = now_;
  EXPECT_LE(walk(wanted, 250).size(), 11U);
}

TEST_F(Alerts, OfWhichFewAreWantedCostNoLongerTurn) {
  for (int i = 0; i < 1000; ++i) post("n" + std::to_string(i), false, i == 999 ? "b" : "a");
  AlertFilter wanted;
  wanted.matchers = *model::parse_matchers("team=b");
  std::size_t pages = 0;
  EXPECT_EQ(walk(wanted, 100, [&](std::size_t page) { pages = page + 1; }).size(), 1U);
  EXPECT_GE(pages, 10U);
}

TEST_F(Alerts, PlacesThatNobodyWroteAreRefused) {
  for (const char* text : {"x", "f.", "f.a", "f.!.a", "r.1", "r.a.1", "r.1.", "q.1.2"})
    EXPECT_FALSE(AlertPlace::of(text)) << text;
  const AlertPlace odd{AlertPlace::Part::firing, {"Rule \xC3\xA9>?", "a=b&c,d"}, {}};
  EXPECT_EQ(odd.text().find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."),
            std::string::npos);
  EXPECT_EQ(AlertPlace::of(odd.text())->id, odd.id);
}

TEST_F(Alerts, OfGroupsComeInShortTurnsToo) {
  // The default route groups nothing: each is a group of its own; walked 7 at a time they are the
  // same as all at once.
  for (int i = 0; i < 100; ++i) post("g" + std::to_string(i));
  auto names = processor_.dispatcher().names();
  std::ranges::sort(names);
  std::multiset<std::string> met;
  GroupPlace place;
  std::vector<GroupView> begun;
  while (place.group < names.size()) {
    const bool within = !place.member.empty();
    auto page =
        grouped({}, names, place, 7, engine_.active_alerts(), processor_.dispatcher(), now_);
    EXPECT_LE(page.groups.size(), 8U);
    ASSERT_TRUE(!within || !page.groups.empty());
    for (const auto& group : page.groups)
      for (const auto& one : group.alerts) met.insert(name_of(one));
    ASSERT_TRUE(page.next.group > place.group || page.next.member > place.member) << "it goes on";
    place = page.next;
  }
  EXPECT_EQ(met.size(), 100U);
  EXPECT_EQ(std::set<std::string>(met.begin(), met.end()).size(), 100U);
}

}  // namespace
}  // namespace alarum::api
