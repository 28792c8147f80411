// docs/schema/config.json has the keys of each kind of receiver. ALARUM_WRITE_SCHEMA=1 writes them
// there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/field_reader.h"
#include "receivers/list.h"

namespace alarum::config {
namespace {

using Json = nlohmann::ordered_json;
using Form = ReceiverKey::Form;
using Type = ReceiverKey::Type;

const std::filesystem::path kSchema =
    std::filesystem::path(ALARUM_SOURCE_DIR) / "docs/schema/config.json";

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Json type_of(const ReceiverKey& key) {
  switch (key.type) {
    case Type::flag:
      return {{"type", "boolean"}};
    case Type::number:
      return {{"type", "integer"}};
    case Type::duration:
      return {{"$ref", "#/$defs/duration"}};
    case Type::list:
      return {{"type", "array"}};
    case Type::mapping:
      return {{"type", "object"}};
    case Type::texts:
      return {{"type", {"string", "array"}}};
    case Type::language:
      return {{"enum", {"en", "zh"}}};
    case Type::any:
      return Json::object();
    case Type::text:
      break;
  }
  return {{"type", "string"}};
}

Json schema_of(const ReceiverKey& key) {
  auto schema = type_of(key);
  const bool nullable = key.form == Form::nullable || key.form == Form::transport;
  if (!nullable || schema.empty()) return schema;
  if (!schema.contains("type") || schema["type"].is_array())
    return {{"anyOf", Json::array({schema, Json{{"type", "null"}}})}};
  schema["type"] = Json::array({schema["type"], "null"});
  return schema;
}

Json schema_of(const ReceiverKind& kind) {
  auto properties = Json::object();
  for (const auto& keys : {kind.keys, common_keys()}) {
    for (const auto& key : keys) {
      properties[key.name] = schema_of(key);
      if (may_be_file(key.form)) properties[key.name + "_file"] = {{"type", "string"}};
    }
  }
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

std::string with_receivers(const std::string& text) {
  auto schema = Json::parse(text);
  auto& of_receiver = schema["properties"]["receivers"]["items"]["properties"];
  const Json name = of_receiver["name"];
  of_receiver = {{"name", name}};
  for (const auto& kind : receivers::kinds()) {
    for (const auto& list : kind.lists) {
      Json type = "array";
      if (list.nullable) type = {"array", "null"};
      of_receiver[list.key] = {{"type", type}, {"items", schema_of(kind)}};
    }
  }
  return schema.dump(1) + "\n";
}

TEST(Schema, HasTheKeysOfEachKindOfReceiver) {
  const auto before = content(kSchema);
  const auto after = with_receivers(before);
  if (std::getenv("ALARUM_WRITE_SCHEMA")) std::ofstream(kSchema) << after;
  EXPECT_EQ(content(kSchema), after)
      << "run build/dev/test_config --gtest_filter='Schema.*' with ALARUM_WRITE_SCHEMA=1";
}

}  // namespace
}  // namespace alarum::config
