#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;

TEST(CloudEvents, InBothModes) {
  const auto structured = content_of("cloudevents_configs: [{url: 'http://x'}]");
  const auto event = Json::parse(structured.body);
  EXPECT_EQ(structured.headers, "Content-Type: application/cloudevents+json; charset=utf-8\n")
      << "npm's SDK refuses charset=UTF-8";
  EXPECT_EQ(event["specversion"], "1.0");
  EXPECT_EQ(event["type"], "alarum.alert.firing");
  EXPECT_EQ(event["source"], "http://bridge");
  EXPECT_EQ(event["data"]["alerts"].size(), 1u);
  auto message = firing();
  message.group_key = "Euro € 😀";
  const auto binary = content_of("cloudevents_configs: [{url: 'http://x', mode: binary}]", message);
  EXPECT_NE(binary.headers.find("ce-subject: Euro%20%E2%82%AC%20%F0%9F%98%80\n"), std::string::npos)
      << binary.headers;
  EXPECT_EQ(Json::parse(binary.body)["version"], "4");
}

TEST(CloudEvents, ItsSourceMayBeSaid) {
  EXPECT_EQ(body_of("cloudevents_configs: [{url: 'http://x', source: /alarum}]")["source"],
            "/alarum");
  EXPECT_EQ(
      read_receiver("cloudevents_configs: [{url: http://x, mode: bynary}]").said,
      "c.yaml:4:47: error: \"mode\" must be one of structured, binary, not string \"bynary\"\n");
}

}  // namespace
}  // namespace alarum::receivers
