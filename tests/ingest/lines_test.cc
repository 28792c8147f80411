#include "ingest/lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace alarum::ingest::lines_test {
namespace {

// All lines of `text` when it arrives in pieces of `size` bytes; what was too long as "!".
std::vector<std::string> split(const std::string& text, std::size_t size,
                               std::size_t longest = 100) {
  Lines lines(longest);
  std::vector<std::string> out;
  const auto take = [&] {
    while (auto line = lines.next())
      out.push_back(std::to_string(line->index) + ":" +
                    (line->too_long ? "!" : std::string(line->text)));
  };
  for (std::size_t at = 0; at < text.size(); at += size) {
    lines.feed(text.substr(at, size));
    take();
  }
  lines.feed("");
  lines.end();
  take();
  return out;
}

using Expected = std::vector<std::string>;

TEST(Lines, AreTheSameHoweverTheBytesArrive) {
  const std::string text = "one\ntwo\r\n\n  \nthree";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(split(text, size), (Expected{"0:one", "1:two", "4:three"})) << "pieces of " << size;
  }
}

TEST(Lines, PassOverOneThatIsTooLongAndGoOn) {
  const std::string text = "ab\n" + std::string(50, 'x') + "\ncd\n";
  for (const std::size_t size : {1UL, 7UL, 100UL})
    EXPECT_EQ(split(text, size, 10), (Expected{"0:ab", "1:!", "2:cd"})) << "pieces of " << size;
}

TEST(Lines, OneOfExactlyTheLongestIsTaken) {
  for (const std::size_t size : {1UL, 3UL, 100UL})
    EXPECT_EQ(split("0123456789\r\nx\n", size, 10), (Expected{"0:0123456789", "1:x"}));
}

TEST(Lines, ATooLongLastLineWithoutAnEndIsTold) {
  EXPECT_EQ(split(std::string(30, 'x'), 4, 10), (Expected{"0:!"}));
}

TEST(Lines, NothingIsNoLine) {
  EXPECT_EQ(split("", 1), Expected{});
  EXPECT_EQ(split("\n\n\r\n", 2), Expected{});
}

}  // namespace
}  // namespace alarum::ingest::lines_test
