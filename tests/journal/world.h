#pragma once
#include <gtest/gtest.h>

#include "base/clock.h"
#include "journal/log.h"
#include "journal/reader.h"
#include "tests/support/memory_files.h"

namespace alarum::journal {

inline Time at_second(int second) {
  return Time(Duration(std::chrono::seconds(1'000'000 + second)));
}

inline model::Event event_of(const std::string& id, std::size_t padding = 0) {
  model::EventFields fields;
  const std::string data = '"' + std::string(padding, 'x') + '"';
  fields.id = id;
  fields.source = "test";
  fields.type = "t";
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  return model::Event(fields);
}

struct HandClock : Clock {
  Time now = at_second(100);
  std::chrono::nanoseconds passed{};
  Time wall() override { return now; }
  std::chrono::nanoseconds monotonic() override { return passed; }
  void pass(std::chrono::nanoseconds by) {
    now += std::chrono::duration_cast<Duration>(by), passed += by;
  }
};

inline Submission submission_of(const std::vector<std::string>& ids, std::size_t padding = 0) {
  Submission submission;
  for (const auto& id : ids) submission.items.push_back({event_of(id, padding), std::nullopt});
  return submission;
}

/// A log in memory that can be closed, damaged, crashed and opened again.
struct World {
  testing::MemoryFiles files;
  Options options;
  std::unique_ptr<Log> log;
  int second = 0;

  World() {
    options.folder = "data";
    options.segment_size = 4096;
    open();
  }
  void open() {
    log.reset();
    auto opened = Log::open(options, files);
    ASSERT_TRUE(opened) << opened.error().message;
    log = std::move(*opened);
  }
  Result<std::vector<Outcome>> put(const std::vector<std::string>& ids, std::size_t padding = 0) {
    std::vector<Submission> group;
    group.push_back(submission_of(ids, padding));
    auto done = log->commit(group, at_second(++second));
    if (!done) return std::unexpected(done.error());
    return done->outcomes.at(0);
  }
  /// Seals all that is full.
  void seal() {
    while (auto segment = log->next_to_seal()) {
      auto done = seal_file(files, "data/segments", segment->name, segment->end_offset);
      ASSERT_TRUE(done) << done.error().message;
      segment->name.sealed = true;
      segment->bytes = done->bytes;
      log->sealed(*segment);
    }
  }
  std::vector<std::string> segments() { return *files.list("data/segments"); }
  std::string path(std::size_t index) { return "data/segments/" + segments().at(index); }

  std::vector<Unreadable> damage;  ///< of the last read()
  std::vector<model::Record> read(model::Offset from = 0) {
    std::vector<model::Record> all;
    auto reader = Reader::open(files, "data", from);
    EXPECT_TRUE(reader) << reader.error().message;
    for (;;) {
      auto records = reader->next();
      EXPECT_TRUE(records) << records.error().message;
      if (!records || records->empty()) break;
      for (auto& record : *records) all.push_back(std::move(record));
    }
    damage = reader->damage();
    return all;
  }
  std::vector<std::string> ids(model::Offset from = 0) {
    std::vector<std::string> out;
    for (const auto& record : read(from)) {
      if (const auto* event = std::get_if<model::Event>(&record.payload))
        out.emplace_back(event->id());
    }
    return out;
  }
};

using Ids = std::vector<std::string>;

}  // namespace alarum::journal
