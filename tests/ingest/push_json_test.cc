#include "ingest/push/json.h"

#include <gtest/gtest.h>

#include "ingest/push/moment.h"

namespace alarum::ingest::push_json_test {
namespace {

// The mapping as an operator writes it.
config::JsonSource mapping(const std::string& yaml) {
  Diagnostics out;
  const auto node = parse_yaml(yaml, "c.yaml", out);
  auto sources = config::read_json_sources(*node, out);
  if (!out.ok()) throw std::runtime_error(out.text());
  return sources.begin()->second;
}

Result<std::vector<Decoded>> decode(const std::string& yaml, const std::string& body,
                                    const http::Headers& headers = {}) {
  http::Request request;
  request.headers = headers;
  request.peer = "10.0.0.1";
  int next = 0;
  return decode_json(mapping(yaml), "ci", request, body,
                     [&] { return "new" + std::to_string(next++); });
}

constexpr const char* kZabbix =
    R"(zabbix: {items: /events, id: /eventid, source: {body: /server}, type: /trigger/name, subject: /hosts/0, time: /clock,
  severity: /sev, severity_words: {Disaster: critical, Average: minor}, status: /value, status_words: {"1": firing, "0": resolved}})";

TEST(Json, AMappingTakesEachItemApart) {
  const auto events = decode(
      kZabbix,
      R"({"server":"zbx","events":[{"eventid":7,"trigger":{"name":"Disk full"},"hosts":["h1"],"clock":"1763800000","sev":"DISASTER","value":1},
    {"eventid":8,"trigger":{"name":"Disk full"},"hosts":["h1"],"clock":1763800001.5,"sev":"odd","value":0}]})");
  ASSERT_TRUE(events) << events.error().message;
  const auto& one = *events->at(0);
  EXPECT_EQ(one.id(), "7");
  EXPECT_EQ(one.source(), "zbx");
  EXPECT_EQ(one.type(), "Disk full");
  EXPECT_EQ(one.subject(), "h1");
  EXPECT_EQ(one.severity(), model::Severity::critical);
  EXPECT_EQ(one.status(), model::Status::firing);
  EXPECT_EQ(one.format(), model::Format::json);
  EXPECT_EQ(one.data().substr(0, 13), R"({"eventid":7,)");
  EXPECT_EQ(format_rfc3339(*one.time()), "2025-11-22T08:26:40Z");
  const auto& two = *events->at(1);
  EXPECT_EQ(two.severity(), model::Severity::none);
  EXPECT_EQ(two.status(), model::Status::resolved);
  EXPECT_EQ(format_rfc3339(*two.time()), "2025-11-22T08:26:41.500Z");
}

TEST(Json, AnArrayWithoutItemsSaysSo) {
  const auto refused = decode("ci: {type: /kind}", R"([{"kind":"a"},{"kind":"b"}])");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "no_items");
  EXPECT_NE(refused.error().message.find(R"(items: "")"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(decode(R"(ci: {items: "", type: /kind})", R"([{"kind":"a"},{"kind":"b"}])")->size(),
            2U);
  EXPECT_EQ(decode("ci: {type: /0/kind}", R"([{"kind":"a"}])")->at(0)->type(), "a")
      << "a mapping that takes an element";
}

TEST(Json, WithoutAMappingTheNameStandsForSourceAndType) {
  const auto events = decode("ci: {}", R"([1, 2])");
  ASSERT_TRUE(events);
  const auto& one = *events->at(0);
  EXPECT_EQ(one.source(), "ci");
  EXPECT_EQ(one.type(), "ci");
  EXPECT_EQ(one.id(), "new0");
  EXPECT_EQ(one.data(), "[1, 2]");
}

TEST(Json, HeadersAndWrittenValuesAreTakenToo) {
  const auto events = decode(
      "gh: {id: {header: X-GitHub-Delivery}, type: {header: x-github-event}, source: {value: "
      "https://github.com}, subject: /a~1b/m~0n}",
      R"({"a/b":{"m~n":"r"}})", {{"X-GitHub-Delivery", "d1"}, {"X-GitHub-Event", "push"}});
  ASSERT_TRUE(events);
  EXPECT_EQ(events->at(0)->id(), "d1");
  EXPECT_EQ(events->at(0)->type(), "push");
  EXPECT_EQ(events->at(0)->source(), "https://github.com");
  EXPECT_EQ(events->at(0)->subject(), "r");
}

TEST(Json, WhatAMappingDoesNotFindIsNamed) {
  const auto events = decode(
      kZabbix,
      R"({"server":"zbx","events":[{"eventid":1},{"trigger":{"name":"a"},"clock":"noon"},{"trigger":{"name":["a"]}},{"trigger":{"name":"a"}}]})");
  ASSERT_TRUE(events);
  EXPECT_EQ(events->at(0).error().reason, "missing_attribute");
  EXPECT_NE(events->at(0).error().message.find("/trigger/name"), std::string::npos);
  ASSERT_TRUE(events->at(1)) << "a time that nobody can read loses no event";
  EXPECT_EQ(events->at(1)->time(), std::nullopt);
  EXPECT_EQ(events->at(2).error().reason, "missing_attribute");
  EXPECT_TRUE(events->at(3));
  EXPECT_EQ(decode(kZabbix, R"({"events":{}})").error().reason, "no_items");
  EXPECT_EQ(decode(kZabbix, R"({)").error().reason, "bad_json");
}

TEST(Json, ItemsThatShareAnIdAreToldApartByTheirPlace) {
  const auto ids = [](const std::string& id, const std::string& body) {
    std::string out;
    const auto events = decode("ci: {items: /e, id: " + id + "}", body, {{"X-Delivery", "d1"}});
    for (const auto& event : *events) out += std::string(event->id()) + " ";
    return out;
  };
  EXPECT_EQ(ids("{header: X-Delivery}", R"({"e":[1,2]})"), "d1-0 d1-1 ");
  EXPECT_EQ(ids("{body: /batch}", R"({"batch":7,"e":[1,2]})"), "7-0 7-1 ");
  EXPECT_EQ(ids("{body: /batch}", R"({"e":[1,2]})"), "new0 new1 ");
  EXPECT_EQ(ids("/id", R"({"e":[{"id":"a"},{"id":"b"}]})"), "a b ");
}

TEST(Json, MomentsOfCloudEyeHaveTheirZone) {
  for (const auto* text : {"2025/11/22 16:26:40 GMT+08:00", "11 22, 2025 05:26:40 GMT-03:00",
                           "2025/11/22 08:26:40 GMT"})
    EXPECT_EQ(read_moment(text), *parse_rfc3339("2025-11-22T08:26:40Z")) << text;
  for (const auto* text : {"2025/13/22 16:26:40 GMT+08:00", "22 11, 2025 05:26:40 GMT-03:00",
                           " GMT", "2025/11/22 16:26:40 GMT+8", "2025/11/22 16:26:40"})
    EXPECT_EQ(read_moment(text), std::nullopt) << text;
}

TEST(Json, AnIdThatNoAttributeCanBeIsKnownByItsHash) {
  const auto id = [](const std::string& given) {
    return std::string(decode("ci: {id: /id}", R"({"id":")" + given + "\"}")->at(0)->id());
  };
  const auto first = id(std::string(65536, 'x')), second = id(std::string(65535, 'x') + "y");
  EXPECT_EQ(first.substr(0, 7), "sha256-");
  EXPECT_NE(first, second);
  EXPECT_EQ(first, id(std::string(65536, 'x')));
  EXPECT_EQ(id("a\\nb").substr(0, 7), "sha256-");
  EXPECT_EQ(decode("ci: {id: /id}", R"({"id":["a"]})")->at(0)->id(), "new0") << "a list is no id";
}

// In a file or an event stream its place tells which message it is, also where the mapping has an
// id.
TEST(Json, AnItemThatIsReadFromAPlaceHasItBesideItsId) {
  const auto placed = [](const std::string& yaml, const std::string& body) {
    std::string out;
    int next = 0;
    const auto events = decode_placed_json(mapping(yaml), "ci", {}, body,
                                           [&] { return "f." + std::to_string(next++); });
    for (const auto& event : *events) {
      out += std::string(event->id());
      for (const auto& [name, value] : event->extensions())
        out += " " + std::string(name) + "=" + std::string(value);
      out += ";";
    }
    return out;
  };
  EXPECT_EQ(placed("ci: {items: /e, id: /id}", R"({"e":[{"id":"a"},{},{"id":"b"}]})"),
            "a place=\"f.0\";f.1;b place=\"f.2\";");
}

TEST(Json, MomentsAreToldApartByTheirSize) {
  const auto wanted = *parse_rfc3339("2025-11-22T08:26:40Z");
  for (const auto* text : {"1763800000", "1763800000000", "1763800000000000", "1763800000000000000",
                           "1.7638e9", "2025-11-22T16:26:40+08:00", "2025-11-22T16:26:40.000+0800"})
    EXPECT_EQ(read_moment(text), wanted) << text;
  for (const auto* text : {"", "noon", "-5", "1e30", "nan", "inf", "5 "})
    EXPECT_EQ(read_moment(text), std::nullopt) << text;
}

std::string faults(const std::string& yaml) {
  Diagnostics out;
  const auto node = parse_yaml(yaml, "c.yaml", out);
  config::read_json_sources(*node, out);
  return out.text();
}

TEST(Json, AMappingThatCouldMakeTwoOccurrencesOneIsWarnedOf) {
  EXPECT_NE(faults("gcp: {id: /incident, status: /state}")
                .find("c.yaml:1:11: warning: \"id\" (/incident) without \"time\""),
            std::string::npos)
      << faults("gcp: {id: /incident, status: /state}");
  EXPECT_NE(faults("gcp: {id: /incident, time: {value: now}}").find("without \"time\""),
            std::string::npos);
  EXPECT_NE(faults("gcp: {id: /host, subject: /host, time: /at}")
                .find("\"id\" is /host, which is \"subject\" too"),
            std::string::npos);
  EXPECT_EQ(faults("gcp: {id: /incident, time: /at}"), "");
  EXPECT_EQ(faults("gh: {id: {header: X-GitHub-Delivery}, type: /action}"), "");
  EXPECT_EQ(faults("ci: {type: /event}"), "");
}

TEST(Json, FaultsOfAMappingAreToldWithTheirPlace) {
  EXPECT_NE(faults("ci: {id: a/b}").find("c.yaml:1:10: error: \"id\" must be a JSON Pointer"),
            std::string::npos);
  EXPECT_NE(faults("ci: {id: /a~2}").find("must be a JSON Pointer"), std::string::npos);
  EXPECT_NE(faults("ci: {id: {headr: X}}").find("did you mean \"header\"?"), std::string::npos);
  EXPECT_NE(faults("ci: {id: {header: X, value: y}}")
                .find("a mapping with one of body, header and value"),
            std::string::npos);
  EXPECT_NE(
      faults("ci: {id: {value: x}}").find("c.yaml:1:10: error: \"id\" is \"x\" for every event"),
      std::string::npos);
  EXPECT_EQ(faults("ci: {type: {value: x}}"), "");
  EXPECT_NE(faults("ci: {status: /s, status_words: {bad: broken}}")
                .find("must be firing or resolved, not string \"broken\""),
            std::string::npos);
  EXPECT_NE(
      faults("ci: {severity_words: {bad: major}}").find("\"severity_words\" without \"severity\""),
      std::string::npos);
  EXPECT_NE(faults("\"a/b\": {}").find("the name \"a/b\" of a json source"), std::string::npos);
}

}  // namespace
}  // namespace alarum::ingest::push_json_test
