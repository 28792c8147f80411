#include "rules/tables.h"

#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

Node key_named(const std::string& column) {
  Node key;
  key.kind = Node::Kind::string;
  key.text = column;
  key.place = {"r.yaml", 1, 1};
  return key;
}

std::string table(const std::string& path, const std::string& text,
                  const std::string& key = "server") {
  Diagnostics out;
  const auto read = parse_table({path, text}, "fleet", key_named(key), out);
  if (!read) return out.text();
  std::string shown;
  for (const auto& column : read->columns) shown += column + " ";
  for (const auto* row : {"s1", "s2"}) {
    if (!read->rows.contains(row)) continue;
    for (const auto& value : read->rows.at(row)) shown += "<" + value + ">";
  }
  return shown;
}

TEST(Tables, ReadsCsvAndYaml) {
  EXPECT_EQ(table("t.csv", "server,rack\ns1,\"r 1, left\"\ns2,007\n"),
            "server rack <s1><r 1, left><s2><007>");
  EXPECT_EQ(table("t.yaml", "- {server: s1, rack: 7}\n- {server: s2, owner: '007', rack: ~}\n"),
            "server rack owner <s1><7><><s2><><007>");
  EXPECT_EQ(table("t.json", R"([{"server": "s1", "level": 1e5, "on": true}])"),
            "server level on <s1><1e5><true>");
}

TEST(Tables, NamesEveryFaultOfATable) {
  EXPECT_EQ(table("t.csv", "server,rack,rack\ns1,1,1\ns1,1,2\ns2,3\n,4,5\n"),
            "t.csv:1:1: error: column \"rack\" appears twice\n"
            "t.csv:3:1: error: a second row for server \"s1\" (first in line 2)\n"
            "t.csv:4:1: error: 2 fields in this line, but the table has 3 columns\n"
            "t.csv:5:1: error: no value in the key column \"server\"\n");
  EXPECT_EQ(table("t.csv", "\n"),
            "t.csv:1:1: error: an empty table: the first line names the columns\n");
  EXPECT_EQ(
      table("t.csv", "serber,rack\n"),
      "r.yaml:1:1: error: table \"fleet\" has no column \"server\" (did you mean \"serber\"?)\n");
  EXPECT_EQ(
      table("t.yaml", "- {server: 80E18402, rack: [1]}\n- s3\n"),
      "t.yaml:1:12: error: \"server\": YAML reads 80E18402 as a number: quote it: \"80E18402\"\n"
      "t.yaml:1:28: error: \"rack\" must be a string, not a list\n"
      "t.yaml:2:3: error: \"row\" must be a mapping of column names to values, not string "
      "\"s3\"\n");
  EXPECT_EQ(table("t.yaml", "server: s1\n"),
            "t.yaml:1:1: error: a table is a list of mappings, one a row, not a mapping\n");
}

TEST(Tables, ArePartOfTheRules) {
  const TextRules rules{
      {{"d/r.yaml",
        "tables:\n  fleet: {file: ../fleet.csv, key: server}\n  codes: {file: codes.xls, key: "
        "code}\n  gone: {file: gone.csv, key: a}\n"
        "  half: {fiel: x}\n"},
       {"d/s.yaml",
        "tables: {fleet: {file: f.csv, key: x}}\nenrich: [{table: fleet, key: subject, add: [rack, "
        "ownr, a-b]}, {table: flete, key: subject, add: x}]\n"}},
      {{"fleet.csv", "server,rack,owner,a-b\n"}}};
  EXPECT_EQ(
      rules.said(),
      "d/r.yaml:3:17: error: \"codes.xls\": a table is a .csv, .yaml, .yml or .json file\n"
      "d/r.yaml:4:16: error: cannot read table d/gone.csv\n"
      "d/r.yaml:5:3: error: table \"half\" names no \"file\"\n"
      "d/r.yaml:5:3: error: table \"half\" names no \"key\" column\n"
      "d/r.yaml:5:10: error: unknown key \"fiel\" in table \"half\" (did you mean \"file\"?)\n"
      "d/s.yaml:1:10: error: duplicate table \"fleet\" (first at d/r.yaml:2:3): to put one in its "
      "place, say \"replaces: true\" in it\n"
      "d/s.yaml:2:51: error: table \"fleet\" has no column \"ownr\" (did you mean \"owner\"?)\n"
      "d/s.yaml:2:57: error: \"a-b\" is not a name: give one, as in {a_b: a-b}\n"
      "d/s.yaml:2:72: error: there is no table \"flete\" (did you mean \"fleet\"?)\n");
}

// Of the shipped rules, with a table of the site's own.
TEST(Tables, ReplaceOneOfAnotherFile) {
  const auto shown = [](std::vector<Sources::File> files) {
    const TextRules rules{
        std::move(files),
        {{"shipped.csv", "code,level\n80,minor\n"}, {"mine.csv", "code,level\n80,major\n"}}};
    Diagnostics out;
    const auto set = rules.compile(out);
    if (!set) return out.text();
    const auto& table = *set->scopes.front().enriches.front().table;
    return table.rows.at("80").at(1);
  };
  const Sources::File shipped{"a.yaml",
                              "tables: {codes: {file: shipped.csv, key: code}}\n"
                              "enrich: [{table: codes, key: subject, add: [level]}]\n"};
  const std::string mine = "tables: {codes: {file: mine.csv, key: code, replaces: true}}\n";
  EXPECT_EQ(shown({shipped}), "minor");
  EXPECT_EQ(shown({shipped, {"z.yaml", mine}}), "major");
  // Whichever is read first: names of the shipped file come first in the list of scopes.
  EXPECT_EQ(TextRules({{{"0.yaml", mine}, shipped},
                       {{"shipped.csv", "code,level\n"}, {"mine.csv", "code,stage\n"}}})
                .said(),
            "a.yaml:2:45: error: table \"codes\" has no column \"level\"\n");
  EXPECT_EQ(shown({shipped, {"y.yaml", mine}, {"z.yaml", mine}}),
            "z.yaml:1:10: error: duplicate table \"codes\" (first at y.yaml:1:10)\n");
  EXPECT_EQ(
      shown({shipped, {"z.yaml", "tables: {code: {file: mine.csv, key: code, replaces: true}}\n"}}),
      "z.yaml:1:10: error: there is no table \"code\" to replace (did you mean \"codes\"?)\n");
  EXPECT_EQ(
      shown({shipped, {"z.yaml", "tables: {codes: {file: mine.csv, key: code, replaces: 1}}\n"}}),
      "z.yaml:1:55: error: \"replaces\" must be true or false, not number 1\n");
}

}  // namespace
}  // namespace alarum::rules
