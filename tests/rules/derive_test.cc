#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

TextRules fleet(const std::string& text) {
  return {
      {{"r.yaml",
        "tables: {fleet: {file: fleet.csv, key: server}, racks: {file: racks.yaml, key: rack}}\n" +
            text}},
      {{"fleet.csv", "server,rack,owner\ns1,r1,ann\ns2,r2,\n"},
       {"racks.yaml", "- {rack: r1, room: x}\n"}}};
}

// The leaves that derive adds, by path.
std::string derived(const TextRules& rules, const std::string& subject, const std::string& data) {
  Diagnostics out;
  const auto set = rules.compile(out);
  if (!set) return out.text();
  model::EventFields fields;
  fields.id = "1", fields.source = "test", fields.type = "T", fields.subject = subject;
  fields.data_kind = model::DataKind::json, fields.data = data;
  auto flat = model::FlatEvent::of(model::Event(fields));
  derive(*set, flat);
  std::string shown;
  for (const auto* name : {"code", "rack", "owner", "room"}) {
    for (std::size_t scope = 0; scope < set->scopes.size(); ++scope) {
      const auto path = "#" + std::to_string(scope) + "." + name;
      for (const auto& leaf : flat.at(path)) shown += path + "=" + std::string(leaf.text) + " ";
    }
  }
  return shown;
}

TEST(Derive, ExtractsTheFirstGroupOfTheFirstMatch) {
  const auto rules = fleet("extract: {code: {from: data.message, re: '(?:0x)?([0-9A-F]{8})'}}\n");
  EXPECT_EQ(derived(rules, "s1", R"({"message": "codes 0x80E18402, 80E18403"})"),
            "#0.code=80E18402 ");
  EXPECT_EQ(derived(rules, "s1", R"({"message": "none"})"), "");
  EXPECT_EQ(derived(rules, "s1", R"({"message": null})"), "");
  EXPECT_EQ(derived(rules, "s1", R"({"message": 12345678})"), "#0.code=12345678 ");
  EXPECT_EQ(derived(rules, "s1", R"({"message": ["80E18402", "x", "80E18403"]})"),
            "#0.code=80E18402 #0.code=80E18403 ");
}

TEST(Derive, EnrichesFromTablesOneAfterTheOther) {
  const auto rules = fleet(
      "enrich:\n- {table: fleet, key: subject, add: [rack, owner]}\n- {table: racks, key: rack, "
      "add: room}\n");
  EXPECT_EQ(derived(rules, "s1", "{}"), "#0.rack=r1 #0.owner=ann #0.room=x ");
  EXPECT_EQ(derived(rules, "s2", "{}"), "#0.rack=r2 ");
  EXPECT_EQ(derived(rules, "s3", "{}"), "");
}

TEST(Derive, EnrichesEachValueOfAnArray) {
  EXPECT_EQ(derived(fleet("enrich: [{table: fleet, key: data.hosts, add: rack}]\n"), "",
                    R"({"hosts": ["s2", "s9", "s1"]})"),
            "#0.rack=r2 #0.rack=r1 ");
}

TEST(Derive, GivesAColumnAnotherName) {
  EXPECT_EQ(
      derived(fleet("enrich: [{table: fleet, key: subject, add: [{room: owner}]}]\n"), "s1", "{}"),
      "#0.room=ann ");
}

TEST(Derive, NamesHoldForTheirFile) {
  auto rules = fleet(
      "enrich: [{table: fleet, key: subject, add: rack}]\nrules: [{alert: A, match: {rack: r1}, "
      "until: Y, by: rack, summary: '{{rack}}', labels: {r: '{{rack}}'}}]\n");
  rules.files.push_back({"s.yaml", "rules: [{alert: B, match: {rack: r1}, until: Y}]\n"});
  Diagnostics out;
  const auto set = rules.compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules[0].match.alternatives[0].fields[0].path, "#0.rack");
  EXPECT_EQ(set->rules[0].by[0].path, "#0.rack");
  EXPECT_EQ(set->rules[0].by[0].label, "rack");
  EXPECT_EQ(set->rules[1].match.alternatives[0].fields[0].path, "rack");
  EXPECT_EQ(set->rules[1].scope, 1U);
}

TEST(Derive, LabelsMayUseEnrichmentThatIsNotInBy) {
  Diagnostics out;
  const auto set =
      fleet(
          "enrich: [{table: fleet, key: subject, add: [rack, owner]}]\nrules: [{alert: A, match: "
          "X, until: Y, by: subject, labels: {team: '{{owner}}'}}]\n")
          .compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules[0].names.at("owner"), "#0.owner");
}

TEST(Derive, TellsWhatIsWrongWithExtractAndEnrich) {
  EXPECT_EQ(
      fleet("extract:\n  code: {from: data.m, re: '(ab'}\n  b: {from: dat.m, re: 'ab'}\n  type: "
            "{from: data, re: '(a)'}\n  c: {form: data}\n  d-e: {from: data, re: '(x)'}\n")
          .said(),
      "r.yaml:3:28: error: extract \"code\": not a regular expression of RE2: missing ): (ab\n"
      "r.yaml:4:13: error: there is no path \"dat.m\" (did you mean \"data\"?); paths are "
      "attributes (subject, type, …), data.…, content.…, "
      "metric.value and the names that extract and enrich make in this file, and those of the "
      "inventory\n"
      "r.yaml:4:24: error: extract \"b\": the expression has no group: put the part to keep in ( "
      ")\n"
      "r.yaml:5:3: error: \"type\" means something else already: choose another name\n"
      "r.yaml:6:3: error: extract \"c\" names no path: add \"from\"\n"
      "r.yaml:6:3: error: extract \"c\" has no regular expression: add \"re\"\n"
      "r.yaml:6:7: error: unknown key \"form\" in extract \"c\" (did you mean \"from\"?)\n"
      "r.yaml:7:3: error: \"d-e\" is not a name: use letters, digits and _, as in \"d_e\"\n");
  EXPECT_EQ(
      fleet("enrich:\n- {table: fleet, key: subject, add: rack}\n- {table: fleet, add: rack}\n")
          .said(),
      "r.yaml:4:3: error: \"key\" is missing: enrich takes {table, key, add}\n"
      "r.yaml:4:23: error: \"rack\" is made twice in this file (first at 3:37)\n");
}

}  // namespace
}  // namespace alarum::rules
