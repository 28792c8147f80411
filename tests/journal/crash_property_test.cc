// Random commits, failures, sealings and power cuts on files that forget what was not synced.
#include <set>

#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

struct Loss {
  std::size_t lost = 0, twice = 0, unknown_duplicates = 0;
};

class Chaos {
 public:
  Chaos(unsigned seed, bool syncs_lie) : random_(seed) {
    world_.files.on_sync = [this](const std::string&) -> Result<void> {
      if (failing_ && chance(10)) return fail("io_error", "chaos");
      return {};
    };
    world_.files.syncs_lie = syncs_lie;
  }

  Loss run() {
    for (int step = 0; step < 300; ++step) {
      failing_ = true;
      if (chance(25)) {
        crash();
      } else if (chance(8)) {
        seal();
      } else {
        commit();
      }
    }
    crash();
    check();
    return loss_;
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  void commit() {
    Ids ids;
    for (unsigned i = 0; i <= random_() % 4; ++i)
      ids.push_back(std::to_string(chance(3) ? random_() % (next_ + 1) : next_++));
    const auto done = world_.put(ids, random_() % 1500);
    if (!done) return;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const bool fresh = acknowledged_.insert(ids[i]).second;
      if (!fresh && !(*done)[i].duplicate) ++loss_.unknown_duplicates;
    }
  }

  void seal() {
    if (const auto segment = world_.log->next_to_seal()) {
      auto done = seal_file(world_.files, "data/segments", segment->name, segment->end_offset);
      if (!done) return;
      auto sealed = *segment;
      sealed.name.sealed = true;
      sealed.bytes = done->bytes;
      world_.log->sealed(sealed);
    }
  }

  void crash() {
    failing_ = false;
    world_.log.reset();
    world_.files.crash(random_);
    world_.open();
  }

  void check() {
    std::set<std::string> seen;
    model::Offset last = 0;
    for (const auto& record : world_.read()) {
      const std::string id(std::get<model::Event>(record.payload).id());
      if (!seen.insert(id).second) ++loss_.twice;
      EXPECT_TRUE(seen.size() == 1 || record.offset > last);
      last = record.offset;
    }
    for (const auto& id : acknowledged_) loss_.lost += seen.contains(id) ? 0 : 1;
  }

  World world_;
  std::mt19937 random_;
  bool failing_ = false;
  std::size_t next_ = 0;
  std::set<std::string> acknowledged_;
  Loss loss_;
};

TEST(CrashProperty, NothingAcknowledgedIsLostAndNothingIsTwice) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const auto loss = Chaos(seed, false).run();
    EXPECT_EQ(loss.lost, 0u) << "seed " << seed;
    EXPECT_EQ(loss.twice, 0u) << "seed " << seed;
    EXPECT_EQ(loss.unknown_duplicates, 0u) << "seed " << seed;
  }
}

TEST(CrashProperty, ADiskThatDoesNotSyncIsNoticed) {
  std::size_t lost = 0;
  for (unsigned seed = 0; seed < 10; ++seed) lost += Chaos(seed, true).run().lost;
  EXPECT_GT(lost, 0u);
}

}  // namespace
}  // namespace alarum::journal
