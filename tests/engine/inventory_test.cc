// What the inventory puts on alerts, and when it changes.
#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine::inventory_test {
namespace {

constexpr const char* kRules =
    "inventory: {file: inventory.csv, keys: {rid: subject, bmc: source}, shared: {pdu: subject}, "
    "labels: [server, rack], annotations: [job]}\n"
    "rules:\n"
    "- {alert: Down, match: Down, until: Up, by: server, summary: '{{server}} runs {{job}}'}\n"
    "- {alert: Slow, match: Slow, until: Fast, by: server, for: 1m}\n"
    "- {alert: RackBad, match: {alert: Down}, distinct: {server: 2}, within: 5m, by: rack, "
    "summary: '{{rack}} of {{rack_size}}'}\n"
    "- {alert: Missing, match: Beat, absent: 10m, by: server}\n";

std::map<std::string, std::string> fleet(const std::string& job, const std::string& rack = "k1") {
  return {{"inventory.csv", "rid,server,bmc,pdu,rack,job\nr1,s1,b1,p1," + rack + "," + job +
                                "\nr2,s2,b2,p1,k1,j2\n"}};
}

std::string firing(World& world, const std::string& rule) {
  std::string out;
  for (const auto& [id, live] : world.engine().active_alerts().all()) {
    if (id.first != rule) continue;
    out += id.second + ':';
    for (const auto* texts : {&live.alert.labels, &live.alert.annotations}) {
      for (const auto& [name, value] : *texts) {
        if (name != "alertname" && name != "severity") out += ' ' + name + '=' + value;
      }
    }
    out += '\n';
  }
  return out;
}

TEST(InventoryAlerts, AreOfOneServerWhateverItsReportersCallIt) {
  World world(kRules, fleet("j1"));
  world.play("1m Down r1\n 2m Down x source=b1\n 3m Up r1");
  EXPECT_EQ(world.told(), "1m fired Down{server=s1}\n3m resolved Down{server=s1} recovered\n");
}

TEST(InventoryAlerts, LabelsAreFixedAndAnnotationsRenewedWithEveryReport) {
  World world(kRules, fleet("j1"));
  world.play("1m Down r1");
  EXPECT_EQ(firing(world, "Down"), "server=s1: rack=k1 server=s1 job=j1 summary=s1 runs j1\n");
  world.reload(support::at("2m"), kRules, fleet("j9", "k9"));
  EXPECT_EQ(firing(world, "Down"), "server=s1: rack=k1 server=s1 job=j1 summary=s1 runs j1\n");
  world.play("3m Down r1");
  EXPECT_EQ(firing(world, "Down"), "server=s1: rack=k1 server=s1 job=j9 summary=s1 runs j9\n");
  EXPECT_EQ(world.told(), "1m fired Down{server=s1}\n");
  world.reload(support::at("4m"), kRules, fleet(""));
  world.play("5m Down r1");
  EXPECT_EQ(firing(world, "Down"), "server=s1: rack=k1 server=s1 summary=s1 runs <no job>\n");
}

TEST(InventoryAlerts, AReportThatFindsNoRowTakesNothingAway) {
  World world(kRules, fleet("j1"));
  world.play("1m Down r1\n 2m Down s1");
  EXPECT_EQ(firing(world, "Down"),
            "server=s1: rack=k1 server=s1 job=j1 summary=s1 runs <no job>\n");
}

TEST(InventoryAlerts, OfTimersHaveThemToo) {
  World world(kRules, fleet("j1"));
  world.play("1m Slow r1\n 1m Beat r2\n 15m Other x");
  EXPECT_EQ(firing(world, "Slow"), "server=s1: rack=k1 server=s1 job=j1\n");
  EXPECT_EQ(firing(world, "Missing"), "server=s2: rack=k1 server=s2 job=j2\n");
}

TEST(InventoryAlerts, OfManyServersHaveWhatTheirsAgreeOn) {
  World world(kRules, fleet("j1"));
  world.play("1m Down r1\n 2m Down r2");
  EXPECT_EQ(firing(world, "RackBad"), "rack=k1: rack=k1 summary=k1 of 2\n");
  world.play("10m Down p1");
  EXPECT_NE(firing(world, "Down").find("server=p1: rack=k1 server=p1 summary=p1 runs <no job>\n"),
            std::string::npos)
      << firing(world, "Down");
}

TEST(InventoryAlerts, TheMatcherSeesTheNamesThatTheEngineSees) {
  const auto generation = generation_of(
      "inventory: {file: inventory.csv, keys: {rid: subject, bmc: source, a: data.a}, shared: "
      "{pdu: context}, labels: [server, rack]}\n"
      "extract: {row: {from: server, re: '(s.)'}}\n"
      "rules:\n"
      "- {alert: Rack, match: {rack: k1}, until: none}\n- {alert: Size, match: {rack_size: '2'}, "
      "until: none}\n"
      "- {alert: Server, match: {server: [{prefix: s}]}, until: none}\n- {alert: Row, match: {row: "
      "s1}, until: none}\n"
      "- {alert: Fed, match: {alert: X, rack: k1}, until: none}\n",
      {{"inventory.csv",
        "rid,server,bmc,a,pdu,rack\nr1,s1,b1,a1,p1,k1\nr2,s2,b2,a2,p1,k1\nr3,s3,b2,a3,p3,k3\n"}});
  const std::map<std::string, std::pair<std::string, std::string>> tests{
      {"Rack", {"#inventory.rack", "k1"}},
      {"Size", {"#inventory.rack_size", "2"}},
      {"Server", {"#inventory.server", "s"}},
      {"Row", {"#0.row", "s1"}}};
  const auto judge = [&](const model::EventFields& fields) {
    const model::Event event(fields);
    auto flat = model::FlatEvent::of(event);
    rules::derive(generation->rules(), flat);
    std::string by_leaves, by_match;
    for (const auto& hit : generation->match(event).hits)
      by_match += generation->rules().rules[hit.rule].alert + ' ';
    for (const auto& rule : generation->rules().rules) {
      const auto test = tests.find(rule.alert);
      if (test == tests.end()) continue;
      const auto leaves = flat.at(test->second.first);
      if (!leaves.empty() && leaves.front().text.starts_with(test->second.second))
        by_leaves += rule.alert + ' ';
    }
    EXPECT_EQ(by_match, by_leaves) << fields.source << ' ' << fields.subject << ' ' << fields.data;
    return by_match;
  };
  std::string all;
  for (const auto* source : {"b1", "b2", "x"}) {
    for (const auto* subject : {"r1", "r3", "/redfish/v1", "s9", ""}) {
      for (const auto* data : {"{}", R"({"a":["a9","a2"]})"}) {
        for (const auto* extension : {"", "context", "rack", "server"}) {
          model::EventFields fields;
          fields.id = "1", fields.type = "T", fields.source = source, fields.subject = subject,
          fields.data = data, fields.data_kind = model::DataKind::json;
          if (*extension != 0)
            fields.extensions.emplace_back(extension, *extension == 'c'   ? "\"p1\""
                                                      : *extension == 'r' ? "\"k1\""
                                                                          : "\"s1\"");
          all += judge(fields);
        }
      }
    }
  }
  for (const auto* rule : {"Rack ", "Size ", "Server ", "Row "})
    EXPECT_NE(all.find(rule), std::string::npos) << rule;
  model::EventFields alert;
  alert.id = "1", alert.source = "alarum", alert.type = "X", alert.format = model::Format::internal;
  alert.extensions = {{"alert", "\"X\""}, {"server", "\"s2\""}};
  EXPECT_EQ(generation->match(model::Event(alert)).hits.size(), 1U);
}

}  // namespace
}  // namespace alarum::engine::inventory_test
