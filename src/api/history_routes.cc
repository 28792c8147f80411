#include "api/history_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/answers.h"
#include "api/ask.h"
#include "api/history.h"
#include "api/query.h"

namespace alarum::api {
namespace {

using http::Request;
using http::Response;

Answer history(Kept sources, const Request& request) {
  const auto query = Query(request.query);
  alert::Book::Question asked;
  asked.alert_id = query.text("alert");
  const auto limit = query.count("limit", 1000, 100'000);
  if (!limit) co_return http::error_response(400, limit.error().reason, limit.error().message);
  asked.limit = *limit;
  const auto since = query.text("since", "30d");
  const auto age = parse_duration(since);
  const auto time = parse_rfc3339(since);
  if (!age && !time) co_return http::error_response(400, "bad_parameter", "parameter \"since\" must be a time or an age as in 7d, not \"" + since + "\"");
  asked.since = age ? sources->now() - *age : *time;
  using Found = Result<std::vector<alert::Book::Entry>>;
  Question<Found> question = [asked](engine::Engine&, alert::Book& book, engine::Ledger&) { return book.entries(asked); };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return http::error_response(503, "busy", "the engine did not answer in time");
  if (!*found) co_return http::error_response(500, found->error().reason, found->error().message);
  co_return json(history_json(**found));
}

std::string text_in(const std::string& body, const char* name) {
  const auto said = nlohmann::json::parse(body, nullptr, false);
  return said.is_object() && said.contains(name) && said[name].is_string() ? said[name].get<std::string>() : std::string();
}

// What somebody says of an alert that fires: becomes a record.
template <class Said>
Answer say(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, 64 << 10);
  if (!body) co_return http::body_error(body.error());
  Said said{request.parameters.at("id"), text_in(*body, "by"), text_in(*body, "comment")};
  if (said.by.empty()) co_return http::error_response(400, "bad_request", "\"by\" must say who says so");
  Question<bool> question = [id = said.alert_id](engine::Engine& engine, alert::Book&, engine::Ledger&) {
    return std::ranges::any_of(engine.instances().all(), [&](const auto& one) { return one.second.alert.id == id; });
  };
  auto fires = co_await ask(*sources->engine, question);
  if (!fires) co_return http::error_response(503, "busy", "the engine did not answer in time");
  if (!*fires) co_return http::error_response(404, "not_found", "no alert of that id fires");
  model::Payload payload = std::move(said);
  auto done = co_await change(sources, std::move(payload));
  if (!done) co_return http::error_response(503, done.error().reason, done.error().message);
  co_return json("{}\n");
}

}  // namespace

void add_history_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add("GET", "/api/v1/history", [sources](Request& request, Body&) { return history(sources, request); });
  router.add("POST", "/api/v1/alerts/{id}/acknowledge", [sources](Request& request, Body& body) { return say<model::Acknowledge>(sources, request, body); });
  router.add("POST", "/api/v1/alerts/{id}/resolve", [sources](Request& request, Body& body) { return say<model::ResolveAlert>(sources, request, body); });
}

}  // namespace alarum::api
