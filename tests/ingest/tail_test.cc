#include "ingest/stream/tail_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "ingest/stream/tail_paths.h"
#include "ingest/stream/tail_state.h"

namespace alarum::ingest::tail_test {
namespace {

// All lines with their places, when the file grows by `step` bytes from look to look; the last look
// is final.
std::vector<std::string> follow(const std::string& file, std::size_t step,
                                std::size_t longest = 10) {
  std::vector<std::string> out;
  std::size_t offset = 0;
  bool passing_over = false;
  for (std::size_t size = step;; size += step) {
    const bool last = size >= file.size();
    const auto chunk = std::string_view(file).substr(offset, std::min(size, file.size()) - offset);
    const auto cut = cut_tail(chunk, longest, passing_over, last);
    for (const auto& line : cut.lines)
      out.push_back(std::to_string(offset + line.at) + ":" +
                    (line.too_long ? "!" : std::string(line.text)));
    offset += cut.consumed;
    passing_over = cut.passing_over;
    if (last) break;
  }
  EXPECT_EQ(offset, file.size());
  return out;
}

TEST(Tail, LinesAndTheirPlacesAreTheSameHoweverTheFileGrows) {
  const std::string file = "one\ntwo\r\n\n  \n" + std::string(25, 'x') + "\n0123456789\r\nend";
  const std::vector<std::string> expected{"0:one", "4:two", "13:!", "39:0123456789", "51:end"};
  for (std::size_t step = 1; step <= file.size(); ++step)
    EXPECT_EQ(follow(file, step), expected) << "by " << step;
}

TEST(Tail, ABeginningOfALineStaysForTheNextTime) {
  const auto cut = cut_tail("ab\ncd", 10, false, false);
  EXPECT_EQ(cut.consumed, 3U);
  EXPECT_EQ(cut_tail("cd", 10, false, false).consumed, 0U);
  EXPECT_EQ(cut_tail("cd", 10, false, true).lines.size(), 1U);
}

TEST(Tail, ItsStateSurvivesBeingWritten) {
  const std::vector<TailPlace> places{
      {"/a \"b\".ndjson", 1, 2, "f00", 1ULL << 60, 256, "abc", true}, {}};
  const auto again = read_tail_state(tail_state_json(places));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, places);
  for (const char* text :
       {"", "{}", "[]", R"({"version":2,"files":[]})", R"({"version":1,"files":[{}]})",
        R"({"version":1,"files":[{"path":1}]})"})
    EXPECT_FALSE(read_tail_state(text)) << text;
}

TEST(TailPaths, OlderFilesComeFirst) {
  namespace fs = std::filesystem;
  const fs::path folder = ::testing::TempDir() + "tail-paths";
  fs::create_directories(folder);
  const auto now = fs::file_time_type::clock::now();
  const std::vector<std::pair<std::string, int>> files{
      {"a.log", 0}, {"a.log.1", -10}, {"a.log.2", -20}, {"b.log", -20}, {"a.log-20260101", -30}};
  std::vector<std::string> paths;
  for (const auto& [name, age] : files) {
    std::ofstream(folder / name) << "x";
    fs::last_write_time(folder / name, now + std::chrono::seconds(age));
    paths.push_back(folder / name);
  }
  sort_by_age(paths);
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(fs::path(path).filename());
  EXPECT_EQ(names,
            (std::vector<std::string>{"a.log-20260101", "b.log", "a.log.2", "a.log.1", "a.log"}));
  fs::remove_all(folder);
}

TEST(TailPaths, OfALinkAlsoWhereItsTargetStands) {
  namespace fs = std::filesystem;
  const fs::path folder = ::testing::TempDir() + "tail-links";
  fs::create_directories(folder / "links");
  std::ofstream(folder / "0.log") << "x";
  std::ofstream(folder / "0.log.1") << "x";
  fs::create_symlink(folder / "0.log", folder / "links/a.log");
  const auto beside = files_beside(folder / "links/a.log");
  EXPECT_NE(std::ranges::find(beside, (folder / "0.log.1").string()), beside.end());
  EXPECT_NE(std::ranges::find(beside, (folder / "links/a.log").string()), beside.end());
  fs::remove_all(folder);
}

TEST(TailPaths, RotatedNamesHaveANumberOrADate) {
  for (const char* name : {"/x/a.log.1", "/x/a.log-20260101", "/y/a.log.2.gz"})
    EXPECT_TRUE(is_rotated(name, "/x/a.log")) << name;
  for (const char* name : {"/x/a.log", "/x/a.log.bak", "/x/b.log.1", "/x/a.log.", "/x/a.logs1"})
    EXPECT_FALSE(is_rotated(name, "/x/a.log")) << name;
}

}  // namespace
}  // namespace alarum::ingest::tail_test
