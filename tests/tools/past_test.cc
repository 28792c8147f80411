#include "tools/past.h"

#include "journal/embedded.h"
#include "tests/journal/world.h"

namespace alarum::tools {
namespace {

TEST(Past, NamesEachDamagedPlaceOnce) {
  journal::World world;
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(world.put({"e" + std::to_string(i)}, 1'500));
  ASSERT_GT(world.segments().size(), 3U);
  for (const auto segment : {0, 1}) world.files.damage(world.path(segment), 200);
  const auto journal = journal::view_embedded(world.files, "data");
  std::size_t seen = 0;
  const auto count = [&](const model::Record&) -> Result<bool> { return ++seen, true; };
  const auto read = read_past(*journal, 0, count);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(seen, 10U);
  ASSERT_EQ(read->damage.size(), 2U);
  EXPECT_NE(read->damage[0], read->damage[1]);
}

}  // namespace
}  // namespace alarum::tools
