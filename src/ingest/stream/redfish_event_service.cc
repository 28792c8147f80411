#include "ingest/stream/redfish_event_service.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ingest/stream/redfish_keeper.h"

namespace alarum::ingest {
namespace {

using nlohmann::json;

constexpr std::size_t kMostTypes = 32;

json member_of(const json& tree, const char* name) {
  const auto found = tree.is_object() ? tree.find(name) : tree.end();
  return found == tree.end() ? json() : *found;
}

std::vector<std::string> texts_of(const json& list) {
  std::vector<std::string> out;
  for (const auto& one : list.is_array() ? list : json::array()) {
    if (one.is_string() && !one.get<std::string>().empty() && out.size() < kMostTypes)
      out.push_back(one.get<std::string>());
  }
  return out;
}

// `preferred` if the action allows it or does not list what it allows; otherwise the first allowed
// value.
std::string allowed(const json& action, const char* name, const std::string& preferred) {
  const auto values = texts_of(member_of(action, name));
  return values.empty() || std::ranges::find(values, preferred) != values.end() ? preferred
                                                                                : values.front();
}

}  // namespace

RedfishEventService read_event_service(std::string_view body) {
  const auto tree = json::parse(body, nullptr, false);
  RedfishEventService service;
  service.event_types = texts_of(member_of(tree, "EventTypesForSubscription"));
  const auto action = member_of(member_of(tree, "Actions"), "#EventService.SubmitTestEvent");
  if (const auto target = member_of(action, "target"); target.is_string())
    service.test_path = path_of(target.get<std::string>());
  service.test_type = allowed(action, "EventType@Redfish.AllowableValues", service.test_type);
  service.test_message = allowed(action, "MessageId@Redfish.AllowableValues", service.test_message);
  return service;
}

std::string test_event(const RedfishEventService& service, bool lean, Time now) {
  json body{{"MessageId", service.test_message}};
  if (!lean) {
    body.update({{"EventId", "alarum-test"},
                 {"EventTimestamp", format_rfc3339(std::chrono::floor<std::chrono::seconds>(now))},
                 {"EventType", service.test_type},
                 {"Severity", "OK"},
                 {"Message", "Alarum asks whether events arrive."},
                 {"MessageArgs", json::array()},
                 {"OriginOfCondition", "/redfish/v1/EventService"}});
  }
  return body.dump();
}

}  // namespace alarum::ingest
