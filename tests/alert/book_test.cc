#include "alert/book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "alert/book_view.h"
#include "alert/codec.h"
#include "tests/support/story.h"

namespace alarum::alert {
namespace {

using model::Receipt;

Time at(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

model::Change fired(const std::string& id, model::Offset offset) {
  model::Change change;
  change.alert.id = id, change.alert.rule = "Card", change.alert.key = "npu=" + id,
  change.alert.labels = {{"alertname", "Card"}, {"note", "a\"b\n\xC3\xA9"}};
  change.alert.severity = model::Severity::critical, change.alert.starts_at =
                                                         change.alert.changed_at = change.at =
                                                             at(static_cast<std::int64_t>(offset));
  change.offset = offset;
  return change;
}

model::Notification to(const std::string& target, const std::string& id,
                       const std::string& alert_id) {
  model::Notification out;
  out.id = id, out.target = target, out.group_key = "g", out.body = "body of " + id,
  out.alert_id = alert_id, out.headers = "A: b\n", out.facts = "{}";
  out.alert_ids = {alert_id}, out.created = at(1);
  return out;
}

class BookTest : public testing::Test {
 protected:
  Book& book() {
    if (!book_) open();
    return *book_;
  }
  void open() {
    book_.reset();
    auto opened = Book::open(path());
    ASSERT_TRUE(opened) << opened.error().message;
    book_ = std::move(*opened);
  }
  std::string path() const { return folder_ / "book.sqlite"; }
  std::vector<std::string> waiting(const std::string& target) {
    std::vector<std::string> ids;
    const auto pending = book().pending(target, 0, 100);
    for (const auto& one : *pending) ids.push_back(one.id);
    return ids;
  }
  void end(const std::string& id, Receipt::Outcome outcome, Time when = at(5)) {
    Book::Batch batch;
    batch.receipts.push_back({id, outcome, 3, "500", when});
    ASSERT_TRUE(book().commit(batch));
  }

  support::Folder folder_;
  std::unique_ptr<Book> book_;
};

TEST_F(BookTest, ABatchEnteredTwiceIsThereOnce) {
  Book::Batch batch{{fired("a1", 7)},
                    {to("x", "n1", "a1"), to("y", "n2", "a1")},
                    {{model::Suppressed::Why::muted,
                      "a1",
                      "r",
                      "g",
                      model::AlertState::firing,
                      {"nights"},
                      7,
                      at(7)}},
                    {},
                    8};
  ASSERT_TRUE(book().commit(batch));
  ASSERT_TRUE(book().commit(batch));
  open();
  EXPECT_EQ(book().processed(), 8u);
  EXPECT_EQ(*book().history(), std::vector{history_line(batch.changes[0])});
  EXPECT_EQ(waiting("x"), std::vector<std::string>{"n1"});
  EXPECT_EQ(waiting("y"), std::vector<std::string>{"n2"});
  EXPECT_EQ(book().entries({})->entries.size(), 4u);
  EXPECT_EQ(book().pending("x", 0, 1)->front().body, "body of n1");
}

TEST_F(BookTest, AnAlertThatChangesOftenInABatchStandsAsItsLastChangeSays) {
  auto repeated = fired("a1", 8), again = repeated, other = fired("b1", 9),
       resolved = fired("a1", 10);
  repeated.kind = again.kind = model::Change::Kind::repeated;
  repeated.alert.count = 2, again.alert.count = 3, resolved.alert.count = 3;
  resolved.kind = model::Change::Kind::resolved;
  resolved.alert.state = model::AlertState::resolved;
  const Book::Batch first{{fired("a1", 7), repeated, other, again}, {}, {}, {}, 10};
  ASSERT_TRUE(book().commit(first));
  EXPECT_EQ((*book().alert("a1"))->count, 3U);
  EXPECT_EQ((*book().alert("b1"))->count, 1U);
  ASSERT_TRUE(book().commit({{again, resolved}, {}, {}, {}, 11}));
  EXPECT_EQ((*book().alert("a1"))->state, model::AlertState::resolved);
  EXPECT_EQ(*book().firing_ids(), std::set<std::string>{"b1"});
  const std::vector lines{history_line(first.changes[0]), history_line(other),
                          history_line(resolved)};
  EXPECT_EQ(*book().history(), lines);
}

// Over SQLite's own files, as the daemon has them.
TEST_F(BookTest, TheDatabaseIsNotWrittenFromAWalInDoubt) {
  auto commits = [this, i = model::Offset{0}](int count) mutable {
    for (; count > 0; --count, ++i) {
      auto change = fired("a" + std::to_string(i), i);
      change.alert.annotations = {{"text", std::string(100'000, 'x')}};
      ASSERT_TRUE(book().commit({{change}, {}, {}, {}, i + 1}));
    }
  };
  const auto size = [this] { return std::filesystem::file_size(path()); };
  commits(20);
  const auto before = size();
  EXPECT_GT(before, 1'000'000U) << "the WAL was brought into it";
  ASSERT_FALSE(book().syncs().sync([]() -> Result<void> { return fail("io_error", "cable out"); }));
  commits(20);
  EXPECT_EQ(size(), before);
  auto reader = *Database::open_read_only(path());
  ASSERT_TRUE(reader.run("BEGIN"));
  EXPECT_EQ(integer((*reader.query("SELECT count(*) FROM alerts"))[0][0]), 40);
  ASSERT_TRUE(book().settle());
  commits(20);
  EXPECT_GT(size(), before);
  EXPECT_EQ(text((*reader.query("PRAGMA integrity_check"))[0][0]), "ok");
  EXPECT_EQ(integer((*reader.query("SELECT count(*) FROM alerts"))[0][0]), 40);
  ASSERT_TRUE(reader.run("COMMIT"));
  commits(20);
  ASSERT_FALSE(book().syncs().sync([]() -> Result<void> { return fail("io_error", "cable out"); }));
  book_.reset();
  EXPECT_GT(std::filesystem::file_size(path() + "-wal"), 0U)
      << "the end of a book in doubt makes no checkpoint";
  open();
  EXPECT_FALSE(book().syncs().doubt());
  EXPECT_EQ(book().processed(), 80U);
}

TEST_F(BookTest, StoriesAndResolvedAlertsAreReadInPagesThatNewOnesDoNotMove) {
  Book::Batch batch;
  for (int i = 0; i < 20; ++i) {
    // Several of the same moment
    auto change = fired("a" + std::to_string(i), static_cast<model::Offset>(i / 3));
    batch.changes.push_back(change);
    change.kind = model::Change::Kind::resolved, change.alert.state = model::AlertState::resolved;
    batch.changes.push_back(change);
    auto note = to("x", "n" + std::to_string(i), change.alert.id);
    note.alert_ids = {change.alert.id, "other"}, note.created = at(i / 4);
    batch.notifications.push_back(note);
    batch.suppressed.push_back({model::Suppressed::Why::muted,
                                change.alert.id,
                                i % 2 ? "r" : "q",
                                "g",
                                model::AlertState::firing,
                                {},
                                change.offset,
                                change.at});
  }
  batch.processed = 10;
  ASSERT_TRUE(book().commit(batch));
  const auto whole = book().entries({});
  ASSERT_EQ(whole->entries.size(), 100u);
  EXPECT_FALSE(whole->next);
  const auto key = [](const Book::Entry& entry) {
    return std::tuple(entry.kind, entry.row, entry.alert_id);
  };
  Book::Question question;
  question.limit = 7;
  std::vector<std::tuple<Book::Entry::Kind, std::int64_t, std::string>> paged, once;
  for (const auto& entry : whole->entries) once.push_back(key(entry));
  Book::Places places;
  for (int page = 0;; ++page) {
    const auto found = book().entries(question, places);
    ASSERT_TRUE(found);
    EXPECT_LE(found->entries.size(), 7u);
    for (const auto& entry : found->entries) paged.push_back(key(entry));
    if (!found->next) break;
    places = *found->next;
    ASSERT_TRUE(book().commit({{fired("new" + std::to_string(page), 100)},
                               {},
                               {},
                               {},
                               static_cast<model::Offset>(101 + page)}));
  }
  EXPECT_EQ(paged, once);
  EXPECT_TRUE(std::ranges::is_sorted(whole->entries, std::ranges::greater(), &Book::Entry::at));

  std::set<std::string> met;
  Book::Place place;
  for (bool more = true; more;) {
    const auto found = book().resolved(place, 3);
    for (const auto& alert : found->alerts) EXPECT_TRUE(met.insert(alert.id).second) << alert.id;
    more = found->next.has_value();
    if (more) place = *found->next;
  }
  EXPECT_EQ(met.size(), 20u);
  question.limit = 1000, question.target = "q";
  EXPECT_EQ(book().entries(question)->entries.size(), 10u);
  question.target = "", question.alert_id = "a3";
  EXPECT_EQ(book().entries(question)->entries.size(), 4u);
}

TEST_F(BookTest, WhatIsDeliveredWaitsNoMoreAndIsNotEnteredAgain) {
  ASSERT_TRUE(
      book().commit({{fired("a1", 0)}, {to("x", "n1", "a1"), to("x", "n2", "a1")}, {}, {}, 1}));
  EXPECT_EQ(book().news(), (std::map<std::string, std::uint64_t>{{"x", 2}}));
  EXPECT_TRUE(book().news().empty());
  end("n1", Receipt::Outcome::delivered);
  ASSERT_TRUE(book().commit({{}, {to("x", "n1", "a1")}, {}, {}, 1}));
  EXPECT_EQ(waiting("x"), std::vector<std::string>{"n2"});
  EXPECT_TRUE(book().news().empty());
  EXPECT_TRUE(*book().was_told("x", "a1"));
  EXPECT_FALSE(*book().was_told("y", "a1"));
  EXPECT_EQ(book().told_firing("x")->size(), 1u);
  end("n1", Receipt::Outcome::dead);  // a receipt that comes again changes nothing
  const auto counts = *book().counts();
  EXPECT_EQ(std::tuple(counts.firing, counts.pending, counts.delivered, counts.dead),
            std::tuple(1u, 1u, 1u, 0u));
}

TEST_F(BookTest, WhatEndedBeforeItWasEnteredIsEnteredAsItEnded) {
  const Receipt delivered{"n1", Receipt::Outcome::delivered, 2, "200", at(5)};
  ASSERT_TRUE(book().commit(
      {{fired("a1", 0)}, {to("x", "n1", "a1"), to("x", "n2", "a1")}, {}, {delivered}, 1}));
  ASSERT_TRUE(book().commit({{fired("a2", 1)}, {to("x", "n3", "a2")}, {}, {}, 2}));
  end("n3", Receipt::Outcome::delivered);
  const auto once = *BookView::open(path())->told_of("a1"),
             twice = *BookView::open(path())->told_of("a2");
  EXPECT_EQ(std::tuple(once[0].outcome, once[0].attempts, once[0].detail),
            std::tuple("delivered", 2u, "200"));
  EXPECT_EQ(once[0].outcome, twice[0].outcome);
  EXPECT_EQ(waiting("x"), std::vector<std::string>{"n2"});
  EXPECT_TRUE(*book().was_told("x", "a1"));
  // What is known already ends as ever; and one that failed before keeps its attempts.
  const std::vector<Receipt> receipts{{"n2", Receipt::Outcome::delivered, 1, "200", at(6)},
                                      {"n4", Receipt::Outcome::waiting, 1, "500", at(7)},
                                      {"n4", Receipt::Outcome::delivered, 2, "200", at(8)}};
  ASSERT_TRUE(book().commit({{}, {to("x", "n2", "a1"), to("x", "n4", "a1")}, {}, receipts, 3}));
  EXPECT_TRUE(waiting("x").empty());
  const auto all = *BookView::open(path())->told_of("a1");
  for (const auto& one : all) EXPECT_EQ(one.failed.size(), one.id == "n4" ? 1u : 0u) << one.id;
}

TEST_F(BookTest, WhatWasMadeSinceARecordIsFoundBehindManyThatWereMadeAgain) {
  Book::Batch batch;
  const auto add = [&](const std::string& id, model::Offset offset, Time created) {
    batch.notifications.push_back(to("x", id, "a1"));
    batch.notifications.back().offset = offset, batch.notifications.back().created = created;
  };
  add("n4", 4, at(4));
  add("n5", 5, at(5));
  for (int i = 0; i < 2500; ++i) add("again" + std::to_string(i), 4, at(9));
  add("n9", 9, at(9));
  ASSERT_TRUE(book().commit(batch));
  const std::vector<Book::Made> both{{5, "x", "g"}, {9, "x", "g"}};
  EXPECT_EQ(*book().made_since(5, at(5)), both);
  EXPECT_TRUE(book().made_since(10, at(10))->empty());
}

TEST_F(BookTest, EachAttemptThatFailedIsToldUntilTheNotificationIsForgotten) {
  ASSERT_TRUE(
      book().commit({{fired("a1", 0)}, {to("x", "n1", "a1"), to("y", "n2", "a1")}, {}, {}, 1}));
  ASSERT_TRUE(book().commit({{}, {}, {}, {{"n1", Receipt::Outcome::waiting, 1, "500", at(7)}}, 1}));
  const auto meanwhile = *BookView::open(path())->told_of("a1");
  EXPECT_EQ(std::tuple(meanwhile[0].outcome, meanwhile[0].attempts, meanwhile[0].detail,
                       meanwhile[0].failed.size()),
            std::tuple("pending", 1u, "500", 1u));
  ASSERT_TRUE(book().commit({{},
                             {},
                             {},
                             {{"n1", Receipt::Outcome::waiting, 2, "429", at(8)},
                              {"n1", Receipt::Outcome::delivered, 3, "200", at(9)}},
                             1}));
  end("n2", Receipt::Outcome::delivered);
  // It is over
  ASSERT_TRUE(book().commit({{}, {}, {}, {{"n1", Receipt::Outcome::waiting, 4, "500", at(9)}}, 1}));
  const auto told = *BookView::open(path())->told_of("a1");
  ASSERT_EQ(told.size(), 2u);
  ASSERT_EQ(told[0].failed.size(), 2u);
  EXPECT_EQ(std::tuple(told[0].failed[0].at, told[0].failed[0].detail), std::tuple(at(7), "500"));
  EXPECT_EQ(std::tuple(told[0].failed[1].at, told[0].failed[1].detail), std::tuple(at(8), "429"));
  EXPECT_TRUE(told[1].failed.empty());
  ASSERT_TRUE(book().prune(at(100)));
  EXPECT_TRUE(Database::open(path())->query("SELECT 1 FROM failed_attempts")->empty());
}

TEST_F(BookTest, WhatATargetSaidIsKeptWithTheAttemptAndWithTheEnd) {
  ASSERT_TRUE(
      book().commit({{fired("a1", 0)}, {to("x", "n1", "a1"), to("y", "n2", "a1")}, {}, {}, 1}));
  ASSERT_TRUE(
      book().commit({{},
                     {},
                     {},
                     {{"n1", Receipt::Outcome::waiting, 1, "500", at(7), "x", "out of order"},
                      {"n2", Receipt::Outcome::dead, 1, "401", at(8), "y", "sign not match"}},
                     1}));
  ASSERT_TRUE(
      book().commit({{}, {}, {}, {{"n1", Receipt::Outcome::dead, 1, "max_age", at(9), "x"}}, 1}));
  const auto told = *BookView::open(path())->told_of("a1");
  EXPECT_EQ(std::tuple(told[0].answer, told[0].failed.at(0).answer, told[1].answer),
            std::tuple("out of order", "out of order", "sign not match"));
  EXPECT_EQ((*book().dead_letter("n2"))->answer, "sign not match");
  EXPECT_EQ(book().dead_letters(9, {})->at(0).answer, "out of order")
      << "of one that grew too old, of its last attempt";
  EXPECT_EQ(book().dead_causes()->at(0).answer, "out of order");
}

TEST_F(BookTest, TheEndOfABuiltInAlertSaysWhetherItsTargetHeardOfIt) {
  const auto own = [](const std::string& id, const std::string& alert_id, model::AlertState state) {
    auto one = to("x", id, alert_id);
    one.group_key = std::string(model::kOwnGroups) + "A{}";
    model::Change change;
    change.alert.id = alert_id, change.alert.state = state;
    one.facts = message_json({"r", one.group_key, {}, {change}});
    return one;
  };
  using model::AlertState;
  ASSERT_TRUE(book().commit(
      {{}, {own("n1", "a1", AlertState::firing), own("n2", "a2", AlertState::firing)}, {}, {}, 1}));
  ASSERT_TRUE(
      book().commit({{},
                     {own("n3", "a1", AlertState::resolved), own("n4", "a2", AlertState::resolved)},
                     {},
                     {{"n1", Receipt::Outcome::delivered, 1, "200", at(4)}},
                     2}));
  std::map<std::string, bool> unheard;
  const auto pending = *book().pending("x", 0, 9);
  for (const auto& one : pending) unheard[one.id] = one.unheard;
  EXPECT_EQ(unheard, (std::map<std::string, bool>{{"n2", false}, {"n3", false}, {"n4", true}}));
  ASSERT_TRUE(book().commit({{},
                             {},
                             {},
                             {{"n2", Receipt::Outcome::dropped, 0, "over", at(5)},
                              {"n4", Receipt::Outcome::dropped, 0, "over", at(5)}},
                             2}));
  const auto sums = *BookView::open(path())->sums();
  EXPECT_EQ(std::tuple(sums.made, sums.delivered, sums.dropped, sums.pending, sums.dead),
            std::tuple(4u, 1u, 2u, 1u, 0u));
  EXPECT_EQ(BookView::open(path())->told_of("a2")->at(0).outcome, "dropped");
  EXPECT_EQ(*BookView::open(path())->waiting(), (std::map<std::string, std::uint64_t>{{"x", 1}}));
}

TEST_F(BookTest, OfAttemptsThatFailedTheNewestAreKept) {
  ASSERT_TRUE(book().commit({{fired("a1", 0)}, {to("x", "n1", "a1")}, {}, {}, 1}));
  for (std::uint32_t i = 1; i <= Receipt::kMostFailed + 5; ++i)
    ASSERT_TRUE(book().commit(
        {{}, {}, {}, {{"n1", Receipt::Outcome::waiting, i, std::to_string(i), at(i)}}, 1}));
  const auto told = *BookView::open(path())->told_of("a1");
  ASSERT_EQ(told[0].failed.size(), static_cast<std::size_t>(Receipt::kMostFailed));
  EXPECT_EQ(told[0].failed.front().detail, "6");
}

// Alert a1 was to be told to two targets by record 3.
TEST_F(BookTest, ATransitionIsAccountedForWhenEachTargetWasToldOrItIsRecordedWhyNot) {
  const auto sums = [&] {
    const auto now = *BookView::open(path())->sums();
    return std::tuple(now.waiting, now.unaccounted, now.example);
  };
  const auto suppressed = [](model::Suppressed::Why why, const std::string& receiver,
                             std::uint64_t offset) {
    return model::Suppressed{why, "a1",   receiver, "g", model::AlertState::firing,
                             {},  offset, at(7)};
  };
  Book::Batch batch{{fired("a1", 3)}, {}, {}, {}, 4, 3, {2}};
  ASSERT_TRUE(book().commit(batch));
  EXPECT_EQ(sums(), std::tuple(1u, 0u, ""));
  batch.told = 4, batch.processed = 5;
  ASSERT_TRUE(book().commit(batch));
  EXPECT_EQ(sums(), std::tuple(0u, 1u, "a1"));
  auto told = to("x", "n1", "a1");
  told.offset = 2;
  ASSERT_TRUE(book().commit({{}, {told}, {}, {}, 4}));
  EXPECT_EQ(sums(), std::tuple(0u, 1u, "a1")) << "by an older record";
  told.id = "n2", told.offset = 5;
  ASSERT_TRUE(book().commit({{}, {told}, {}, {}, 4}));
  EXPECT_EQ(sums(), std::tuple(0u, 1u, "a1")) << "one of two";
  ASSERT_TRUE(
      book().commit({{}, {}, {suppressed(model::Suppressed::Why::filtered, "y", 5)}, {}, 4}));
  EXPECT_EQ(sums(), std::tuple(0u, 0u, ""));
  batch.changes = {fired("a2", 5)};
  batch.changes[0].alert.id = "a1", batch.changes[0].offset = 6, batch.told = batch.processed = 8;
  ASSERT_TRUE(book().commit(batch));
  EXPECT_EQ(std::get<1>(sums()), 1u);
  ASSERT_TRUE(
      book().commit({{}, {}, {suppressed(model::Suppressed::Why::silenced, "r", 6)}, {}, 4}));
  EXPECT_EQ(sums(), std::tuple(0u, 0u, "")) << "all of a receiver";
}

TEST_F(BookTest, DeadLettersComeInPagesEachOnce) {
  Book::Batch batch;
  batch.changes = {fired("a1", 0)};
  for (int i = 0; i < 7; ++i) batch.notifications.push_back(to("x", "n" + std::to_string(i), "a1"));
  batch.processed = 1;
  ASSERT_TRUE(book().commit(batch));
  for (int i = 0; i < 7; ++i) end("n" + std::to_string(i), Receipt::Outcome::dead);
  std::vector<std::string> met;
  Book::DeadLetterPlace place;
  for (;;) {
    const auto page = *book().dead_letters(2, place);
    if (page.empty()) break;
    for (const auto& letter : page) met.push_back(letter.notification.id);
    place = {page.back().at, page.back().notification.sequence};
  }
  EXPECT_EQ(met, (std::vector<std::string>{"n6", "n5", "n4", "n3", "n2", "n1", "n0"}))
      << "newest first, also where they died at the same time";
}

TEST_F(BookTest, ADeadLetterIsRevivedOnce) {
  ASSERT_TRUE(book().commit({{fired("a1", 0)}, {to("x", "n1", "a1")}, {}, {}, 1}));
  end("n1", Receipt::Outcome::dead);
  const auto letter = *book().dead_letter("n1");
  ASSERT_TRUE(letter);
  EXPECT_EQ(std::tuple(letter->notification.body, letter->notification.headers, letter->attempts,
                       letter->detail),
            std::tuple("body of n1", "A: b\n", 3u, "500"));
  EXPECT_EQ(book().dead_causes()->front().count, 1u);
  Book::Batch redrive;
  redrive.revived = {{"n1", to("x", "n1b", "a1")}};
  ASSERT_TRUE(book().commit(redrive));
  ASSERT_TRUE(book().commit(redrive)) << "as a replay does";
  EXPECT_FALSE(*book().dead_letter("n1"));
  EXPECT_TRUE(book().dead_letters(10, {})->empty());
  EXPECT_EQ(waiting("x"), std::vector<std::string>{"n1b"});
  auto view = BookView::open(path());
  const auto sums = *view->sums();
  EXPECT_EQ(std::tuple(sums.made, sums.dead, sums.pending, sums.lost), std::tuple(2u, 1u, 1u, 0u));
}

TEST_F(BookTest, WhatIsOldIsForgottenWhole) {
  auto over = fired("a1", 0);
  over.kind = model::Change::Kind::resolved, over.alert.state = model::AlertState::resolved;
  ASSERT_TRUE(book().commit({{over, fired("a2", 1)},
                             {to("x", "n1", "a1"), to("x", "n2", "a2"), to("x", "n3", "a2")},
                             {},
                             {},
                             2}));
  end("n1", Receipt::Outcome::delivered);
  end("n2", Receipt::Outcome::dead);
  ASSERT_TRUE(book().prune(at(100)));
  EXPECT_EQ(book().resolved({}, 10)->alerts.size(), 0u);
  EXPECT_EQ(book().counts()->firing, 1u);
  EXPECT_EQ(book().history()->size(), 1u);
  EXPECT_EQ(waiting("x"), std::vector<std::string>{"n3"});
  const auto sums = *BookView::open(path())->sums();
  EXPECT_EQ(std::tuple(sums.made, sums.delivered, sums.dead, sums.pending, sums.lost),
            std::tuple(1u, 0u, 0u, 1u, 0u));
}

TEST_F(BookTest, ACommentIsEnteredOnceAndStandsAmongWhatHappened) {
  Book::Batch batch;
  batch.changes = {fired("a1", 1)};
  batch.comments = {{2, at(5), "a1", "kim", "ordered"}, {3, at(7), "a1", "lee", "arrived"}};
  EXPECT_EQ(batch.rows(), 3U);
  batch.processed = 4;
  ASSERT_TRUE(book().commit(batch));
  ASSERT_TRUE(book().commit(batch)) << "as a replay does";
  Book::Question question;
  question.alert_id = "a1", question.limit = 1;
  std::string all;
  Book::Places places;
  for (int page = 0; page < 4; ++page) {
    const auto found = book().entries(question, places);
    for (const auto& one : found->entries) all += one.by + ':' + one.text + ' ';
    if (!found->next) break;
    places = *found->next;
  }
  EXPECT_EQ(all, "lee:arrived kim:ordered : ");
  question.kind = Book::Entry::Kind::comment, question.limit = 9;
  EXPECT_EQ(book().entries(question)->entries.size(), 2U);
  question.alert_id = "a2";
  EXPECT_TRUE(book().entries(question)->entries.empty());
  batch.clear();
  EXPECT_EQ(batch.rows(), 0U);
}

using Life = LifecycleEntry;

Book::Batch lifecycle_of(std::vector<Life> entries) {
  Book::Batch batch;
  batch.lifecycle = std::move(entries);
  return batch;
}

// `offset kind before`, newest first
std::string life(Book& book, LifecycleQuestion question = {}) {
  constexpr const char* kKinds[] = {"", "started", "stopped", "reloaded"};
  constexpr const char* kBefore[] = {"stopped", "died", "nothing", "unknown"};
  const auto page = book.lifecycle(question);
  std::string out;
  for (const auto& one : page->entries) {
    out += std::to_string(one.offset) + kKinds[static_cast<int>(one.kind)];
    if (one.kind == Life::Kind::started)
      out += std::string(":") + kBefore[static_cast<int>(one.before)];
    out += ' ';
  }
  return out + (page->next ? "next " + std::to_string(*page->next) : "");
}

TEST_F(BookTest, AStartWithoutAStopBeforeItSaysThatTheBridgeHadDied) {
  const auto gap = Duration(7);
  const auto batch = lifecycle_of({{0, at(1), Life::Kind::started, {}, {}, {}},
                                   {1, at(1), Life::Kind::reloaded, {}, "abc", {}},
                                   {5, at(3), Life::Kind::started, gap, {}, {}},
                                   {8, at(5), Life::Kind::stopped, {}, {}, {}},
                                   {9, at(9), Life::Kind::started, gap, {}, {}}});
  EXPECT_EQ(batch.rows(), 5U);
  ASSERT_TRUE(book().commit(batch));
  ASSERT_TRUE(book().commit(batch)) << "as a replay does";
  EXPECT_EQ(life(book()), "9started:stopped 8stopped 5started:died 1reloaded 0started:nothing ");
  LifecycleQuestion question;
  question.limit = 2;
  EXPECT_EQ(life(book(), question), "9started:stopped 8stopped next 8");
  question.below = 8;
  EXPECT_EQ(life(book(), question), "5started:died 1reloaded next 1");
  question = {at(3), at(5)};
  EXPECT_EQ(life(book(), question), "8stopped 5started:died ");
  const auto all = book().lifecycle({})->entries;
  EXPECT_EQ(all.at(0).gap, gap);
  EXPECT_EQ(all.at(0).at, at(9));
  EXPECT_EQ(all.at(3).hash, "abc");
}

TEST_F(BookTest, OfOldStartsAndStopsTheNewestStaysBecauseTheNextStartNeedsIt) {
  const auto gap = Duration(7);
  ASSERT_TRUE(book().commit(lifecycle_of({{4, at(2), Life::Kind::started, gap, {}, {}},
                                          {5, at(3), Life::Kind::stopped, {}, {}, {}},
                                          {6, at(9), Life::Kind::started, gap, {}, {}}})));
  EXPECT_EQ(life(book()), "6started:stopped 5stopped 4started:unknown ");
  ASSERT_TRUE(book().prune(at(5)));
  EXPECT_EQ(life(book()), "6started:stopped 5stopped ");
}

TEST_F(BookTest, HasTheNewestStartsAndNotMoreThanItsBound) {
  std::vector<Life> entries;
  for (model::Offset i = 0; i < kMostLifecycle + 2; ++i)
    entries.push_back({i, at(1), Life::Kind::stopped, {}, {}, {}});
  ASSERT_TRUE(book().commit(lifecycle_of(std::move(entries))));
  LifecycleQuestion question;
  question.limit = 2 * kMostLifecycle;
  const auto all = book().lifecycle(question)->entries;
  ASSERT_EQ(all.size(), kMostLifecycle);
  EXPECT_EQ(all.back().offset, 2U);
}

TEST_F(BookTest, IsReadByAnotherProcessAsTheDaemonReadsIt) {
  ASSERT_TRUE(book().commit({{fired("a1", 1)}, {to("x", "n1", "a1")}, {}, {}, 2}));
  ASSERT_TRUE(book().commit(lifecycle_of({{4, at(2), Life::Kind::stopped, {}, {}, {}}})));
  auto view = BookView::open(path());
  Book::Question question;
  question.limit = 1;
  const auto first = view->entries(question);
  ASSERT_EQ(first->entries.size(), 1U);
  ASSERT_TRUE(first->next);
  const auto second = view->entries(question, *first->next);
  ASSERT_EQ(second->entries.size(), 1U);
  EXPECT_EQ(second->entries[0].row, book().entries(question, *first->next)->entries[0].row);
  EXPECT_EQ(view->lifecycle({})->entries.size(), 1U);
  book_.reset();
  ASSERT_TRUE(Database::open(path())->script("UPDATE meta SET value = 9 WHERE name = 'version'"));
  EXPECT_EQ(BookView::open(path())->entries(question).error().reason, "history_version");
}

TEST_F(BookTest, OfVersion10GetsTheTableOfStarts) {
  ASSERT_TRUE(book().commit({{fired("a1", 1)}, {}, {}, {}, 2}));
  book_.reset();
  ASSERT_TRUE(Database::open(path())->script(
      "DROP TABLE lifecycle; UPDATE meta SET value = 10 WHERE name = 'version'"));
  ASSERT_TRUE(book().commit(lifecycle_of({{4, at(2), Life::Kind::started, Duration(7), {}, {}}})));
  EXPECT_EQ(life(book()), "4started:unknown ");
  EXPECT_EQ(book().counts()->firing, 1U);
}

TEST_F(BookTest, ACommentIsForgottenWithItsAlertAndNotBefore) {
  auto end = fired("a1", 2);
  end.kind = model::Change::Kind::resolved, end.alert.state = model::AlertState::resolved;
  end.alert.changed_at = at(100);
  Book::Batch batch;
  batch.changes = {fired("a1", 1), end};
  batch.comments = {{3, at(5), "a1", "kim", "ordered"}};
  batch.processed = 4;
  ASSERT_TRUE(book().commit(batch));
  Book::Question question;
  question.kind = Book::Entry::Kind::comment;
  ASSERT_TRUE(book().prune(at(50)));
  EXPECT_EQ(book().entries(question)->entries.size(), 1U);
  ASSERT_TRUE(book().prune(at(200)));
  EXPECT_TRUE(book().entries(question)->entries.empty());
}

TEST_F(BookTest, KnowsFromWhereOnNoTransitionWasForgotten) {
  auto over = fired("a1", 4);
  over.kind = model::Change::Kind::resolved, over.alert.state = model::AlertState::resolved;
  ASSERT_TRUE(
      book().commit({{fired("a2", 1), fired("a1", 2), over, fired("a3", 9)}, {}, {}, {}, 10}));
  EXPECT_EQ(*BookView::open(path())->complete_from(), 0u);
  ASSERT_TRUE(book().prune(at(100)));
  EXPECT_EQ(*BookView::open(path())->complete_from(), 5u);
  EXPECT_EQ(BookView::open(path())->history(5, 10)->size(), 1u);
  ASSERT_TRUE(book().prune(at(200)));
  EXPECT_EQ(*BookView::open(path())->complete_from(), 5u);
}

TEST_F(BookTest, WhatAccountedForATransitionMayBeForgotten) {
  for (const std::uint64_t offset : {1u, 2u}) {
    const auto id = "a" + std::to_string(offset);
    Book::Batch batch{{fired(id, offset)}, {}, {}, {}, offset + 1, offset + 1, {1}};
    if (offset == 1) batch.notifications = {to("x", "n1", id)}, batch.notifications[0].offset = 1;
    if (offset == 2)
      batch.suppressed = {{model::Suppressed::Why::silenced,
                           id,
                           "x",
                           "g",
                           model::AlertState::firing,
                           {},
                           offset,
                           at(7)}};
    ASSERT_TRUE(book().commit(batch));
    if (offset == 1) end("n1", Receipt::Outcome::delivered);
    EXPECT_EQ(BookView::open(path())->sums()->unaccounted, 0u);
    ASSERT_TRUE(book().prune(at(100)));
    const auto sums = *BookView::open(path())->sums();
    EXPECT_EQ(std::tuple(sums.unaccounted, sums.delivered, sums.suppressed.size()),
              std::tuple(0u, 0u, 0u))
        << id;
  }
}

TEST_F(BookTest, ANewerBookIsRefused) {
  book_.reset();
  {
    auto database = Database::open(path());
    ASSERT_TRUE(
        database->script("CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT "
                         "ROWID; INSERT INTO meta VALUES('version', 99);"));
  }
  const auto opened = Book::open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "history_version");
}

TEST_F(BookTest, OfTransitionsOfOneRecordANotificationTellsThoseThatCameBeforeIt) {
  auto end = fired("a1", 1);
  end.kind = model::Change::Kind::resolved, end.alert.state = model::AlertState::resolved;
  end.alert.changed_by = 1, end.alert.changed_at = end.at = at(3);
  auto told = to("x", "n1", "a1");
  told.offset = 1, told.as_of = at(1);
  ASSERT_TRUE(book().commit({{fired("a1", 1), end}, {told}, {}, {}, 2, 0, {1, 1}}));
  EXPECT_EQ(book().waiting("n1")->value().as_of, at(1));
  EXPECT_EQ(book().recipients_left(end.alert)->size(), 1u);
  EXPECT_EQ(*book().open(), (std::map<std::string, std::uint32_t>{{"a1", 1}}));
  EXPECT_EQ(BookView::open(path())->sums()->waiting, 1u);

  // Why somebody was not notified of the beginning says nothing of the end either.
  model::Suppressed known{model::Suppressed::Why::silenced, "a1", "x", "g", {}, {}, 1, at(2)};
  ASSERT_TRUE(book().commit({{}, {}, {known}, {}, 2}));
  EXPECT_EQ(book().recipients_left(end.alert)->size(), 1u);
  EXPECT_EQ(BookView::open(path())->sums()->waiting, 1u);

  told.id = "n2", told.as_of = at(3);
  ASSERT_TRUE(book().commit({{}, {told}, {}, {}, 2}));
  EXPECT_TRUE(book().recipients_left(end.alert)->empty());
  EXPECT_TRUE(book().open()->empty());
}

// By its record alone, as that version did.
TEST_F(BookTest, OfVersion7KnowsOfNotificationsThatTheyToldAllOfTheirRecord) {
  auto end = fired("a1", 1);
  end.kind = model::Change::Kind::resolved, end.at = at(3);
  auto told = to("x", "n1", "a1");
  told.offset = 1, told.as_of = at(1);
  ASSERT_TRUE(book().commit({{fired("a1", 1), end}, {told}, {}, {}, 2, 0, {1, 1}}));
  book_.reset();
  ASSERT_TRUE(
      Database::open(path())->script("ALTER TABLE notifications DROP COLUMN as_of; "
                                     "UPDATE meta SET value = 7 WHERE name = 'version'"));
  EXPECT_EQ(BookView::open(path())->sums()->waiting, 0u) << "as a tool reads it before the daemon";
  EXPECT_TRUE(book().open()->empty());
  EXPECT_EQ(book().waiting("n1")->value().as_of, Time::max());
  EXPECT_EQ(BookView::open(path())->sums()->waiting, 0u);
}

// Reasons had other words then.
TEST_F(BookTest, TakesTheBeginningOfAnId) {
  const std::string first = "abcd000000000001", second = "abcd000000000002", other = "abce";
  ASSERT_TRUE(book().commit(
      {{fired(first, 1), fired(second, 2), fired(other, 3)}, {}, {}, {}, 4, 0, {1, 1, 1}}));
  auto view = BookView::open(path());
  const auto found = [&](const std::string& beginning) {
    const auto alert = view->alert(beginning);
    if (!alert) return alert.error().reason + ": " + alert.error().message;
    return *alert ? (*alert)->id : "none";
  };
  EXPECT_EQ(found(first), first);
  EXPECT_EQ(found("abce"), other) << "whole, though short";
  EXPECT_EQ(found("abcd000000000002"), second);
  EXPECT_EQ(
      found("abcd00000000000"),
      "bad_request: \"abcd00000000000\" is the beginning of several ids of alerts, write more "
      "of it: abcd000000000001, abcd000000000002");
  EXPECT_EQ(found("abc"), "none") << "three digits are too few";
  EXPECT_EQ(found("abcf"), "none");
  EXPECT_EQ(found("abc%"), "none");
  Book::Question question;
  question.alert_id = "abcd0000";
  EXPECT_EQ(book().entries(question).error().reason, "bad_request");
  question.alert_id = "abce";
  EXPECT_EQ(book().entries(question)->entries.size(), 1u);
}

TEST_F(BookTest, OfVersion8IsReadWithTheReasonsOfToday) {
  const model::Suppressed known{
      model::Suppressed::Why::already_notified, "a1", "x/webhook/0", "g", {}, {}, 1, at(1)};
  ASSERT_TRUE(book().commit({{fired("a1", 1)}, {}, {known}, {}, 2, 0, {1}}));
  const auto words = [&] {
    return Database::open(path())->query("SELECT why FROM suppressed")->at(0).at(0);
  };
  EXPECT_EQ(std::get<std::string>(words()), "already_notified");
  book_.reset();
  ASSERT_TRUE(
      Database::open(path())->script("UPDATE suppressed SET why = 'known'; "
                                     "UPDATE meta SET value = 8 WHERE name = 'version'"));
  const auto sums = BookView::open(path())->sums();
  EXPECT_EQ(sums->suppressed, (std::map<std::string, std::uint64_t>{{"already_notified", 1}}))
      << "as a tool reads it before the daemon";
  EXPECT_EQ(sums->waiting, 0u);
  EXPECT_EQ(BookView::open(path())->told_of("a1")->at(0).outcome, "already_notified");
  EXPECT_EQ(book().reasons("a1")->begin()->at(2), "already_notified");
  EXPECT_TRUE(book().open()->empty());
  EXPECT_EQ(std::get<std::string>(words()), "already_notified");
}

TEST_F(BookTest, OfTheVersionBeforeFailedAttemptsGetsTheirTableAndWhatTransitionsOwe) {
  ASSERT_TRUE(book().commit({{fired("a1", 1)}, {to("x", "n1", "a1")}, {}, {}, 2}));
  book_.reset();
  ASSERT_TRUE(Database::open(path())->script(
      "DROP TABLE failed_attempts; ALTER TABLE history DROP COLUMN owes; ALTER TABLE notifications "
      "DROP COLUMN answer; ALTER TABLE notifications DROP COLUMN as_of; UPDATE meta SET value = 4 "
      "WHERE name = 'version'"));
  EXPECT_EQ(BookView::open(path())->told_of("a1")->at(0).answer, "")
      << "as a tool reads it before the daemon has carried it over";
  ASSERT_TRUE(book().commit({{},
                             {},
                             {},
                             {{"n1", Receipt::Outcome::waiting, 1, "500", at(4)},
                              {"n1", Receipt::Outcome::delivered, 2, "200", at(5)}},
                             2}));
  EXPECT_EQ(BookView::open(path())->sums()->unaccounted, 0u);
  EXPECT_EQ(book().counts()->delivered, 1u);
  EXPECT_EQ(Database::open(path())->query("SELECT 1 FROM failed_attempts")->size(), 1u);
}

// As the first version wrote it; with the columns and tables of the third.
constexpr const char* kFirst = R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alerts(id TEXT PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, changed_at INTEGER NOT NULL, alert TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alerts_by_state ON alerts(state, changed_at);
CREATE TABLE history(sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, at INTEGER NOT NULL, alert_id TEXT NOT NULL, line TEXT NOT NULL, UNIQUE(offset, alert_id, line));
CREATE TABLE outbox(sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL, group_key TEXT NOT NULL,
  body TEXT NOT NULL, alert_id TEXT NOT NULL, offset INTEGER NOT NULL, created INTEGER NOT NULL);
CREATE TABLE receipts(id TEXT PRIMARY KEY, target TEXT NOT NULL, alert_id TEXT NOT NULL, offset INTEGER NOT NULL, outcome INTEGER NOT NULL,
  attempts INTEGER NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX receipts_by_time ON receipts(at);
CREATE INDEX receipts_by_outcome ON receipts(outcome);
CREATE TABLE dead(id TEXT PRIMARY KEY, target TEXT NOT NULL, group_key TEXT NOT NULL, body TEXT NOT NULL, alert_id TEXT NOT NULL,
  offset INTEGER NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('version', 1), ('processed', 9);
INSERT INTO outbox VALUES(5, 'n5', 'x', 'g', 'five', 'a1', 3, 4000000), (4, 'n4', 'x', 'g', 'four', 'a1', 3, 4000000);
INSERT INTO receipts VALUES('n1', 'x', 'a1', 1, 1, 1, '200', 2000000), ('n2', 'x', 'a1', 2, 2, 7, 'refused', 3000000);
INSERT INTO dead VALUES('n2', 'x', 'g', 'two', 'a1', 2, 2500000, 7, 'refused', 3000000);
)";
constexpr const char* kThird = R"(
CREATE TABLE told(alert_id TEXT NOT NULL, id TEXT NOT NULL, target TEXT NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(alert_id, id)) WITHOUT ROWID;
CREATE INDEX told_by_time ON told(at);
INSERT INTO told VALUES('a1', 'n1', 'x', 1, 2), ('a1', 'n5', 'x', 3, 4), ('a1', 'n2', 'x', 2, 3);
CREATE INDEX history_by_alert ON history(alert_id);
CREATE INDEX history_by_time ON history(at);
ALTER TABLE outbox ADD COLUMN headers TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN facts TEXT NOT NULL DEFAULT '';
ALTER TABLE dead ADD COLUMN headers TEXT NOT NULL DEFAULT '';
ALTER TABLE dead ADD COLUMN facts TEXT NOT NULL DEFAULT '';
UPDATE outbox SET headers = 'H: five' WHERE id = 'n5';
UPDATE meta SET value = 3 WHERE name = 'version';
)";

class OldBook : public BookTest, public testing::WithParamInterface<bool> {};

TEST_P(OldBook, IsCarriedOver) {
  const auto change = fired("a1", 1);
  {
    auto database = Database::open(path());
    ASSERT_TRUE(database->script(kFirst));
    ASSERT_TRUE(database->script(GetParam() ? kThird : ""));
    ASSERT_TRUE(database->run("INSERT INTO alerts VALUES('a1', 'Card', 'npu=a1', 1, 1, ?)",
                              {alert_json(change.alert)}));
    ASSERT_TRUE(database->run("INSERT INTO history VALUES(1, 1, 1000000, 'a1', ?)",
                              {history_line(change)}));
  }
  EXPECT_EQ(book().processed(), 9u);
  EXPECT_EQ(*book().history(), std::vector{history_line(change)});
  EXPECT_EQ((*book().alert("a1"))->labels, change.alert.labels);
  EXPECT_EQ(waiting("x"), (std::vector<std::string>{"n4", "n5"}));
  EXPECT_EQ((*book().dead_letter("n2"))->notification.body, "two");
  EXPECT_EQ(*book().was_told("x", "a1"), GetParam());
  EXPECT_EQ(book().pending("x", 0, 9)->back().headers, GetParam() ? "H: five" : "");
  ASSERT_TRUE(book().commit({{}, {to("x", "n1", "a1")}, {}, {}, 9}));
  EXPECT_EQ(waiting("x").size(), 2u) << "what was delivered is not entered again";
  const auto counts = *book().counts();
  EXPECT_EQ(std::tuple(counts.firing, counts.pending, counts.delivered, counts.dead),
            std::tuple(1u, 2u, 1u, 1u));
  open();
  EXPECT_EQ(waiting("x").size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Versions, OldBook, testing::Bool());

TEST_F(BookTest, SaysForEachTargetHowManyWaitAndSinceWhenTheOldest) {
  auto late = to("x", "n2", "a1"), other = to("y", "n3", "a1");
  late.created = at(7), other.created = at(4);
  ASSERT_TRUE(book().commit({{fired("a1", 0)}, {to("x", "n1", "a1"), late, other}, {}, {}, 1}));
  const auto text = [&] {
    std::string out;
    const auto pending = book().pending_by_target();
    for (const auto& one : *pending)
      out += one.target + ' ' + std::to_string(one.count) + ' ' + format_rfc3339(one.oldest) + '\n';
    return out;
  };
  EXPECT_EQ(text(), "x 2 1970-01-01T00:00:01Z\ny 1 1970-01-01T00:00:04Z\n");
  end("n1", Receipt::Outcome::delivered);
  end("n3", Receipt::Outcome::dead);
  EXPECT_EQ(text(), "x 1 1970-01-01T00:00:07Z\n");
}

}  // namespace
}  // namespace alarum::alert
