#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/match_command.h"
#include "cli/pattern_lines.h"
#include "match/matcher.h"

namespace alarum::cli::conformance_test {
namespace {

// Differences from the library that are ours on purpose (conformance/README.md).
const std::map<std::string, std::string> kIntended{
    {R"({"a":[{"cidr":"10.0.0.1/32"}]} {"a":"10.0.0.1"})", "true"},
    {R"({"a":[{"cidr":"2001:db8::1/128"}]} {"a":"2001:db8::1"})", "true"},
    {R"({"a":[{"cidr":"::/0"}]} {"a":"10.0.0.1"})", "false"},
    {R"({"a":["x"]} {"a":"x"} trailing)", "error"},
};

std::vector<std::string> lines(const std::string& file) {
  const auto* folder = std::getenv("ALARUM_CONFORMANCE");
  std::ifstream in(std::string(folder ? folder : "") + "/" + file);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string text_of(const nlohmann::json& line, const std::string& name) {
  return line.contains(name) ? line.at(name).dump() : line.at(name + "_text").get<std::string>();
}

// Runs a whole file through what `alarum match --jsonl` runs, so that the reading of the lines is
// held to it too.
std::vector<std::string> verdicts(const std::vector<std::string>& in) {
  std::stringstream input, output;
  for (const auto& line : in) input << line << '\n';
  EXPECT_EQ(match_jsonl(input, output), 0);
  std::vector<std::string> out;
  for (std::string line; std::getline(output, line);) out.push_back(line.substr(0, line.find(':')));
  return out;
}

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("ALARUM_CONFORMANCE")) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  }

  static void check(const std::string& file, std::size_t least) {
    const auto in = lines(file);
    const auto got = verdicts(in);
    ASSERT_GE(in.size(), least);
    ASSERT_EQ(got.size(), in.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto line = nlohmann::json::parse(in[i]);
      const auto intended = kIntended.find(text_of(line, "pattern") + " " + text_of(line, "event"));
      const std::string wanted = intended != kIntended.end()    ? intended->second
                                 : line.contains("error")       ? "error"
                                 : line.at("match").get<bool>() ? "true"
                                                                : "false";
      EXPECT_EQ(got[i], wanted) << file << ":" << i + 1 << ": " << in[i];
    }
  }
};

TEST_F(Conformance, MatchCasesComeOutAsTheReferenceDecides) {
  check("eventbridge-match.jsonl", 2211);
}

TEST_F(Conformance, EdgeCasesComeOutAsTheReferenceDecides) {
  check("eventbridge-edges.jsonl", 145);
}

TEST_F(Conformance, PatternsAreAcceptedAndRefusedAsTheReferenceDoes) {
  const auto in = lines("eventbridge-compile.jsonl");
  ASSERT_GE(in.size(), 305U);
  for (const auto& text : in) {
    const auto line = nlohmann::json::parse(text);
    EXPECT_EQ(match_texts(line.at("pattern_text").get<std::string>(), "{}").has_value(),
              line.at("valid").get<bool>())
        << text;
  }
}

TEST_F(Conformance, AllPatternsTogetherMatchAsEachAlone) {
  std::map<std::string, std::string> names;  // pattern text → name
  std::set<std::string> events;
  for (const auto* file : {"eventbridge-match.jsonl", "eventbridge-edges.jsonl"}) {
    for (const auto& text : lines(file)) {
      const auto line = nlohmann::json::parse(text);
      const auto pattern = text_of(line, "pattern");
      if (match_texts(pattern, "{}")) names.emplace(pattern, std::to_string(names.size()));
      const auto event = text_of(line, "event");
      if (match_texts(R"({"a":["x"]})", event) && event.find('\n') == std::string::npos)
        events.insert(event);
    }
  }
  std::stringstream patterns, inputs, out, err;
  for (const auto& [pattern, name] : names) {
    auto flat = pattern;  // line breaks stand between tokens only
    std::replace(flat.begin(), flat.end(), '\n', ' ');
    patterns << R"({"name":")" << name << R"(","pattern":)" << flat << "}\n";
  }
  for (const auto& event : events) inputs << event << '\n';
  ASSERT_EQ(match_files(patterns, inputs, out, err), 0) << err.str();
  std::map<std::size_t, std::set<std::string>> found;
  for (std::string line; std::getline(out, line);) {
    const auto result = nlohmann::json::parse(line);
    found[result.at("line").get<std::size_t>()] = result.at("matches").get<std::set<std::string>>();
  }
  std::size_t hits = 0;
  for (const auto& [pattern, name] : names) {
    const match::Matcher alone({*read_pattern(pattern)});
    std::size_t number = 0;
    for (const auto& event : events) {
      std::vector<std::uint32_t> fits;
      ASSERT_TRUE(alone.match_json(event, fits)) << event;
      ASSERT_EQ(!fits.empty(), found[++number].contains(name)) << pattern << '\n' << event;
      hits += fits.size();
    }
  }
  EXPECT_GT(names.size(), 400U);
  EXPECT_GT(hits, events.size());
}

}  // namespace
}  // namespace alarum::cli::conformance_test
