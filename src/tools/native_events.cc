#include "tools/native_events.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctz/time_zone.h>

#include <nlohmann/json.hpp>

#include "http/handler.h"
#include "ingest/ces.h"
#include "ingest/push/alertmanager.h"
#include "ingest/push/aws_event.h"
#include "ingest/push/eventgrid.h"
#include "ingest/push/json.h"
#include "ingest/push/notification.h"
#include "ingest/push/redfish.h"
#include "ingest/push/signed_message.h"
#include "ingest/stream/syslog.h"

namespace alarum::tools {
namespace {

using Json = nlohmann::ordered_json;
using Events = Result<std::vector<ingest::Decoded>>;

constexpr std::string_view kMapping = "json/";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
  return first == text.npos ? std::string_view() : text.substr(first, last - first + 1);
}

// Of one object, or of the first of a list.
std::string guess_object(const Json& object) {
  const auto has = [&](const char* name) { return object.contains(name); };
  if (has("specversion")) return "cloudevents";
  if (has("event_name") && has("event_source")) return "ces";
  if (has("alerts")) return "alertmanager";
  if (has("Events") || has("MetricValues")) return "redfish";
  if (has("detail-type")) return "eventbridge";
  if (has("TopicArn")) return "sns";
  if (has("topic_urn")) return "smn";
  if (has("eventType") && has("eventTime")) return "eventgrid";
  return {};
}

Events one(ingest::Decoded event) {
  std::vector<ingest::Decoded> out;
  out.push_back(std::move(event));
  return out;
}

Events cloudevents(std::string_view text, const NativeBody& body) {
  return text.starts_with('[') ? ingest::decode_batch(text, body.sender)
                               : one(ingest::decode_structured(text, body.sender));
}

Events ces(std::string_view text, const NativeBody& body) {
  const auto list = text.starts_with('{') ? "[" + std::string(text) + "]" : std::string(text);
  auto items = ingest::decode_ces(list, "project", body.sender, false, body.now);
  if (!items) return std::unexpected(items.error());
  std::vector<ingest::Decoded> out;
  for (auto& item : *items) out.emplace_back(std::move(item.event));
  return out;
}

Events notification(ingest::Service service, std::string_view text, const NativeBody& body) {
  const auto message = ingest::read_signed_message(service, text);
  if (!message) return std::unexpected(message.error());
  return one(ingest::decode_notification(*message, body.sender));
}

http::Request request_of(const NativeBody& body, std::string content_type) {
  http::Request request;
  request.method = "POST";
  request.peer = body.sender;
  request.headers.emplace_back("Content-Type", std::move(content_type));
  return request;
}

Events eventgrid(std::string_view text, const NativeBody& body) {
  return ingest::decode_eventgrid(request_of(body, "application/json"), text);
}

// A line an event.
Events syslog(std::string_view text, const NativeBody& body) {
  std::vector<ingest::Decoded> out;
  const auto zone = cctz::utc_time_zone();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = trimmed(text.substr(at, end - at));
    const auto id = fmt::format("line-{}", out.size() + 1);
    if (!line.empty()) out.push_back(ingest::decode_syslog(line, body.sender, id, zone, body.now));
    at = end + 1;
  }
  return out;
}

Events by_mapping(const std::string& name, std::string_view text, const NativeBody& body) {
  const auto found = body.pushes->json.find(name);
  if (found == body.pushes->json.end())
    return fail(
        "unknown_source",
        fmt::format("the config has no json source \"{}\"; --config names the config", name));
  return ingest::decode_json(found->second, name, request_of(body, "application/json"), text,
                             [] { return std::string("assigned-at-arrival"); });
}

}  // namespace

const std::vector<std::string>& native_formats() {
  static const std::vector<std::string> all{"cloudevents", "ces",       "alertmanager",
                                            "redfish",     "smn",       "sns",
                                            "eventbridge", "eventgrid", "syslog"};
  return all;
}

std::string guess_format(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with('{') && !text.starts_with('[')) return "syslog";
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_object()) return guess_object(json);
  return json.is_array() && !json.empty() && json.front().is_object() ? guess_object(json.front())
                                                                      : "";
}

Events decode_native(const NativeBody& body) {
  const auto text = trimmed(body.text);
  const auto format = body.format.empty() ? guess_format(text) : body.format;
  if (format == "cloudevents") return cloudevents(text, body);
  if (format == "ces") return ces(text, body);
  if (format == "alertmanager") return ingest::decode_alertmanager(text, body.sender, body.now);
  if (format == "redfish") return ingest::decode_redfish(text, body.sender, body.now);
  if (format == "smn") return notification(ingest::Service::smn, text, body);
  if (format == "sns") return notification(ingest::Service::sns, text, body);
  if (format == "eventbridge") return ingest::decode_eventbridge(text, body.sender);
  if (format == "eventgrid") return eventgrid(text, body);
  if (format == "syslog") return syslog(text, body);
  if (format.starts_with(kMapping)) return by_mapping(format.substr(kMapping.size()), text, body);
  if (format.empty())
    return fail("unknown_format",
                fmt::format("its members do not show what this is: name its format, {} or "
                            "json/NAME",
                            fmt::join(native_formats(), ", ")));
  return fail("unknown_format", fmt::format("there is no format \"{}\": {} or json/NAME", format,
                                            fmt::join(native_formats(), ", ")));
}

}  // namespace alarum::tools
