#include "match/alert_reader.h"

#include <gtest/gtest.h>

#include "match/generation.h"
#include "tests/rules/text_rules.h"

namespace alarum::match {
namespace {

constexpr const char* kRules = R"(
tables: {racks: {file: racks.csv, key: server}}
extract: {code: {from: data.message, re: 'code ([0-9]+)'}}
enrich: [{table: racks, key: data.server, add: rack}]
rules:
  - alert: Lost
    match: {type: Lost}
    until: {type: Found}
    by: [subject, data.npu, content.port, rack]
    labels: {row: '{{rack}}'}
    summary: 'code {{code}} in {{zone}}, of {{data.ports.name}}, said by {{sender}} at {{time}}'
  - {alert: Many, match: {type: Lost}, distinct: {data.npu: 3}, within: 5m, by: source}
)";

std::shared_ptr<const Generation> generation() {
  Diagnostics out;
  const rules::TextRules rules{{{"r.yaml", kRules}},
                               {{"racks.csv", "server,rack\ns1,r1\ns2,r2\n"}}};
  auto set = rules.compile(out);
  if (!set) throw std::invalid_argument(out.text());
  return std::make_shared<const Generation>(std::move(*set));
}

// Paths that the rules read and what stands there.
std::string shown(const rules::RuleSet& rules, const model::FlatEvent& event) {
  std::string text;
  for (const auto& path : rules::paths_read(rules)) {
    for (const auto& leaf : event.at(path)) {
      text += path + '=' + std::string(leaf.text) + '/' + std::to_string(int(leaf.kind));
      for (const auto& step : event.steps(leaf)) text += ' ' + std::to_string(step.element);
      text += '\n';
    }
  }
  return text;
}

std::string all_leaves(const Generation& rules, const model::Event& event) {
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules.rules(), flat);
  return shown(rules.rules(), flat);
}

class AlertReaderTest : public testing::TestWithParam<const char*> {};

TEST_P(AlertReaderTest, FindsWhatAReadingOfTheWholeEventFinds) {
  const auto rules = generation();
  model::EventFields fields;
  fields.id = "1", fields.source = "bmc", fields.type = "Lost", fields.subject = "s1";
  fields.sender = "10.0.0.1", fields.time = Time(std::chrono::seconds(1'700'000'000));
  fields.extensions = {{"zone", R"("z\u00e9")"}, {"status", R"("x")"}};
  fields.data_kind = model::DataKind::json, fields.data = GetParam();
  const model::Event event(fields);
  const auto found = shown(rules->rules(), rules->read(event));
  EXPECT_EQ(found, all_leaves(*rules, event));
  EXPECT_NE(found.find("zone=zé/"), std::string::npos) << found;
}

INSTANTIATE_TEST_SUITE_P(
    Payloads, AlertReaderTest,
    testing::Values(
        "{}", "[1]", "7", R"({"npu": 3, "server": "s2", "message": "code 17, code 18"})",
        R"({"npu": [3, {"x": 1}, 4, null], "server": ["s1", "s2"], "message": ["code 1", "code 2"]})",
        R"({"npu": 1, "npu": 2, "ports": [{"name": "a"}, {"name": "b\"c"}, "d"]})",
        R"({"content": "{\"port\": [1, 2]}", "npu": ""})",
        R"({"content": "no object", "detail": {"content": " {\"port\": \"\\u0041\"}"}})",
        R"({"content": "[1]", "EventContent": "{\"port\": 8}"})", R"({"content": {"port": 9}})",
        R"({"ports.name": "joined", "ports": {"name": "apart"}})"));

TEST(AlertReader, IsOfUseAfterItsEventIsGone) {
  const auto rules = generation();
  const auto event = [](const char* data) {
    model::EventFields fields;
    fields.source = "bmc", fields.subject = "s1", fields.data = data;
    fields.data_kind = model::DataKind::json;
    return model::Event(fields);
  };
  const auto first =
      rules->read(event(R"({"npu": "one that is l\u006fng enough to be no short text"})"));
  (void)rules->read(
      event(R"({"npu": "another, wh\u006fse text goes where that of the first went"})"));
  ASSERT_EQ(first.at("data.npu").size(), 1U);
  EXPECT_EQ(first.at("data.npu").front().text, "one that is long enough to be no short text");
}

}  // namespace
}  // namespace alarum::match
