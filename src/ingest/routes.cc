#include "ingest/routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/trace_context.h"
#include "http/offload.h"
#include "ingest/ces.h"
#include "ingest/cloudevents.h"
#include "ingest/handshake.h"
#include "ingest/random_id.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;
using http::Request;
using http::Response;

constexpr std::string_view kTypes =
    "application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or "
    "ce-* headers (binary "
    "mode)";

// The modes of the CloudEvents HTTP binding §3, and a stream of lines.
enum class Mode { structured, batch, binary, lines, unknown };

// What is invalid is ignored, as the standard wants it, and counted.
TraceHeaders trace_of(const Request& request, Intake& intake) {
  const auto parent = request.header("traceparent");
  if (!parent) return {};
  if (!parse_traceparent(*parent)) {
    intake.count_invalid_trace();
    return {};
  }
  const auto state = request.header("tracestate").value_or("");
  return {std::string(*parent), is_tracestate(state) ? std::string(state) : std::string()};
}

asio::awaitable<Response> take_batch(const RouteOptions& options, Intake& intake,
                                     const Request& request, http::BodyStream& stream,
                                     const std::string& body) {
  const auto trace = trace_of(request, intake);
  const auto decode = [&] { return decode_batch(body, request.peer, trace); };
  auto batch = co_await http::apart(stream, body.size(), decode, http::kLargeEvents);
  if (!batch) co_return refused(intake, model::Format::cloudevents, request, batch.error(), body);
  for (auto& event : *batch) refuse_past(event, options.event);
  auto response =
      co_await settle(std::move(*batch), model::Format::cloudevents, intake, request, body, false);
  co_return response;
}

bool has_cloudevents_headers(const Request& request) {
  return std::ranges::any_of(request.headers, [](const auto& header) {
    return header.first.size() > 3 && (header.first[0] | 0x20) == 'c' &&
           (header.first[1] | 0x20) == 'e' && header.first[2] == '-';
  });
}

Mode mode_of(const Request& request, const std::string& type) {
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return Mode::lines;
  if (type == "application/cloudevents+json") return Mode::structured;
  if (type == "application/cloudevents-batch+json") return Mode::batch;
  // An event format of CloudEvents that is not supported (Avro, Protobuf).
  if (type.starts_with("application/cloudevents")) return Mode::unknown;
  return has_cloudevents_headers(request) ? Mode::binary : Mode::unknown;
}

// The mode of a body without a usable Content-Type, by its first character.
Mode mode_of(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  const char begins = first == std::string_view::npos ? '\0' : body[first];
  return begins == '{' ? Mode::structured : begins == '[' ? Mode::batch : Mode::unknown;
}

asio::awaitable<Response> take_events(const RouteOptions& options, Intake& intake, Request& request,
                                      http::BodyStream& stream) {
  const auto type = request.media_type();
  auto mode = mode_of(request, type);
  if (mode == Mode::lines) {
    NdjsonOptions ndjson;
    ndjson.event = options.event;
    auto response = co_await take_ndjson(ndjson, intake, request, stream);
    co_return response;
  }
  auto body = co_await http::read_all(stream, options.body);
  if (!body) co_return refuse_body(body.error(), model::Format::cloudevents, intake, request);
  if (mode == Mode::unknown && !type.starts_with("application/cloudevents")) mode = mode_of(*body);
  if (mode == Mode::unknown) {
    const Error fault{
        "unsupported_media_type",
        "content type \"" + type + "\" is not taken here; send " + std::string(kTypes)};
    co_return refused(intake, model::Format::cloudevents, request, fault, *body, 415);
  }
  Response response;
  if (mode == Mode::batch) {
    response = co_await take_batch(options, intake, request, stream, *body);
  } else {
    const auto trace = trace_of(request, intake);
    const auto decode = [&] {
      return mode == Mode::structured ? decode_structured(*body, request.peer, trace)
                                      : decode_binary(request.headers, *body, request.peer, trace);
    };
    auto event = co_await http::apart(stream, body->size(), decode, http::kLargeEvents);
    std::vector<Decoded> one;
    one.push_back(std::move(event));
    refuse_past(one.front(), options.event);
    response =
        co_await settle(std::move(one), model::Format::cloudevents, intake, request, *body, true);
  }
  co_return response;
}

// Adds X-Request-Id and returns it. The vendor's SDK shows the id of every answer.
std::string name(Response& response, Random& random) {
  auto id = random_id(random);
  response.headers.emplace_back("X-Request-Id", id);
  return id;
}

// The vendor's v1 answers nest the error in `message`; its newer ones have `error_code` and
// `error_msg`. The answer has both, so that any SDK finds its form.
Response ces_error(unsigned status, std::string_view code, std::string_view message,
                   Random& random) {
  Response response;
  response.status = status;
  const auto request_id = name(response, random);
  const nlohmann::ordered_json body{{"http_code", status},
                                    {"message", {{"code", code}, {"details", message}}},
                                    {"error_code", code},
                                    {"error_msg", message},
                                    {"request_id", request_id}};
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

Response ces_failure(const Error& error, Intake& intake) {
  auto response = failure(error);
  auto shaped = ces_error(response.status,
                          response.status == 429   ? "ces.0020"
                          : response.status >= 500 ? "ces.0007"
                                                   : "ces.0014",
                          error.message, intake.random());
  shaped.headers.insert(shaped.headers.end(), response.headers.begin(), response.headers.end());
  shaped.close = response.close;
  return shaped;
}

Response refuse_ces_body(const Error& error, Intake& intake, const Request& request) {
  (void)refuse_body(error, model::Format::ces, intake, request);
  return ces_failure(error, intake);
}

Response refuse_ces(const Error& error, Intake& intake, const Request& request,
                    std::string_view body) {
  return ces_error(refused(intake, model::Format::ces, request, error, body).status, "ces.0014",
                   error.message, intake.random());
}

asio::awaitable<Response> take_ces(const RouteOptions& options, Intake& intake, Request& request,
                                   http::BodyStream& stream) {
  auto body = co_await http::read_all(stream, options.body);
  if (!body) co_return refuse_ces_body(body.error(), intake, request);
  const auto decode = [&] {
    return decode_ces(*body, request.parameters["project_id"], request.peer, options.ces_strict,
                      intake.now());
  };
  auto items = co_await http::apart(stream, body->size(), decode);
  if (!items) co_return refuse_ces(items.error(), intake, request, *body);
  for (auto& item : *items) {
    Decoded event = std::move(item.event);
    refuse_past(event, options.event);
    if (!event) co_return refuse_ces(event.error(), intake, request, *body);
    item.event = std::move(*event);
  }
  auto answer = nlohmann::ordered_json::array();
  std::vector<model::Event> events;
  for (auto& item : *items) {
    answer.push_back({{"event_id", item.event_id}, {"event_name", item.event_name}});
    events.push_back(std::move(item.event));
  }
  auto outcomes = co_await intake.commit(std::move(events));
  if (!outcomes) co_return ces_failure(outcomes.error(), intake);
  Response response;
  response.status = 201;
  response.body = answer.dump();
  (void)name(response, intake.random());
  co_return response;
}

}  // namespace

void add_routes(http::Router& router, RouteOptions options, Intake& intake) {
  // The coroutines refer to `options` in these lambdas, which live in the router, which outlives
  // the coroutines.
  const auto take_one = [options, &intake](Request& request, http::BodyStream& body) {
    return take_events(options, intake, request, body);
  };
  router.add("POST", "/v1/events", http::Access::ingest, take_one,
             [&intake](const Request& request, const Error& error) {
               return refuse_body(error, model::Format::cloudevents, intake, request);
             });
  router.add("OPTIONS", "/v1/events", http::Access::open, handshake);
  const auto take_many = [options, &intake](Request& request, http::BodyStream& body) {
    return take_ces(options, intake, request, body);
  };
  router.add("POST", "/V1.0/{project_id}/events", http::Access::ingest, take_many,
             [&intake](const Request& request, const Error& error) {
               return refuse_ces_body(error, intake, request);
             });
  router.shape_faults("/V1.0/",
                      [&intake](unsigned status, std::string_view, std::string_view message) {
                        return ces_error(status,
                                         status >= 500   ? "ces.0007"
                                         : status == 401 ? "ces.0015"
                                         : status == 404 ? "ces.0016"
                                                         : "ces.0014",
                                         message, intake.random());
                      });
}

}  // namespace alarum::ingest
