#include "ingest/settle.h"

#include <algorithm>

#include "base/json.h"
#include "http/offload.h"
#include "ingest/json_walk.h"
#include "ingest/report.h"

namespace alarum::ingest {
namespace {

// Items that are counted before the others of the thread have a turn
constexpr std::uint64_t kCountedAtOnce = 256;

unsigned status_of(const Error& fault) {
  return fault.reason == "event_too_large" ? 413 : 400;
}

// How many arrays and objects are nested in a text that passed check_json().
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"')
      quoted = !quoted;
    else if (quoted)
      at += c == '\\' ? 1 : 0;
    else if (c == '[' || c == '{')
      deepest = std::max(deepest, ++depth);
    else if (c == ']' || c == '}')
      --depth;
  }
  return deepest;
}

}  // namespace

void refuse_past(Decoded& event, const config::EventLimits& limits) {
  if (!event) return;
  if (event->bytes().size() > limits.bytes) {
    event = fail("event_too_large", "the event has " + std::to_string(event->bytes().size()) +
                                        " bytes; at most " + std::to_string(limits.bytes) +
                                        " are allowed (limits.event)");
    return;
  }
  // No JSON text is deeper than kMaxJsonDepth, so with the default limit nothing is counted.
  if (limits.depth >= kMaxJsonDepth || event->data_kind() != model::DataKind::json) return;
  if (const auto depth = depth_of(event->data()); depth > limits.depth) {
    event = fail("too_deep", "the event's data has arrays and objects nested " +
                                 std::to_string(depth) + " deep; at most " +
                                 std::to_string(limits.depth) + " are allowed (limits.depth)");
  }
}

http::asio::awaitable<http::Response> settle(std::vector<Decoded> decoded, model::Format format,
                                             Intake& intake, const http::Request& request,
                                             std::string_view body, bool single) {
  if (decoded.size() > kMostItems) {
    const Error fault{"too_many_items",
                      "more than " + std::to_string(kMostItems) +
                          " items in one body; send them in several, or as application/x-ndjson"};
    co_return refused(intake, format, request, fault, body, 413);
  }
  Report report;
  std::vector<model::Event> events;
  events.reserve(decoded.size());
  for (std::uint64_t index = 0; index < decoded.size(); ++index) {
    if (index % kCountedAtOnce == kCountedAtOnce - 1) co_await http::yield_now();
    if (decoded[index]) {
      events.push_back(std::move(*decoded[index]));
    } else {
      report.reject(index, decoded[index].error());
      intake.reject(format, request.peer, decoded[index].error(), body, index < Report::kListed);
    }
  }
  if (report.rejected_count > 0)
    intake.say_refused(format, request.peer, report.rejected.front().error, report.rejected_count);
  if (single && report.rejected_count > 0) {
    const auto& fault = report.rejected.front().error;
    co_return http::error_response(status_of(fault), fault.reason, fault.message);
  }
  if (!events.empty()) {
    auto outcomes = co_await intake.commit(std::move(events));
    if (!outcomes) {
      auto response = failure(outcomes.error());
      response.body = report.json(&outcomes.error());
      co_return response;
    }
    for (const auto& outcome : *outcomes)
      ++(outcome.duplicate ? report.duplicate : report.accepted);
  }
  http::Response response;
  response.status = report.none_valid() ? 400 : 200;
  response.body = report.json();
  co_return response;
}

http::Response refuse_body(const Error& error, model::Format format, Intake& intake,
                           const http::Request& request) {
  // The sender will send it again, so it counts as failed and not as rejected.
  if (error.reason == "overloaded") {
    intake.counts().failed(format, 1);
    return http::body_error(error);
  }
  intake.reject(format, request.peer, error, "", error.reason != "other_site");
  intake.say_refused(format, request.peer, error);
  return http::body_error(error);
}

http::Response refused(Intake& intake, model::Format format, const http::Request& request,
                       const Error& error, std::string_view body, unsigned status) {
  intake.reject(format, request.peer, error, body);
  intake.say_refused(format, request.peer, error);
  return http::error_response(status, error.reason, error.message);
}

http::Response failure(const Error& error) {
  static const std::vector<std::string_view> ours{"disk_full", "journal_full", "io_error",
                                                  "engine_behind", "stopping"};
  const bool overloaded = error.reason == "overloaded";
  if (!overloaded && std::ranges::find(ours, error.reason) == ours.end())
    return http::body_error(error);
  auto response = http::error_response(overloaded ? 429 : 503, error.reason, error.message);
  response.headers.emplace_back("Retry-After", overloaded ? "1" : "10");
  return response;
}

}  // namespace alarum::ingest
