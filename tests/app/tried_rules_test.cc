#include "app/tried_rules.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "journal/folder_view.h"
#include "tests/support/memory_files.h"
#include "tests/tools/text_rules.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

std::string rule(const std::string& name) {
  return "rules: [{alert: " + name + ", pattern: {type: [down]}, by: subject, resolve_after: 1h}]";
}

std::string fault_of(const std::string& request) {
  const auto tried = read_tried_rules(Json::parse(request));
  return tried ? "" : tried.error().message;
}

TEST(TriedRules, AreReadFromARequest) {
  const auto tried = read_tried_rules(Json::parse(
      R"({"rules": [{"file": "a.yaml", "text": "x"}], "tables": [{"file": "t.csv", "text": "y"}],
          "inventory": {"file": "i.csv", "text": "z"}, "complete": true})"));
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->files.at(0).path, "a.yaml");
  EXPECT_EQ(tried->tables.at(0).text, "y");
  EXPECT_TRUE(tried->inventory && tried->complete);
  EXPECT_FALSE(read_tried_rules(Json::object())->complete) << "nothing is tried";
}

TEST(TriedRules, AFaultOfTheRequestNamesTheMember) {
  EXPECT_TRUE(fault_of(R"({"rules": {}})").contains("\"rules\" must be a list"));
  EXPECT_TRUE(fault_of(R"({"rules": [{"file": "", "text": "x"}]})").contains("\"rules\" must"));
  EXPECT_TRUE(fault_of(R"({"tables": [{"file": "a"}]})").contains("\"tables\" must have files"));
  EXPECT_TRUE(fault_of(R"({"inventory": "i"})").contains("\"inventory\" must have files"));
  EXPECT_TRUE(fault_of(R"({"complete": 1})").contains("\"complete\" must be true or false"));
  EXPECT_TRUE(only_members(Json::parse(R"({"ruls": []})"), {"rules"})
                  .error()
                  .message.contains("did you mean \"rules\""));
  EXPECT_FALSE(only_members(Json::array(), {"rules"}));
}

TEST(TriedRules, StandInPlaceOfTheirFilesOrOfAll) {
  testing::MemoryFiles files;
  journal::FolderView journal{files, "/data"};
  const auto in_force = tools::rules_of(rule("Old"));
  const auto names = [&](TriedRules tried) {
    Diagnostics faults;
    const auto compiled = compile_tried(tried, in_force->rules(), journal, faults);
    std::string out;
    if (!compiled || !*compiled) return faults.text();
    for (const auto& one : (*compiled)->rules().rules) out += one.alert + ' ';
    return out;
  };
  EXPECT_EQ(names({{{"./r.yaml", rule("New")}}, {}, nullptr, false}), "UnknownFault New ");
  EXPECT_EQ(names({{{"other.yaml", rule("New")}}, {}, nullptr, false}), "UnknownFault Old New ");
  EXPECT_EQ(names({{{"other.yaml", rule("New")}}, {}, nullptr, true}), "UnknownFault New ");
  EXPECT_TRUE(names({{{"r.yaml", "rules: 3"}}, {}, nullptr, false}).contains("r.yaml:1"));
}

TEST(TriedRules, KnowsTheSameFileByOtherNames) {
  EXPECT_TRUE(is_same_name("./a/b.yaml", "a/b.yaml"));
  EXPECT_TRUE(is_same_name("a/../b.yaml", "b.yaml"));
  EXPECT_FALSE(is_same_name("a/b.yaml", "b.yaml"));
}

}  // namespace
}  // namespace alarum::app
