// The examples of the CloudEvents specification (spec-examples.jsonl) and the cases of
// cloudevents/conformance, each decoded as the specification says.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ingest/cloudevents.h"

namespace alarum::ingest::conformance_test {
namespace {

using nlohmann::json;

std::string path_of(const std::string& name) {
  const auto* folder = std::getenv("ALARUM_CONFORMANCE");
  return std::string(folder ? folder : ALARUM_SOURCE_DIR "/../shared/conformance") +
         "/cloudevents/" + name;
}

std::vector<json> examples(const std::string& kind) {
  std::vector<json> out;
  std::ifstream file(path_of("spec-examples.jsonl"));
  for (std::string line; std::getline(file, line);) {
    auto example = json::parse(line);
    if (example["kind"] == kind) out.push_back(std::move(example));
  }
  return out;
}

// "... base64 encoded string ...": the examples leave long payloads out.
json with_payload(json event) {
  const auto payload = event.value("data_base64", json());
  if (payload.is_string() && payload.get<std::string>().find(' ') != std::string::npos)
    event["data_base64"] = "AQI=";
  return event;
}

void expect_same(const json& wanted, const Decoded& got, const std::string& where) {
  ASSERT_TRUE(got) << where << ": " << got.error().message;
  EXPECT_EQ(got->id(), wanted["id"].get<std::string>()) << where;
  EXPECT_EQ(got->source(), wanted["source"].get<std::string>()) << where;
  EXPECT_EQ(got->type(), wanted["type"].get<std::string>()) << where;
  const auto subject = wanted.value("subject", json());
  EXPECT_EQ(got->subject(), subject.is_string() ? subject.get<std::string>() : "") << where;
  EXPECT_EQ(got->time().has_value(), wanted.value("time", json()).is_string()) << where;
  if (wanted.contains("data") && wanted["data"].is_object()) {
    EXPECT_EQ(json::parse(got->data()), wanted["data"]) << where;
  }
}

TEST(CloudEventsConformance, EveryStructuredExampleIsTaken) {
  const auto all = examples("event");
  if (all.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  for (const auto& example : all)
    expect_same(example["json"], decode_structured(with_payload(example["json"]).dump(), ""),
                example["origin"]);
}

TEST(CloudEventsConformance, EveryBatchExampleIsTaken) {
  const auto all = examples("batch");
  if (all.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  for (const auto& example : all) {
    auto items = json::array();
    for (const auto& item : example["json"]) items.push_back(with_payload(item));
    const auto batch = decode_batch(items.dump(), "");
    ASSERT_TRUE(batch) << example["origin"];
    ASSERT_EQ(batch->size(), example["json"].size());
    for (std::size_t i = 0; i < batch->size(); ++i)
      expect_same(example["json"][i], (*batch)[i], example["origin"]);
  }
}

using Headers = std::vector<std::pair<std::string, std::string>>;

// The headers of an HTTP example up to its blank line, and the body behind.
std::pair<Headers, std::string> parts_of(const std::string& text) {
  Headers headers;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line) && (!line.empty() || headers.empty())) {
    if (const auto colon = line.find(": "); colon != line.npos)
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return {headers, std::string(std::istreambuf_iterator<char>(lines), {})};
}

TEST(CloudEventsConformance, EveryBinaryExampleIsTaken) {
  const auto all = examples("http-text");
  if (all.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  int taken = 0;
  for (const auto& example : all) {
    auto [headers, body] = parts_of(example["text"]);
    const bool binary = example["text"].get<std::string>().find("ce-id: ") != std::string::npos &&
                        example["origin"].get<std::string>().find("nats") == std::string::npos;
    if (!binary) continue;
    if (body.find("...") != body.npos) body = "{}";  // the examples leave payloads out
    const auto event = decode_binary(headers, body, "");
    EXPECT_TRUE(event) << example["origin"] << ": " << event.error().message;
    ++taken;
  }
  EXPECT_GT(taken, 8);
}

// One document of cloudevents/conformance's yaml files.
struct Case {
  Headers attributes;  // all but datacontenttype
  std::string type, data;
  bool structured = false;

  std::string of(const std::string& name) const {
    for (const auto& [key, value] : attributes)
      if (key == name) return value;
    return "";
  }
};

std::vector<Case> cases_of(const std::string& file) {
  std::vector<Case> out;
  std::ifstream in(path_of(file));
  for (const auto& document : YAML::LoadAll(in)) {
    Case one;
    for (const auto& member : document["ContextAttributes"]) {
      const auto name = member.first.as<std::string>();
      if (name == "datacontenttype") one.type = member.second.as<std::string>();
      if (name == "datacontenttype" || name == "Extensions") continue;
      one.attributes.emplace_back(name, member.second.as<std::string>());
    }
    for (const auto& extension : document["ContextAttributes"]["Extensions"])
      one.attributes.emplace_back(extension.first.as<std::string>(),
                                  extension.second.as<std::string>());
    one.data = document["Data"].as<std::string>();
    one.structured = document["Mode"] && document["Mode"].as<std::string>() == "structured";
    out.push_back(std::move(one));
  }
  return out;
}

// In a header: percent-encoded as the HTTP binding has it (section 3.1.3.2).
std::string encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02X", c);
    out += c > 0x20 && c < 0x7F && c != '"' && c != '%' ? std::string(1, static_cast<char>(c))
                                                        : escape;
  }
  return out;
}

Decoded sent_binary(const Case& one) {
  Headers headers;
  for (const auto& [name, value] : one.attributes) {
    std::string text = value;
    // YAML's block scalar; a header has no line breaks
    while (text.ends_with('\n')) text.pop_back();
    headers.emplace_back("ce-" + name, encoded(text));
  }
  if (!one.type.empty()) headers.emplace_back("Content-Type", one.type);
  return decode_binary(headers, one.data, "");
}

Decoded sent_structured(const Case& one) {
  json event;
  for (auto [name, value] : one.attributes) {
    while (value.ends_with('\n')) value.pop_back();
    event[name] = value;
  }
  if (!one.type.empty()) event["datacontenttype"] = one.type;
  const bool is_json = one.type.empty() || is_json_media_type(one.type);
  event["data"] = is_json ? json::parse(one.data) : json(one.data);
  return decode_structured(event.dump(), "");
}

void expect_case(const Case& one, const Decoded& got) {
  ASSERT_TRUE(got) << one.of("id") << ": " << got.error().message;
  EXPECT_EQ(got->id(), one.of("id"));
  EXPECT_EQ(got->source(), one.of("source"));
  EXPECT_EQ(got->type(), one.of("type"));
  EXPECT_EQ(got->datacontenttype(), one.type);
  if (one.type.empty() || is_json_media_type(one.type)) {
    EXPECT_EQ(json::parse(got->data()), json::parse(one.data));
  } else {
    EXPECT_EQ(got->data(), one.data);
  }
}

TEST(CloudEventsConformance, EveryCaseOfTheConformanceSuiteIsTakenInBothModes) {
  auto all = cases_of("conformance-yaml_v1.0_v1_minimum.yaml");
  const auto modes = cases_of("conformance-yaml_v1.yaml");
  all.insert(all.end(), modes.begin(), modes.end());
  if (all.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  EXPECT_EQ(all.size(), 8U);
  for (const auto& one : all) {
    expect_case(one, sent_binary(one));
    expect_case(one, sent_structured(one));
  }
}

TEST(CloudEventsConformance, EventsOfVersion03AreRefusedByName) {
  auto all = cases_of("conformance-yaml_v0.3_v03_minimum.yaml");
  const auto more = cases_of("conformance-yaml_v03.yaml");
  all.insert(all.end(), more.begin(), more.end());
  if (all.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  for (const auto& one : all) {
    for (const auto& got : {sent_binary(one), sent_structured(one)}) {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().message, "specversion \"0.3\" is not known; 1.0 is");
    }
  }
}

std::string without_indent(const std::string& text) {
  std::istringstream lines(text);
  std::string line, out;
  while (std::getline(lines, line))
    out += line.substr(std::min<std::size_t>(8, line.size())) + "\n";
  return out;
}

TEST(CloudEventsConformance, TheScenariosOfTheHttpBindingComeOut) {
  std::ifstream in(path_of("http-protocol-binding.feature"));
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.empty()) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  int taken = 0;
  for (auto at = text.find("Scenario Outline"); at != text.npos;) {
    const auto next = text.find("Scenario Outline", at + 1);
    const auto scenario = text.substr(at, next - at);
    const auto begin = scenario.find("\"\"\"\n") + 4;
    const auto request =
        without_indent(scenario.substr(begin, scenario.find("\"\"\"", begin) - begin));
    std::istringstream rows(scenario.substr(scenario.find("Examples:")));
    for (std::string row; std::getline(rows, row);) {
      const auto bar = row.find("| application");
      if (bar == row.npos) continue;
      auto type = row.substr(bar + 2, row.find_last_of('|') - bar - 2);
      type.erase(type.find_last_not_of(' ') + 1);
      auto filled = request;
      filled.replace(filled.find("<contentType>"), 13, type);
      const auto [headers, body] = parts_of(filled);
      const bool structured = type.starts_with("application/cloudevents");
      const auto event =
          structured ? decode_structured(body, "") : decode_binary(headers, body, "");
      ASSERT_TRUE(event) << event.error().message;
      EXPECT_EQ(event->id(), "1234-1234-1234");
      EXPECT_EQ(event->type(), "com.example.someevent");
      EXPECT_EQ(event->source(), "/mycontext/subcontext");
      EXPECT_EQ(event->datacontenttype(), structured ? "application/json" : type);
      EXPECT_TRUE(event->time());
      EXPECT_EQ(json::parse(event->data()), json::parse(R"({"message": "Hello World!"})"));
      ++taken;
    }
    at = next;
  }
  EXPECT_EQ(taken, 4);
}

}  // namespace
}  // namespace alarum::ingest::conformance_test
