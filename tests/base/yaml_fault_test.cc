#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/node.h"

namespace alarum {
namespace {

// `line:column: message` of the first fault; empty when the text is read.
std::string fault_of(const std::string& text) {
  Diagnostics out;
  (void)parse_yaml(text, "f", out);
  if (out.ok()) return {};
  const auto first = out.sorted().front();
  return std::to_string(first.place.line) + ":" + std::to_string(first.place.column) + ": " +
         first.message;
}

struct Case {
  const char* text;
  const char* says;  // a part of what is said, with the place before it
};

class YamlFault : public testing::TestWithParam<Case> {};

TEST_P(YamlFault, SaysWhatThePersonDid) {
  const auto said = fault_of(GetParam().text);
  const std::string wanted = GetParam().says, place = wanted.substr(0, wanted.find(' ') + 1);
  EXPECT_TRUE(said.starts_with(place)) << said;
  EXPECT_NE(said.find(wanted.substr(place.size())), std::string::npos) << said << "\n  of\n"
                                                                       << GetParam().text;
}

constexpr Case kCases[] = {
    // Quotes.
    {"a: \"x is down\nb: y",
     "1:4: the quote \" that opens here is not closed on its line, and line 2 (b: y)"},
    {"- alert: A\n  summary: 'x is down\n  severity: major\n- alert: B\n  summary: 'y'\n",
     "2:12: the quote ' that opens here is not closed on its line, and line 3 (severity: major)"},
    {"a: \"x\n  note: \"y\"\n", "1:4: line 2 (note: \"y\")"},
    {"a: \"x\r\nb: \"y\"\r\n", "1:4: line 2 (b: \"y\")"},
    {"a: \"x\n\ngoes on\"\n", "1:4: line 3 (goes on"},
    {"a: \"x\n", "1:4: is never closed: write \" where the text ends"},
    {"a: 'x", "1:4: is never closed: write ' where the text ends"},
    {"\"a\": 1\n\"b: 2", "2:1: is never closed"},
    {"[ \"a, b ]", "1:3: is never closed"},
    {"a: {b: \"c}\nd: \"e\"\n", "1:8: line 2 (d: \"e\")"},
    {"{a: \"x, b: \"c\"}", "1:5: ends before \"c\"}\""},
    {"- \"a\"\n- \"b\n- \"c\"\n", "2:3: line 3 (- \"c\")"},
    {"a: &x \"b\nc: \"d\"\n", "1:7: line 2 (c: \"d\")"},
    {"a: 'it's down'",
     "1:4: ends before \"s down'\": close the quote where the text ends, and write '' for a ' "
     "inside of it"},
    {"a: \"say \"hi\"\"", "1:4: write \\\" for a \" inside of it"},
    {"a: \"x\n  y\" z", "1:4: ends before \"z\" in line 2"},
    {"a: b\"", "1:4: the quote \" at the end of this text opens nowhere"},
    {"a: [b, c']", "1:8: the quote ' at the end of this text opens nowhere"},
    {"a: \"---\n---\n\"", "1:4: line 2 (---)"},
    // Braces, colons, escapes and other characters that need quotes.
    {"a: {{x}} down", "1:4: an unquoted {{: write the text in quotes"},
    {"a: {{x}}", "1:4: an unquoted {{"},
    {"{a: t {{x}}, b: c}", "1:7: an unquoted {{"},
    {"a: b: c", "1:5: an unquoted \": \" in a text: write \"b: c\" in quotes"},
    {"{a: b: c}", "1:6: an unquoted \": \" in a text"},
    {"a: \"x\": y", "1:7: an unquoted \": \" behind a value"},
    {"a: \"\\d\"", "1:5: \\d is no escape of a text in double quotes: write \\\\d"},
    {"a: @x", "1:4: a plain text cannot begin with @"},
    {"a: *", "1:4: an unquoted *: write \"*\""},
    {"[a, *]", "1:5: an unquoted *"},
    {"a: *b", "1:4: there is no anchor of that name"},
    {"a: !b c", "1:4: or write the text in quotes"},
    // Brackets.
    {"a: [1, 2\nb: 3",
     "1:4: the [ that opens here is not closed before line 2 (b: 3): the ] is missing"},
    {"- match: {type: x\n  until: y\n",
     "1:10: the { that opens here is not closed before line 2 (until: y): the } is missing"},
    {"a: [1, [2]", "1:4: the [ that opens here is never closed"},
    {"a: [b, c}", "1:9: the } does not fit the [ that opens in line 1, column 4"},
    {"a: [1, 2]]", "1:10: the ] closes nothing"},
    {"a: 1\n}", "2:1: the } closes nothing"},
    {"a: [b] c", "1:8: \"c\" stands behind the end of a value"},
    {"a: [\"b\" c]", "1:5: ends before \"c]\""},
    {"a: [b [c]]", "1:7: an unquoted [ in a text, or a comma is missing"},
    {"a: [b\n- c]", "1:4: the [ that opens here is not closed before line 2 (- c])"},
    // Indentation.
    {"a: 1\n  b: 2", "2:3: wrong indentation"},
    {"a:\n    b: 1\n  c: 2",
     "3:3: wrong indentation: column 3 fits none of the blocks around it, which stand in columns "
     "1, 5"},
    {"a: \"x\"\n  b: 1", "2:3: wrong indentation"},
    {"- a: 1\n   b: 2", "2:4: wrong indentation"},
    {"- a: 1\n b: 2", "2:2: wrong indentation: column 2"},
    {"- a\n - b",
     "2:2: wrong indentation: - b stands further right than line 1, to whose text it would belong"},
    {"- a\nb: c", "2:1: a line without \"- \" among the items of a list"},
    {"a: 1\n- b", "2:1: an item of a list (\"- \") where a key is needed"},
    {"a: - b", "1:4: an item of a list (\"- \") on the line of its key"},
    {"a:\n\tb: 1", "2:1: a tab in the indentation"},
    {"a: 1\n\tb: 2", "2:1: a tab in the indentation"},
    {"a:\n  - b: 1\n\tc: 2", "3:1: a tab in the indentation"},
    {"a:\n  b: 1\n\u00a0\u00a0c: 2\n  d: 3\n e: 4", "3:1: a no-break or wide space"},
    {"a: |\n   x\n  y\n",
     "3:3: wrong indentation: this line (column 3) of the text behind | stands further left"},
    {"a: | x", "1:6: the text behind | begins on the next line"},
    // Keys.
    {"a:b\nc: d", "1:1: a blank is missing behind the colon of \"a:b\": write \"a: …\""},
    {"x:\n  a:b\n  c: d", "2:3: a blank is missing behind the colon of \"a:b\""},
    {"a: 1\nb\nc: 2", "2:1: \"b\" is a key without \": \" behind it"},
    {"a: b\nc", "2:1: \"c\" is a key without \": \" behind it"},
    {"a: 1\n---\nb: 2", "2:1: a second document in the file"},
    {"<<: 1", "1:5: \"<<\" must be a mapping or a list of mappings, not number 1"},
    {"a: &x {b: 1}\nc: {<<: *x, <<: *x}", "2:5: a second \"<<\" in one mapping"},
};
INSTANTIATE_TEST_SUITE_P(Wrong, YamlFault, testing::ValuesIn(kCases));

// What is legal and means what it looks like.
TEST(YamlFault, RefusesNoRightText) {
  for (const auto* text : {"a: \"x\n  goes on\n  # here, too\"\nb: y\n",
                           "a: 'it''s\n  fine'\n",
                           "a:\n  \"b\n   c\"\n",
                           "a: \"b\" # \"c\n",
                           "{\"a\":\"b\",\"c\":d}",
                           "a: |\n  \"x\n  b: y\nc: d\n",
                           "a: it's\nb: 5\" disks\n",
                           "a: the hosts'\n",
                           "a: [severity=~\"crit.*\"]\n",
                           "a: b\n  goes on\nc: d\n",
                           "k: [a,\n  {b: c}\n]\n",
                           "k: {\n}\n",
                           "- - a\n  - b\n- c\n",
                           "a: \"\n  x\n\"\n",
                           "? a\n: b\n",
                           "a: &x\n  b: c\n",
                           "a: http://x:1/\n",
                           "a: b{{c}}d\n",
                           "\"a b\": c\n",
                           "a: '{\n  \"b\": 1}'\n",
                           "a: >-\n\n  x\n\n  y: z\n",
                           "a:\t1\n",
                           "a: |\n  12\nb:",
                           "a:",
                           "\xEF\xBB\xBF\"a\": 'b'\r\n"})
    EXPECT_EQ(fault_of(text), "") << text;
}

// The parser takes a CR alone for a line break, and folds more than we do.
TEST(YamlFault, ReadsOddLineBreaksToTheirEnd) {
  for (const auto* text :
       {"a: b\r\r  c\n", "a: b\r c", "- a\r\n\r  b\n", "a: b\n\r\n c", "a: b\t\n  c\n", "a: b\r"})
    (void)fault_of(text);
}

// All that this repository has in YAML.
TEST(YamlFault, RefusesNoFileOfOurs) {
  const auto root = std::filesystem::path(ALARUM_SOURCE_DIR);
  std::size_t files = 0;
  for (const char* folder : {"rules", "docs", "demo", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      std::ifstream in(entry.path());
      std::ostringstream text;
      text << in.rdbuf();
      EXPECT_EQ(fault_of(text.str()), "") << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 20U);
}

}  // namespace
}  // namespace alarum
