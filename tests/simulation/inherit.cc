#include "tests/simulation/inherit.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "alert/book.h"
#include "alert/sqlite_files.h"
#include "journal/generations.h"
#include "journal/reader.h"
#include "tests/simulation/catalogue.h"
#include "tests/simulation/requests.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {
namespace {

constexpr const char* kData = "/data";

// What is stored in the binary is whole, or this binary is no good.
template <class T>
T whole(Result<T> result, const std::string& name) {
  if (result) return std::move(*result);
  std::cerr << "the stored folder " << name << " is broken: " << result.error().message << '\n';
  std::abort();
}

// Opened on a disk of its own: to open the book is to carry it over.
const std::set<std::string>& waiting_in(const std::string& name) {
  static std::map<std::string, std::set<std::string>> known;
  const auto [found, fresh] = known.try_emplace(name);
  if (!fresh) return found->second;
  SeededRandom random(1);
  SimulatedDisk disk(random);
  whole(put_old_folder(name, disk, kData), name);
  alert::SqliteFiles files(disk, random);
  const auto book = whole(alert::Book::open("/data/book.sqlite", &files), name);
  alert::Book::Question question;
  question.limit = 100'000;
  for (const auto& one : whole(book->entries(question), name).entries) {
    if (one.outcome == "pending") found->second.insert(one.id);
  }
  return found->second;
}

void know_rules(World& world, const std::string& name) {
  for (const auto& file : whole(world.disk.list("/data/generations"), name)) {
    const auto hash = file.substr(0, file.find('.'));
    const auto text = whole(journal::load_generation(world.disk, kData, hash), name);
    if (!world.texts().adopt(hash, text)) std::abort();
    world.history.rules_by_hash[hash] = kOldRules;
  }
}

Draft draft_of(const model::Event& event) {
  EventDraft draft;
  draft.source = event.source(), draft.type = event.type(), draft.subject = event.subject();
  return {std::move(draft), std::string(event.id())};
}

}  // namespace

Inherited inherit(World& world) {
  const auto& name = world.choices.old;
  whole(put_old_folder(name, world.disk, kData), name);
  Inherited out{old_folder(name), 0, waiting_in(name)};
  know_rules(world, name);
  Sent taken;
  taken.route = Route::batch;
  std::vector<Draft> drafts;
  auto reader = whole(journal::Reader::open(world.disk, kData, 0), name);
  for (auto records = whole(reader.next(), name); !records.empty();
       records = whole(reader.next(), name)) {
    for (auto& record : records) {
      const auto* event = std::get_if<model::Event>(&record.payload);
      if (event && event->source() == out.folder->source) drafts.push_back(draft_of(*event));
      out.end = record.offset + 1;
      world.history.records.push_back(std::move(record));
    }
  }
  write(taken, drafts);
  const auto all = std::to_string(out.folder->acknowledged.size());
  taken.attempts.push_back({0, out.folder->end, out.folder->end, Fate::acknowledged, 200,
                            R"({"accepted":)" + all + R"(,"duplicate":0})"});
  // By the account of whoever sent them then.
  taken.events.clear();
  for (const auto& id : out.folder->acknowledged)
    taken.events.push_back({out.folder->source, id, {}, {}, true});
  world.history.sent.push_back(std::move(taken));
  // Its window waits for a third.
  Sent hit;
  hit.route = Route::single;
  EventDraft third;
  third.source = out.folder->source, third.type = "hit", third.subject = "s1";
  write(hit, {{third, "the-third-hit"}});
  world.history.sent.push_back(std::move(hit));
  world.happened("old_folder", name);
  return out;
}

}  // namespace alarum::simulation
