#include "receivers/text/cloud_event.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"
#include "receivers/text/trace.h"
#include "receivers/text/version4.h"

namespace alarum::receivers {

std::vector<std::pair<std::string, std::string>> cloud_event_attributes(
    const model::Message& message, const std::string& source) {
  return {
      {"specversion", "1.0"},
      {"id", hex64(message_hash(message))},
      {"source", source},
      {"type", fmt::format("alarum.alert.{}", status_of(message))},
      {"subject", message.group_key.empty() ? "alerts" : message.group_key},
      {"time", format_rfc3339(message.changes.back().at)},
  };
}

model::Content structured_cloud_event(const model::Message& message, const std::string& source,
                                      const std::string& external_url) {
  auto event = Json::object();
  for (const auto& [name, value] : cloud_event_attributes(message, source)) event[name] = value;
  event["datacontenttype"] = "application/json";
  auto text = dump(event);
  text.back() = ',';
  // In lower case: npm's SDK compares the whole value with its own.
  return {text + "\"data\":" + version4(message, external_url) + "}",
          "Content-Type: application/cloudevents+json; charset=utf-8\n" + trace_headers(message)};
}

}  // namespace alarum::receivers
