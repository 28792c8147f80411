#include "tests/simulation/requests.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/time.h"

namespace alarum::simulation {
namespace {

std::string cloud_event(const Draft& draft) {
  const auto& e = draft.event;
  std::string out = R"({"specversion":"1.0","id":)" + json_quote(draft.id) + R"(,"source":)" +
                    json_quote(e.source);
  if (!draft.broken) out += R"(,"type":)" + json_quote(e.type);
  if (!e.subject.empty()) out += R"(,"subject":)" + json_quote(e.subject);
  if (e.time) out += R"(,"time":")" + format_rfc3339(*e.time) + '"';
  if (!e.severity.empty()) out += R"(,"severity":)" + json_quote(e.severity);
  if (!e.status.empty()) out += R"(,"status":)" + json_quote(e.status);
  if (!e.data.empty()) out += R"(,"data":)" + e.data;
  return out + '}';
}

void binary(Sent& request, const Draft& draft) {
  const auto& e = draft.event;
  auto& h = request.headers;
  h = {
      {"ce-specversion", "1.0"}, {"ce-id", draft.id}, {"ce-source", e.source}, {"ce-type", e.type}};
  if (!e.subject.empty()) h.emplace_back("ce-subject", e.subject);
  if (e.time) h.emplace_back("ce-time", format_rfc3339(*e.time));
  if (!e.severity.empty()) h.emplace_back("ce-severity", e.severity);
  if (!e.status.empty()) h.emplace_back("ce-status", e.status);
  request.content_type = "application/json";
  request.body = e.data.empty() ? "{}" : e.data;
}

std::string ces_item(const Draft& draft, const std::string& source) {
  const auto& e = draft.event;
  const auto ms =
      e.time ? std::chrono::duration_cast<std::chrono::milliseconds>(e.time->time_since_epoch())
                   .count()
             : 1'790'000'000'000;
  std::string detail =
      R"("resource_id":)" + json_quote(e.subject) + R"(,"event_type":"EVENT.CUSTOM")";
  if (!e.severity.empty())
    detail += std::string(R"(,"event_level":)") + (e.severity == "critical" ? R"("Critical")"
                                                   : e.severity == "major"  ? R"("Major")"
                                                   : e.severity == "minor"  ? R"("Minor")"
                                                                            : R"("Info")");
  if (!e.data.empty()) detail += R"(,"content":)" + json_quote(e.data);
  return fmt::format(
      R"({{"event_name":"{}","event_source":"{}","time":{},"event_id":"{}","detail":{{{}}}}})",
      e.type, source, ms, draft.id, detail);
}

std::string posted(const Draft& draft) {
  const auto& e = draft.event;
  auto out = R"({"labels":{"alertname":)" + json_quote("Posted_" + e.type) + R"(,"subject":)" +
             json_quote(e.subject);
  if (!e.severity.empty()) out += R"(,"severity":)" + json_quote(e.severity);
  out += R"(},"annotations":{"summary":"a posted alert"})";
  const bool ends = e.status == "resolved" || e.type.ends_with("Up") || e.type.ends_with("Ok");
  if (e.time && !ends) out += R"(,"startsAt":")" + format_rfc3339(*e.time) + '"';
  if (e.time && ends)
    out += R"(,"startsAt":")" + format_rfc3339(*e.time - std::chrono::seconds(30)) +
           R"(","endsAt":")" + format_rfc3339(*e.time) + '"';
  return out + '}';
}

std::string list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() == 1 ? "" : ",") + item;
  return out + ']';
}

}  // namespace

void write(Sent& request, const std::vector<Draft>& drafts) {
  std::vector<std::string> items;
  request.path = "/v1/events";
  std::string source;
  if (request.route == Route::cloud_eye) source = "SIM.S" + std::to_string(request.sender + 1);
  for (const auto& draft : drafts) {
    if (request.route == Route::posted) {
      items.push_back(posted(draft));
      request.alerts.push_back(items.back());
      continue;
    }
    request.events.push_back({source.empty() ? draft.event.source : source, draft.id,
                              draft.event.type, draft.event.subject, !draft.broken});
    items.push_back(request.route == Route::cloud_eye ? ces_item(draft, source)
                                                      : cloud_event(draft));
  }
  switch (request.route) {
    case Route::single:
      request.content_type = "application/cloudevents+json", request.body = items.front();
      break;
    case Route::binary:
      binary(request, drafts.front());
      break;
    case Route::batch:
      request.content_type = "application/cloudevents-batch+json", request.body = list(items);
      break;
    case Route::ndjson:
      request.content_type = "application/x-ndjson";
      for (const auto& item : items) request.body += item + '\n';
      break;
    case Route::cloud_eye:
      request.path = "/V1.0/project-1/events", request.content_type = "application/json",
      request.body = list(items);
      break;
    case Route::posted:
      request.path = "/api/v2/alerts", request.content_type = "application/json",
      request.body = list(items);
      break;
  }
}

void write_bad(Sent& request, std::size_t kind, const Draft& draft) {
  request.valid = false;
  write(request, {draft});
  for (auto& event : request.events) event.valid = false;
  auto& body = request.body;
  switch (kind) {
    case 0:
      body.resize(body.size() / 2);
      break;
    case 1:
      body = R"({"specversion":"1.0","id":"deep","source":"s","type":"t","data":)" +
             std::string(200, '[') + std::string(200, ']') + '}';
      break;
    case 2:
      body = R"({"specversion":"1.0","id":"large","source":"s","type":"t","data":")" +
             std::string(kMostEvent + 100, 'x') + "\"}";
      break;
    case 3:
      body = "\xff\xfe{}";
      break;
    default:
      body = "[]x";
      break;
  }
}

}  // namespace alarum::simulation
