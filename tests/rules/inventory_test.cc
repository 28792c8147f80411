#include "rules/inventory.h"

#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

constexpr const char* kSection =
    "inventory:\n  file: fleet.csv\n  keys: {rid: subject, bmc: source, context: context}\n  "
    "shared: {pdu: context}\n  labels: [server, rack]\n  annotations: [job]\n";
constexpr const char* kFleet =
    "rid,server,bmc,context,rack,pdu,job\n"
    "r1,s1,10.0.0.1,c1,k1,p1,j1\n"
    "r2,s2,10.0.0.2,c2,k1,p1,j2\n"
    "r3,s3,10.0.0.2,c3,k2,p2,\n";

TextRules fleet_of(const std::string& rules, const std::string& fleet = kFleet,
                   const std::string& section = kSection) {
  return {{{"r.yaml", section + rules}}, {}, inventory_text("fleet.csv", fleet)};
}

// Names of the inventory that a rule with these names would read of the event, and what is put on
// its alert.
std::string looked_up(const TextRules& rules, const model::EventFields& fields) {
  Diagnostics out;
  const auto set = rules.compile(out);
  if (!set) return out.text();
  auto flat = model::FlatEvent::of(model::Event(fields));
  derive(*set, flat);
  std::string shown;
  for (const auto& leaf : flat.under("#")) {
    if (leaf.path == kInventoryRow) continue;
    shown += std::string(leaf.path.substr(1)) + '=' + std::string(leaf.text) + ' ';
  }
  return shown;
}

model::EventFields event(std::string_view source, std::string_view subject) {
  model::EventFields fields;
  fields.id = "1", fields.type = "T", fields.source = source, fields.subject = subject;
  return fields;
}

constexpr const char* kReads =
    "rules: [{alert: A, match: {rack: [{exists: true}]}, until: Y, by: server, summary: '{{job}} "
    "{{rack_size}} {{pdu}}'}]\n";

TEST(Inventory, FindsTheServerByWhateverItsReporterCallsIt) {
  const std::string all =
      "annotation.job=j1 inventory.job=j1 inventory.pdu=p1 inventory.rack=k1 inventory.rack_size=2 "
      "inventory.server=s1 label.rack=k1 label.server=s1 ";
  EXPECT_EQ(looked_up(fleet_of(kReads), event("x", "r1")), all);
  EXPECT_EQ(looked_up(fleet_of(kReads), event("10.0.0.1", "")), all);
  auto by_context = event("x", "/redfish/v1/Chassis/1");
  by_context.extensions.emplace_back("context", "\"c1\"");
  EXPECT_EQ(looked_up(fleet_of(kReads), by_context), all);
}

TEST(Inventory, WhatTwoServersHaveFindsNothingAndTheOtherKeysDecide) {
  EXPECT_EQ(looked_up(fleet_of(kReads), event("10.0.0.2", "")), "inventory.server=10.0.0.2 ");
  auto by_context = event("10.0.0.2", "/redfish/v1/Chassis/1");
  by_context.extensions.emplace_back("context", "\"c3\"");
  EXPECT_EQ(looked_up(fleet_of(kReads), by_context),
            "inventory.pdu=p2 inventory.rack=k2 inventory.rack_size=1 inventory.server=s3 "
            "label.rack=k2 label.server=s3 ");
  EXPECT_EQ(fleet_of(kReads).said(),
            "fleet.csv:4:1: warning: bmc \"10.0.0.2\" is of two servers, \"s2\" (line 3) and "
            "\"s3\": events are not looked up by it, but by the other keys\n");
}

TEST(Inventory, WhatSeveralServersHaveDecidesTogetherWhereOneAloneHasAllOfIt) {
  const std::string fleet =
      "rid,server,bmc,context,rack,pdu,job\n"
      "r1,s1,10.0.0.2,c1,k1,p1,j1\n"
      "r2,s2,10.0.0.2,c2,k1,p1,j2\n"
      "r3,s3,10.0.0.3,c1,k2,p2,\n"
      "r4,s4,10.0.0.4,c4,k2,p2,\n"
      "r5,s5,10.0.0.4,c4,k2,p2,\n";
  auto both = event("10.0.0.2", "/redfish/v1/Chassis/1");
  both.extensions.emplace_back("context", "\"c1\"");
  EXPECT_NE(looked_up(fleet_of(kReads, fleet), both).find("label.server=s1 "), std::string::npos)
      << looked_up(fleet_of(kReads, fleet), both);
  // One alone says too little, and two that two rows have as well.
  EXPECT_EQ(looked_up(fleet_of(kReads, fleet), event("10.0.0.2", "")),
            "inventory.server=10.0.0.2 ");
  auto two = event("10.0.0.4", "/redfish/v1/Chassis/1");
  two.extensions.emplace_back("context", "\"c4\"");
  EXPECT_EQ(looked_up(fleet_of(kReads, fleet), two), "inventory.server=10.0.0.4 ");
}

TEST(Inventory, WhatManyShareGivesWhatAllOfThemAgreeOnAndNoServer) {
  auto power = event("ups", "outlet-3");
  power.extensions.emplace_back("context", "\"p1\"");
  EXPECT_EQ(looked_up(fleet_of(kReads), power),
            "inventory.pdu=p1 inventory.rack=k1 inventory.rack_size=2 inventory.server=outlet-3 "
            "label.rack=k1 ");
}

TEST(Inventory, ServerIsANameEvenWithoutAnyInventory) {
  const TextRules none{
      {{"r.yaml", "rules: [{alert: A, match: X, until: Y, by: server, summary: '{{server}}'}]\n"}},
      {}};
  EXPECT_EQ(none.said(), "");
  EXPECT_EQ(looked_up(none, event("SYS.BMS", "s1")), "inventory.server=s1 ");
  EXPECT_EQ(looked_up(none, event("10.0.0.1", "")), "inventory.server=10.0.0.1 ");
  EXPECT_EQ(looked_up(none, event("10.0.0.1", "/redfish/v1/Systems/1")),
            "inventory.server=10.0.0.1 ");
  auto said = event("SYS.BMS", "s1");
  said.extensions.emplace_back("server", "\"own\"");
  EXPECT_EQ(looked_up(none, said), "inventory.server=own ");
}

TEST(Inventory, WhatAnEventSaysItselfStandsWhereTheFileHasNoRowAndIsNoLabel) {
  auto own = event("x", "unknown");
  own.extensions.emplace_back("rack", "\"k9\"");
  EXPECT_EQ(looked_up(fleet_of(kReads), own), "inventory.rack=k9 inventory.server=unknown ");
}

TEST(Inventory, AnAlertThatIsFedToRulesSaysItsLabelsAndAnnotationsItself) {
  auto alert = event("alarum", "");
  alert.format = model::Format::internal;
  alert.extensions.emplace_back("server", "\"s1\"");
  alert.extensions.emplace_back("rack", "\"old\"");
  alert.data = R"({"annotations":{"job":"before"}})", alert.data_kind = model::DataKind::json;
  EXPECT_EQ(looked_up(fleet_of(kReads), alert),
            "annotation.job=before inventory.job=before inventory.pdu=p1 inventory.rack=old "
            "inventory.rack_size=2 inventory.server=s1 label.rack=old label.server=s1 ");
  auto of_rack = event("alarum", "");
  of_rack.format = model::Format::internal;
  of_rack.extensions.emplace_back("rack", "\"k1\"");
  EXPECT_EQ(looked_up(fleet_of(kReads), of_rack),
            "inventory.pdu=p1 inventory.rack=k1 inventory.rack_size=2 label.rack=k1 ");
}

TEST(Inventory, NamesOfAFileGoBeforeItsNames) {
  Diagnostics out;
  const auto set = fleet_of(
                       "extract: {rack: {from: data.m, re: '(k.)'}}\nrules: [{alert: A, match: "
                       "{rack: k1}, until: Y, by: rack}]\n")
                       .compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules[0].by[0].path, "#0.rack");
}

TEST(Inventory, LabelsOfRulesMayBeMadeOfIt) {
  Diagnostics out;
  const auto set = fleet_of("rules: [{alert: A, match: X, until: Y, labels: {site: '{{rack}}'}}]\n")
                       .compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules[0].names.at("rack"), "#inventory.rack");
}

TEST(Inventory, ALaterFileReplacesItKeyByKey) {
  auto rules = fleet_of(kReads, "server,bmc,rack\nmine,10.0.0.1,k7\n");
  rules.files.push_back({"z.yaml", "inventory: {file: mine.csv}\n"});
  rules.inventory = inventory_text("mine.csv", "server,bmc,rack\nmine,10.0.0.1,k7\n");
  EXPECT_EQ(looked_up(rules, event("10.0.0.1", "")),
            "inventory.rack=k7 inventory.rack_size=1 inventory.server=mine label.rack=k7 "
            "label.server=mine ");
  EXPECT_EQ(
      rules.said(),
      "z.yaml:1:19: warning: the inventory mine.csv has no column job, rid, context, pdu: what "
      "\"keys\", \"shared\", \"labels\" and \"annotations\" say of it elsewhere has no effect\n");
}

TEST(Inventory, AlertsOfManyServersGetWhatAllOfTheirsAgreeOn) {
  const auto of_one = [](const std::string& rest) {
    Diagnostics out;
    const auto set =
        fleet_of("rules: [{alert: A, match: X, until: Y, " + rest + "}]\n").compile(out);
    return set ? std::to_string(set->rules[0].of_one_server) : out.text();
  };
  EXPECT_EQ(of_one("by: server"), "1");
  EXPECT_EQ(of_one("by: data.disk"), "1");
  EXPECT_EQ(of_one("by: source"), "1");
  EXPECT_EQ(of_one("by: rack"), "0");
  EXPECT_EQ(of_one("by: [type, rack]"), "0");
  EXPECT_EQ(of_one("by: data.model, distinct: {server: 3}, within: 1m"), "0");
  EXPECT_EQ(of_one("by: data.model, distinct: {subject: 3}, within: 1m"), "0");
  Diagnostics out;
  const auto set = fleet_of(kReads).compile(out);
  const auto& inventory = *set->inventory;
  EXPECT_EQ(inventory.agreed_labels({{"rack", "k1"}}),
            (std::map<std::string, std::string>{{"rack", "k1"}}));
  EXPECT_EQ(inventory.agreed_annotations({{"rack", "k2"}}), (std::map<std::string, std::string>{}));
  EXPECT_EQ(inventory.agreed_annotations({{"server", "s1"}}),
            (std::map<std::string, std::string>{{"job", "j1"}}));
}

TEST(Inventory, TellsWhatIsWrongWithIt) {
  EXPECT_EQ(said("inventory: {keys: {a: subject}, lables: [b]}\n"),
            "r.yaml:1:12: error: \"inventory\" names no \"file\": add file: fleet.csv, a table "
            "with a column \"server\"\n"
            "r.yaml:1:33: error: unknown key \"lables\" in inventory (did you mean \"labels\"?)\n");
  EXPECT_EQ(fleet_of("", "rid,servre\nr1,s1\n").said(),
            "fleet.csv:1:1: error: the inventory has no column \"server\", which holds the one "
            "name of each server (did you mean \"servre\"?)\n");
  EXPECT_EQ(
      fleet_of("", "server,rack\ns1\ns2,k,x\n", "inventory: {file: fleet.csv}\n").said(),
      "fleet.csv:2:1: error: 1 fields in this line, but the inventory has 2 "
      "columns\nfleet.csv:3:1: error: 3 fields in this line, but the inventory has 2 columns\n");
  EXPECT_EQ(fleet_of("", "server,server,\ns1,s2,\n", "inventory: {file: fleet.csv}\n").said(),
            "fleet.csv:1:1: error: column \"server\" appears twice\nfleet.csv:1:1: error: a column "
            "without a name\n");
  EXPECT_EQ(fleet_of("", "", "inventory: {file: fleet.csv}\n").said(),
            "fleet.csv:1:1: error: an empty inventory: the first line names the columns\n");
  EXPECT_EQ(fleet_of("", "server,rack,source\ns1,k1,x\n",
                     "inventory: {file: fleet.csv, keys: {sever: subject, rack: subjct}, shared: "
                     "{server: source}, labels: [rak, severity], annotations: [summary]}\n")
                .said(),
            "fleet.csv:1:1: warning: column \"source\" cannot be a name in rules: it means "
            "something else already, or is no name; call it something like \"server_source\"\n"
            "r.yaml:1:37: error: the inventory fleet.csv has no column \"sever\" (did you mean "
            "\"server\"?)\n"
            "r.yaml:1:59: warning: \"subjct\" is taken for an extension attribute of the event "
            "(did you mean \"subject\"?)\n"
            "r.yaml:1:77: error: \"server\" cannot be shared: it distinguishes the servers\n"
            "r.yaml:1:103: error: the inventory fleet.csv has no column \"rak\" (did you mean "
            "\"rack\"?)\n"
            "r.yaml:1:108: error: \"severity\" cannot be a label: it means something else already, "
            "or is no name\n"
            "r.yaml:1:133: error: \"summary\" cannot be an annotation: it means something else "
            "already, or is no name\n");
  EXPECT_EQ(
      fleet_of("", "server,rack\ns1,k1\ns1,k2\n,k3\n", "inventory: {file: fleet.csv}\n").said(),
      "fleet.csv:3:1: warning: a second row of server \"s1\" (first in line 2): it has what its "
      "rows agree on\n"
      "fleet.csv:4:1: warning: no value in the column \"server\": the server is called as its "
      "events call it\n");
}

TEST(Inventory, OfManyFaultsTheFirstAreListedAndTheRestCounted) {
  std::string fleet = "server,bmc,rack\n";
  for (int i = 0; i < 2000; ++i) fleet += "s" + std::to_string(i) + ",b,r\n";
  Diagnostics out;
  const auto set =
      fleet_of("", fleet, "inventory: {file: fleet.csv, keys: {bmc: source}, labels: [rack]}\n")
          .compile(out);
  ASSERT_TRUE(set);
  EXPECT_EQ(out.sorted().size(), 22U);
  EXPECT_NE(out.text().find("warning: and 1979 more of these\n"), std::string::npos);
  EXPECT_NE(out.text().find("fleet.csv:2:1: warning: 2000 rows have the rack \"r\": is it what "
                            "stands where nothing is known? Leave the cell empty then\n"),
            std::string::npos);
  EXPECT_EQ(set->inventory->about().doubles, 1999U);
  EXPECT_EQ(set->inventory->about().rows, 2000U);
}

}  // namespace
}  // namespace alarum::rules
