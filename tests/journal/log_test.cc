#include <cstring>

#include "base/hash.h"
#include "model/posted.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

TEST(Log, WhatIsCommittedIsReadBackAfterARestart) {
  World world;
  ASSERT_TRUE(world.put({"a", "b"}));
  ASSERT_TRUE(world.put({"c"}));
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b", "c"}));
  EXPECT_EQ(world.ids(1), (Ids{"b", "c"}));
  EXPECT_EQ(world.log->end_offset(), 3u);
  EXPECT_EQ(world.log->last_stamp().at, at_second(2));
}

TEST(Log, ACopyInTheSameCommitIsADuplicate) {
  World world;
  const auto outcomes = *world.put({"a", "a", "b"});
  EXPECT_FALSE(outcomes[0].duplicate);
  EXPECT_TRUE(outcomes[1].duplicate);
  EXPECT_EQ(outcomes[1].offset, outcomes[0].offset);
  EXPECT_FALSE(outcomes[2].duplicate);
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
}

Submission batch_of(const std::vector<std::string>& ids) {
  model::EventFields fields;
  fields.source = "test", fields.type = "t";
  model::EventArena arena(100 * ids.size());
  Submission batch;
  for (const auto& id : ids) {
    fields.id = id;
    batch.items.push_back({model::Event(fields, arena), std::nullopt});
  }
  return batch;
}

std::vector<model::Record> committed(World& world, const std::vector<std::string>& ids) {
  std::vector<Submission> group;
  group.push_back(batch_of(ids));
  group.push_back(submission_of({"alone" + ids.back()}));
  auto done = world.log->commit(group, at_second(++world.second));
  return done ? std::move(done->records) : std::vector<model::Record>();
}

TEST(Log, EventsOfABatchAreReadBackWhicheverOfThemAreDuplicates) {
  World world;
  committed(world, {"a", "b", "c", "d"});
  committed(world, {"a", "e", "f", "b", "g", "g", "h"});
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b", "c", "d", "aloned", "e", "f", "g", "h", "aloneh"}));
}

// Else an event that waits for the engine would keep a batch, of which nothing else is left.
TEST(Log, WhereMostOfABatchAreDuplicatesTheOthersLeaveItsMemory) {
  World world;
  const auto all = committed(world, {"a", "b", "c", "d"});
  const auto event = [](const model::Record& record) {
    return std::get<model::Event>(record.payload);
  };
  ASSERT_EQ(all.size(), 5u);
  EXPECT_TRUE(event(all[0]).shares_block_with(event(all[3])));
  const auto few = committed(world, {"a", "b", "c", "d", "e"});
  ASSERT_EQ(few.size(), 2u);
  EXPECT_EQ(event(few[0]).id(), "e");
  EXPECT_EQ(event(few[0]).block_size(), event(few[0]).record().size());
}

TEST(Log, WhatItsSenderFoundAnEventToBeRecognisedByCounts) {
  World world;
  std::vector<Submission> group;
  group.push_back(submission_of({"a", "b"}));
  for (auto& item : group[0].items) item.seen = model::seen_of(item.event, {});
  ASSERT_TRUE(world.log->commit(group, at_second(++world.second)));
  EXPECT_TRUE((*world.put({"a"}))[0].duplicate);
  world.options.dedup_window = std::chrono::seconds(10);
  world.open();
  world.second += 8;
  EXPECT_TRUE((*world.put({"b"}))[0].duplicate);  // it counts from its commit on
  world.second += 3;
  EXPECT_FALSE((*world.put({"b"}))[0].duplicate);
}

TEST(Log, DuplicatesAreKnownAcrossARestartAndASealing) {
  World world;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.put({std::to_string(i)}, 1000));
  world.seal();
  world.open();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE((*world.put({std::to_string(i)}))[0].duplicate) << i;
  EXPECT_EQ(world.ids().size(), 20u);
}

TEST(Log, WhatIsOlderThanTheWindowIsNoDuplicate) {
  World world;
  world.options.dedup_window = std::chrono::seconds(10);
  world.open();
  ASSERT_TRUE(world.put({"a"}));
  world.second = 11;
  EXPECT_TRUE((*world.put({"b", "a"}))[1].duplicate == false);
}

// It was taken a second time when the first had left the window: a start must know it by the
// second.
TEST(Log, WhatCameAgainAfterTheWindowIsKnownAcrossARestart) {
  World world;
  world.options.dedup_window = std::chrono::seconds(10);
  world.open();
  ASSERT_TRUE(world.put({"a"}));
  world.second = 11;
  EXPECT_FALSE((*world.put({"a"}))[0].duplicate);
  world.open();
  EXPECT_TRUE((*world.put({"a"}))[0].duplicate);
}

TEST(Log, AboveTheMaximumTheOldestAreForgotten) {
  World world;
  world.options.dedup_max = 2;
  world.open();
  ASSERT_TRUE(world.put({"a", "b", "c"}));
  EXPECT_TRUE((*world.put({"c"}))[0].duplicate);
  EXPECT_FALSE((*world.put({"a"}))[0].duplicate);
  EXPECT_LT(world.log->dedup().reach(at_second(10)), world.options.dedup_window);
}

TEST(Log, TotalsStandAcrossRestartsAndBalance) {
  World world;
  std::vector<Submission> group;
  group.push_back(submission_of({"a", "a", "b"}));
  world.log->count_rejected(2);
  EXPECT_TRUE(world.log->has_uncounted());
  ASSERT_TRUE(world.log->commit(group, at_second(1)));
  EXPECT_FALSE(world.log->has_uncounted());
  world.open();
  EXPECT_FALSE(world.log->has_uncounted());
  EXPECT_EQ(world.log->totals(), (Totals{5, 2, 1, 0}));
}

TEST(Log, WithKeepMatchedWhatMatchedNothingIsCountedAndNotWritten) {
  World world;
  world.options.keep_all = false;
  world.open();
  std::vector<Submission> group;
  group.push_back(submission_of({"a", "b"}));
  group[0].items[0].hits = model::Hits{};
  group[0].items[1].hits = model::Hits{0, {{1, model::Role::match}}};
  const auto done = world.log->commit(group, at_second(1));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->outcomes[0][0].unwritten);
  EXPECT_EQ(world.ids(), (Ids{"b"}));
  EXPECT_EQ(world.log->totals().unmatched, 1u);
}

// The offset that its original would have had belongs to the next record, or to none yet.
TEST(Log, WithKeepMatchedACopyOfWhatIsNotWrittenHasNoOffset) {
  World world;
  world.options.keep_all = false;
  world.open();
  ASSERT_TRUE(world.put({"before"}));
  std::vector<Submission> group;
  group.push_back(submission_of({"a", "a"}));
  for (auto& item : group[0].items) item.hits = model::Hits{};
  const auto done = world.log->commit(group, at_second(9));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->outcomes[0][1].duplicate);
  EXPECT_EQ(done->outcomes[0][1].offset, 0u);
  EXPECT_EQ(world.log->end_offset(), 1u);
}

// What hit nothing under the rules before may hit something under those that are in force when it
// is committed.
TEST(Log, WithKeepMatchedWhatOtherRulesMadeOfAnEventIsNoReasonToLeaveItUnwritten) {
  World world;
  world.options.keep_all = false;
  world.open();
  const auto put = [&](const std::string& id, model::GenerationId generation) {
    std::vector<Submission> group;
    group.push_back(submission_of({id}));
    group[0].items[0].hits = model::Hits{generation, {}};
    return world.log->commit(group, at_second(++world.second))->outcomes.at(0).at(0).unwritten;
  };
  const std::string hash = std::string(15, '0') + '7' + std::string(48, '0');
  ASSERT_TRUE(world.log->commit_control(model::Reload{hash}, at_second(++world.second)));
  EXPECT_FALSE(put("before", 0));
  EXPECT_TRUE(put("now", 7));
  EXPECT_FALSE(put("soon", 8)) << "matched under rules whose record comes behind it";
  EXPECT_EQ(world.ids(), (Ids{"before", "soon"}));
  EXPECT_EQ(world.log->totals().unmatched, 1u);
}

TEST(Log, HowFarTheClocksAreApartStandsInFramesAndIsKnownAtTheNextOpen) {
  World world;
  std::vector<Submission> group;
  group.push_back(submission_of({"a"}));
  ASSERT_TRUE(world.log->commit(group, {at_second(9000), std::chrono::hours(2)}));
  world.open();
  EXPECT_EQ(world.log->last_stamp().at, at_second(9000));
  EXPECT_EQ(world.log->last_stamp().ahead, std::chrono::hours(2));
  EXPECT_EQ(world.read().at(0).arrived(), at_second(1800));
}

// What the API posts needs no rule and comes again and again; what an Alertmanager sends to our
// webhook is as any event.
TEST(Log, OnlyWhatIsPostedToTheApiIsKeptAlways) {
  World world;
  world.options.keep_all = false;
  world.open();
  const auto put = [&](bool posted) {
    model::EventFields fields;
    fields.id = posted ? "p" : "w", fields.source = "alertmanager", fields.type = "x",
    fields.format = model::Format::alertmanager;
    if (posted) fields.extensions.emplace_back(model::kPostedMark, "true");
    std::vector<Submission> group(1);
    group[0].items.push_back({model::Event(fields), model::Hits{}});
    return world.log->commit(group, at_second(++world.second))->outcomes.at(0).at(0);
  };
  EXPECT_TRUE(put(false).unwritten);
  EXPECT_TRUE(put(false).duplicate);
  EXPECT_FALSE(put(true).unwritten);
  EXPECT_FALSE(put(true).duplicate);
  EXPECT_EQ(world.ids(), (Ids{"p", "p"}));
  // Nor does it take the room of others' identities, also after a restart.
  EXPECT_EQ(world.log->dedup().size(), 1u);
  world.open();
  EXPECT_EQ(world.log->dedup().size(), 0u) << "the other was not written";
  for (int i = 0; i < 60; ++i) put(true);
  world.seal();
  ASSERT_TRUE(world.segments().front().ends_with(".segz"));
  world.open();
  EXPECT_EQ(world.log->dedup().size(), 0u);
}

// One item of mapped JSON; `place` where it was read from a file or a stream.
model::Event item_of(const std::string& id, const std::string& data, const std::string& place = "",
                     model::Format format = model::Format::json) {
  model::EventFields fields;
  fields.id = id, fields.source = "zabbix", fields.type = "t", fields.format = format;
  fields.data_kind = model::DataKind::json, fields.data = data;
  if (!place.empty()) fields.extensions.emplace_back(model::kPlaceMark, '"' + place + '"');
  return model::Event(fields);
}

// `n` new, `d` duplicate, one letter an item of one commit.
std::string fates(World& world, const std::vector<model::Event>& events, bool matched = true) {
  std::vector<Submission> group(1);
  for (const auto& event : events)
    group[0].items.push_back({event, matched ? std::nullopt : std::optional(model::Hits{})});
  const auto done = world.log->commit(group, at_second(++world.second));
  std::string out;
  if (!done) return done.error().reason;
  for (const auto& outcome : done->outcomes.at(0)) out += outcome.duplicate ? 'd' : 'n';
  return out;
}

const std::string kOpen = R"({"state":"open"})", kClosed = R"({"state":"closed"})";

// An id that names the incident: what comes again is a duplicate only of the last message of it.
TEST(Log, OpenClosedAndOpenAgainUnderOneIdAreThreeEvents) {
  World world;
  EXPECT_EQ(fates(world, {item_of("77", kOpen), item_of("77", kOpen), item_of("77", kClosed),
                          item_of("77", kOpen), item_of("78", kOpen)}),
            "ndnnn")
      << "in one commit";
  for (const auto& [data, fate] :
       {std::pair(kOpen, "d"), {kClosed, "n"}, {kClosed, "d"}, {kOpen, "n"}})
    EXPECT_EQ(fates(world, {item_of("77", data)}), fate) << "in several";
  world.open();
  EXPECT_EQ(fates(world, {item_of("77", kOpen), item_of("77", kClosed), item_of("78", kOpen)}),
            "dnd")
      << "after a restart";
  for (int i = 0; i < 80; ++i) EXPECT_EQ(fates(world, {item_of("79", std::to_string(i))}), "n");
  world.seal();
  ASSERT_TRUE(world.segments().front().ends_with(".segz"));
  world.open();
  EXPECT_EQ(fates(world, {item_of("77", kClosed), item_of("77", kOpen), item_of("79", "79"),
                          item_of("79", "0")}),
            "dndn")
      << "after a sealing";
  EXPECT_EQ(fates(world, {item_of("77", kOpen, "", model::Format::cloudevents),
                          item_of("77", kClosed, "", model::Format::cloudevents)}),
            "nd")
      << "there the id is the identity";
}

TEST(Log, ACommitThatFailedDoesNotCountAsTheLastOfItsId) {
  World world;
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "n");
  world.files.on_sync = [](const std::string&) { return fail("io_error", "cable out"); };
  EXPECT_EQ(fates(world, {item_of("77", kClosed)}), "io_error");
  world.files.on_sync = nullptr;
  EXPECT_EQ(fates(world, {item_of("77", kOpen), item_of("77", kClosed)}), "dn");
}

// Each change of one incident is an entry: the bound holds, and the newest is not forgotten for its
// older ones.
TEST(Log, AnIncidentThatChangesOftenStaysWithinTheMaximum) {
  World world;
  world.options.dedup_max = 3;
  world.open();
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(fates(world, {item_of("77", i % 2 ? kOpen : kClosed)}), "n");
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "d");
  EXPECT_LE(world.log->dedup().size(), 3u);
  EXPECT_EQ(fates(world, {item_of("a", "1"), item_of("b", "1"), item_of("c", "1")}), "nnn");
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "n") << "three others came since";
  world.second += 24 * 3600 + 1;
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "n");
  EXPECT_EQ(world.log->dedup().size(), 1u);
}

// What is not written would be unknown after a start, and the message before it would be taken for
// the last.
TEST(Log, WithKeepMatchedWhatEndsTheLastMessageOfAnIdIsWritten) {
  World world;
  world.options.keep_all = false;
  world.open();
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "n");
  EXPECT_EQ(fates(world, {item_of("77", kClosed), item_of("78", kOpen)}, false), "nn");
  EXPECT_EQ(world.ids(), (Ids{"77", "77"}));
  world.open();
  EXPECT_EQ(fates(world, {item_of("77", kOpen)}), "n");
}

// A file or a stream that is read again after a crash: every message that was taken, not only the
// last of its id.
TEST(Log, WhatIsReadAgainFromItsPlaceIsADuplicate) {
  World world;
  const std::vector<model::Event> lines{item_of("77", kOpen, "f.0"), item_of("77", kClosed, "f.20"),
                                        item_of("77", kOpen, "f.40")};
  EXPECT_EQ(fates(world, {lines[0], lines[1]}), "nn");
  world.open();
  EXPECT_EQ(fates(world, lines), "ddn");
  EXPECT_EQ(fates(world, {item_of("77", kOpen, "copy.0")}), "d")
      << "and one that says the same at another place";
}

// The decoder's id is fingerprint, status and a hash of the body and the minute; without a start
// nothing tells two occurrences apart.
TEST(Log, AnAlertOfTheWebhookWithoutAStartIsADuplicateOnlyOfTheLast) {
  World world;
  const auto alert = [](const std::string& id, const std::string& data) {
    return item_of(id, data, "", model::Format::alertmanager);
  };
  EXPECT_EQ(fates(world, {alert("f-1-firing-aa", "{}"), alert("f-1-firing-aa", "{}"),
                          alert("f-1-resolved-bb", "{}"), alert("f-1-firing-aa", "{}")}),
            "ndnn");
  const std::string with = R"({"startsAt":"2026-01-01T00:00:00Z"})";
  EXPECT_EQ(fates(world, {alert("g-firing-aa", with), alert("g-resolved-bb", with),
                          alert("g-firing-aa", with)}),
            "nnd")
      << "the same occurrence, sent again late";
}

// In indexes before version 3 the events stood behind the head, which had no CRC of its own; those
// of version 1 had no contents: a message that comes again counts twice rather than not at all.
std::string with_index_of(std::uint32_t version, const std::string& bytes) {
  const auto get = [&](std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, size);
    return value;
  };
  const auto start = get(bytes.size() - 32, 8), length = get(bytes.size() - 24, 8);
  const auto head = get(bytes.size() - 40, 4), count = (length - 8 - head) / 32;
  auto tail = bytes.substr(start + 32 * count, head);
  for (std::size_t i = 0; i < count; ++i)
    tail += bytes.substr(start + 32 * i, version > 1 ? 32 : 24);
  const auto put = [&](auto value) {
    tail.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const std::uint64_t size = tail.size();
  put(start), put(size), put(version), put(crc32c(tail));
  return bytes.substr(0, start) + tail + bytes.substr(bytes.size() - 8);
}

TEST(Log, IndexesOfOlderVersionsAreRead) {
  for (const std::uint32_t version : {1, 2}) {
    World world;
    for (int i = 0; i < 40; ++i)
      ASSERT_EQ(fates(world, {item_of("77", std::to_string(i)),
                              item_of(std::to_string(i), "", "", model::Format::cloudevents)}),
                "nn");
    world.seal();
    const auto totals = world.log->totals();
    for (std::size_t i = 0; i + 1 < world.segments().size(); ++i) {
      auto& bytes = world.files.bytes(world.path(i));
      bytes = with_index_of(version, bytes);
    }
    world.open();
    EXPECT_TRUE(world.log->corruptions().empty());
    EXPECT_EQ(world.log->totals(), totals);
    EXPECT_EQ(fates(world, {item_of("0", "", "", model::Format::cloudevents)}), "d");
    EXPECT_EQ(fates(world, {item_of("77", "39")}), "d") << "the last segment is plain";
  }
}

TEST(Log, ATornTailIsCutAndTheNextCommitFollows) {
  World world;
  ASSERT_TRUE(world.put({"a"}));
  const auto path = world.path(0);
  const auto whole = world.files.bytes(path);
  ASSERT_TRUE(world.put({"b"}, 100));
  const auto end = world.files.bytes(path).find_last_not_of('\0');
  world.log.reset();
  std::fill(world.files.bytes(path).begin() + static_cast<std::ptrdiff_t>(end - 20),
            world.files.bytes(path).end(), '\0');
  world.open();
  EXPECT_TRUE(world.log->corruptions().empty());
  EXPECT_EQ(world.files.bytes(path), whole);
  ASSERT_TRUE(world.put({"c"}));
  EXPECT_EQ(world.ids(), (Ids{"a", "c"}));
}

TEST(Log, AfterAFailedSyncTheRetryIsProcessedInANewSegment) {
  World world;
  ASSERT_TRUE(world.put({"a"}));
  world.files.on_sync = [](const std::string&) { return fail("io_error", "cable out"); };
  EXPECT_EQ(world.put({"b"}).error().reason, "io_error");
  EXPECT_EQ(world.log->totals(), (Totals{1, 0, 0, 0}));
  world.files.on_sync = nullptr;
  EXPECT_FALSE((*world.put({"b"}))[0].duplicate);
  EXPECT_EQ(world.segments().size(), 2u);
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
  world.seal();
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
  EXPECT_TRUE(world.log->corruptions().empty());
}

TEST(Log, AFullDiskTakesNothingAndGoesOnOnceThereIsRoom) {
  World world;
  world.files.capacity = 4096;
  ASSERT_TRUE(world.put({"a"}, 3000));
  EXPECT_EQ(world.put({"b"}, 3000).error().reason, "disk_full");
  EXPECT_EQ(world.log->totals().received, 1u);
  EXPECT_TRUE(world.put({"small"}));
  world.files.capacity = 100'000;
  EXPECT_FALSE((*world.put({"b"}, 3000))[0].duplicate);
  EXPECT_EQ(world.ids(), (Ids{"a", "small", "b"}));
}

TEST(Log, AnExactlyFullSegmentIsReadAndSealed) {
  World world;
  const auto frame = [&](std::size_t padding) {
    std::string body;
    append_record(body, event_of("a", padding));
    return kFrameHeader + body.size();
  };
  ASSERT_TRUE(world.put({"a"}, 4096 - frame(0)));
  ASSERT_TRUE(world.put({"b"}));
  EXPECT_EQ(world.segments().size(), 2u);
  world.seal();
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
  EXPECT_TRUE(world.damage.empty());
}

TEST(Log, AnEventLargerThanASegmentGetsOneOfItsOwnSize) {
  World world;
  ASSERT_TRUE(world.put({"a"}, 100'000));
  ASSERT_TRUE(world.put({"b"}));
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
}

TEST(Log, AControlRecordPutsAGenerationInForce) {
  World world;
  const std::string hash(64, 'a');
  ASSERT_TRUE(replace_file(world.files, "data/generations", hash + ".json.zst", "x"));
  const auto record = world.log->commit_control(model::Reload{hash}, at_second(1));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->generation, 0xaaaaaaaaaaaaaaaaULL);
  ASSERT_TRUE(world.put({"a"}));
  world.open();
  EXPECT_EQ(world.log->generation_hash(), hash);
  EXPECT_EQ(world.read()[1].generation, 0xaaaaaaaaaaaaaaaaULL);
}

TEST(Log, ASecondDaemonOnTheSameFolderIsRefused) {
  World world;
  EXPECT_EQ(Log::open(world.options, world.files).error().reason, "locked");
}

TEST(Log, OffsetsThatWereProcessedAreNotGivenTwice) {
  World world;
  ASSERT_TRUE(world.put({"a"}));
  world.log->raise_to(5);
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_NE(world.log->corruptions()[0].text().find("offsets 1 to 4"), std::string::npos)
      << world.log->corruptions()[0].text();
  EXPECT_EQ((*world.put({"b"}))[0].offset, 5u);
  world.open();
  EXPECT_EQ(world.ids(5), (Ids{"b"}));
  EXPECT_EQ(world.log->end_offset(), 6u);
}

// What is left of an attempt to begin a segment must not say where the one before it ends.
TEST(Log, AnEmptySegmentAtTheEndCutsNothing) {
  World world;
  ASSERT_TRUE(world.put({"a"}));
  ASSERT_TRUE(world.put({"b"}));
  auto left = world.files.open("data/segments/" + SegmentName{2, 1, false}.text(), true);
  ASSERT_TRUE((*left)->allocate(4096));
  world.open();
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
  EXPECT_EQ(world.log->end_offset(), 2u);
}

}  // namespace
}  // namespace alarum::journal
