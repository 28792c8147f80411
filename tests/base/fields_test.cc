#include "base/fields.h"

#include <gtest/gtest.h>

namespace alarum {
namespace {

using namespace std::chrono_literals;

Node value(const std::string& text) {
  Diagnostics out;
  return *parse_yaml(text, "f", out);
}

template <class Read>
std::string read(const std::string& text, const Read& reader) {
  Diagnostics out;
  const auto got = reader(value(text), out);
  return got ? "ok" : out.text();
}

TEST(Fields, NamesUnknownAndUnavailableKeys) {
  Diagnostics out;
  check_keys(value("{match: a, cuont: 3, count: 3, zzzzzz: 1}"), {{"match", "by"}, {"count"}},
             "rule \"EccStorm\"", out);
  EXPECT_EQ(out.text(),
            "f:1:12: error: unknown key \"cuont\" in rule \"EccStorm\" (did you mean \"count\"?)\n"
            "f:1:22: error: \"count\" is not available in this version (rule \"EccStorm\")\n"
            "f:1:32: error: unknown key \"zzzzzz\" in rule \"EccStorm\"\n");
}

TEST(Fields, ReadsDurations) {
  const auto duration = [](const std::string& text) {
    return read(
        text, [](const Node& n, Diagnostics& out) { return read_duration(n, "d", 1s, 24h, out); });
  };
  EXPECT_EQ(duration("1h30m"), "ok");
  EXPECT_EQ(duration("0"), "f:1:1: error: \"d\" must be a duration from 1s to 1d, not number 0\n");
  EXPECT_EQ(duration("2d"),
            "f:1:1: error: \"d\" must be a duration from 1s to 1d, not string \"2d\"\n");
  EXPECT_EQ(duration("30"),
            "f:1:1: error: \"d\" must be a duration such as 30s, 10m or 24h, not number 30\n");
  EXPECT_EQ(duration("[1s]"),
            "f:1:1: error: \"d\" must be a duration such as 30s, 10m or 24h, not a list\n");
}

TEST(Fields, ReadsSizes) {
  const auto size = [](const std::string& text) {
    Diagnostics out;
    const auto got = read_size(value(text), "s", 1024, 1ULL << 40, out);
    return got ? std::to_string(*got) : out.text();
  };
  EXPECT_EQ(size("65536"), "65536");
  EXPECT_EQ(size("64KiB"), "65536");
  EXPECT_EQ(size("10GiB"), "10737418240");
  EXPECT_EQ(size("1TiB"), "1099511627776");
  EXPECT_EQ(size("2TiB"),
            "f:1:1: error: \"s\" must be a size from 1KiB to 1TiB, not string \"2TiB\"\n");
  EXPECT_EQ(size("10GB"),
            "f:1:1: error: \"s\" must be a size in bytes such as 65536, 64KiB, 64MiB or 10GiB, not "
            "string \"10GB\"\n");
  EXPECT_EQ(size("-1"),
            "f:1:1: error: \"s\" must be a size in bytes such as 65536, 64KiB, 64MiB or 10GiB, not "
            "number -1\n");
  EXPECT_EQ(size("99999999999999999999TiB").substr(0, 13), "f:1:1: error:");
  EXPECT_EQ(format_size(1536), "1536B");
  EXPECT_EQ(format_size(3 << 20), "3MiB");
}

TEST(Fields, ReadsScalarsStrictly) {
  const auto count = [](const Node& n, Diagnostics& out) { return read_count(n, "n", 1, 10, out); };
  const auto yes = [](const Node& n, Diagnostics& out) { return read_bool(n, "b", out); };
  const auto string = [](const Node& n, Diagnostics& out) { return read_string(n, "s", out); };
  const auto text = [](const Node& n, Diagnostics& out) { return read_text(n, "t", out); };
  EXPECT_EQ(read("10", count), "ok");
  EXPECT_EQ(read("1k", count),
            "f:1:1: error: \"n\" must be a whole number from 1 to 10, not string \"1k\"\n");
  Diagnostics quiet;
  EXPECT_EQ(read_count(value("4M"), "n", 1, 5000000, quiet), 4000000U);
  EXPECT_EQ(read_count(value("3k"), "n", 1, 5000000, quiet), 3000U);
  EXPECT_EQ(read("11", count),
            "f:1:1: error: \"n\" must be a whole number from 1 to 10, not number 11\n");
  EXPECT_EQ(read("1.5", count),
            "f:1:1: error: \"n\" must be a whole number from 1 to 10, not number 1.5\n");
  EXPECT_EQ(read("007", count),
            "f:1:1: error: \"n\" must be a whole number from 1 to 10, not number 007\n");
  EXPECT_EQ(read("true", yes), "ok");
  EXPECT_EQ(read("yes", yes), "f:1:1: error: \"b\" must be true or false, not string \"yes\"\n");
  EXPECT_EQ(read("5", string),
            "f:1:1: error: \"s\" must be a string (quote it: \"5\"), not number 5\n");
  EXPECT_EQ(read("5", text), "ok");
  EXPECT_EQ(read("007", text),
            "f:1:1: error: \"t\": YAML reads 007 as a number: quote it: \"007\"\n");
  EXPECT_EQ(read("{}", text), "f:1:1: error: \"t\" must be a string, not a mapping\n");
}

}  // namespace
}  // namespace alarum
