#include "base/printable.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/utf8.h"

namespace alarum {
namespace {

std::string utf8(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

// Everything that moves a cursor, ends a line or turns text around.
std::vector<char32_t> dangerous() {
  std::vector<char32_t> all{0x7F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029};
  for (char32_t c = 0; c < 0x20; ++c) all.push_back(c);
  for (char32_t c = 0x80; c < 0xA0; ++c) all.push_back(c);
  for (char32_t c = 0x202A; c <= 0x202E; ++c) all.push_back(c);
  for (char32_t c = 0x2066; c <= 0x2069; ++c) all.push_back(c);
  return all;
}

TEST(Printable, ShowsEveryControlCharacterInPlaceOfSendingIt) {
  for (const auto c : dangerous()) {
    if (c == '\n' || c == '\t') continue;
    EXPECT_EQ(printable("a" + utf8(c) + "b"),
              fmt::format("a\\u{:04x}b", static_cast<std::uint32_t>(c)));
  }
  EXPECT_EQ(printable("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(printable_line("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(printable("NPU 3 过热 🔥 é ̈"), "NPU 3 过热 🔥 é ̈");
}

TEST(Printable, ShowsBytesThatAreNoUtf8ATerminalMayTakeForC1) {
  EXPECT_EQ(printable("a\x9b"
                      "31mb"),
            "a\\x9b31mb");
  EXPECT_EQ(printable("cut \xE8\xBF"), "cut \\xe8\\xbf");
}

TEST(Printable, KeepsTheMeaningOfJson) {
  for (const auto c : dangerous()) {
    const auto text = nlohmann::json("x" + utf8(c) + "y").dump();
    const auto safe = printable(text);
    EXPECT_EQ(nlohmann::json::parse(safe), nlohmann::json::parse(text)) << safe;
    EXPECT_EQ(printable(safe), safe);
  }
}

TEST(PrintableOutput, FiltersWhatIsWrittenInPiecesUntilItIsRestored) {
  std::ostringstream out;
  {
    PrintableOutput guard(out);
    for (const char c : std::string("a\xC2\x9B"
                                    "b过"))
      out << c;
    out << "\x1B[2J" << 7 << std::string_view("\xE8", 1);
    out << std::string_view("\xBF\x87!", 3) << std::flush << "\xE8";
  }
  out << "\x1B";
  EXPECT_EQ(out.str(), "a\\u009bb过\\u001b[2J7过!\\xe8\x1B");
}

}  // namespace
}  // namespace alarum
