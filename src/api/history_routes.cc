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

constexpr std::size_t kMostAlerts = 100'000;  // whose labels are compared

// A time, or an age as in 7d.
Result<Time> moment_of(const Query& query, const char* name, const std::string& otherwise, Time now) {
  const auto said = query.text(name, otherwise);
  if (const auto age = parse_duration(said)) return now - *age;
  if (const auto time = parse_rfc3339(said)) return *time;
  return fail("bad_parameter", "parameter \"" + std::string(name) + "\" must be a time or an age as in 7d, not \"" + said + "\"");
}

Result<std::optional<alert::Book::Entry::Kind>> kind_of(const std::string& said) {
  using Of = alert::Book::Entry::Kind;
  if (said.empty()) return std::nullopt;
  for (const auto& [name, kind] : {std::pair("transition", Of::transition), std::pair("notification", Of::notification), std::pair("suppressed", Of::suppressed)}) {
    if (said == name) return kind;
  }
  return fail("bad_parameter", "parameter \"kind\" must be transition, notification or suppressed, not \"" + said + "\"");
}

Result<alert::Book::Question> question_of(const Query& query, Time now) {
  if (auto known = query.only({"alert", "filter", "kind", "limit", "since", "target", "until", "why"}); !known) return std::unexpected(known.error());
  alert::Book::Question asked;
  asked.alert_id = query.text("alert"), asked.why = query.text("why"), asked.target = query.text("target");
  const auto since = moment_of(query, "since", "30d", now), until = moment_of(query, "until", "0s", now);
  const auto kind = kind_of(query.text("kind"));
  const auto limit = query.count("limit", 1000, 100'000);
  if (!since) return std::unexpected(since.error());
  if (!until) return std::unexpected(until.error());
  if (!kind) return std::unexpected(kind.error());
  if (!limit) return std::unexpected(limit.error());
  asked.since = *since, asked.kind = *kind, asked.limit = *limit;
  if (!query.text("until").empty()) asked.until = *until;
  return asked;
}

Answer history(Kept sources, const Request& request) {
  const auto query = Query(request.query);
  const auto asked = question_of(query, sources->now());
  if (!asked) co_return http::error_response(400, asked.error().reason, asked.error().message);
  const auto filter = query.matchers("filter");
  if (!filter) co_return http::error_response(400, filter.error().reason, filter.error().message);
  using Found = Result<std::vector<alert::Book::Entry>>;
  Question<Found> question = [asked = *asked, filter = *filter](engine::Engine&, alert::Book& book, engine::Ledger&) mutable -> Found {
    if (filter.empty()) return book.entries(asked);
    const auto alerts = book.firing_since(asked.since, kMostAlerts);
    if (!alerts) return std::unexpected(alerts.error());
    asked.alert_ids.emplace();
    for (const auto& alert : *alerts) if (model::all_match(filter, alert.labels)) asked.alert_ids->insert(alert.id);
    return book.entries(asked);
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return busy();
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
  if (!fires) co_return busy();
  if (!*fires) co_return http::error_response(404, "not_found", "no alert of that id fires");
  model::Payload payload = std::move(said);
  auto done = co_await change(sources, std::move(payload));
  if (!done) co_return http::error_response(503, done.error().reason, done.error().message);
  co_return json("{}\n");
}

}  // namespace

void add_history_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add("GET", "/api/v1/history", http::Access::admin, [sources](Request& request, Body&) { return history(sources, request); });
  router.add("POST", "/api/v1/alerts/{id}/acknowledge", http::Access::admin, [sources](Request& request, Body& body) { return say<model::Acknowledge>(sources, request, body); });
  router.add("POST", "/api/v1/alerts/{id}/resolve", http::Access::admin, [sources](Request& request, Body& body) { return say<model::ResolveAlert>(sources, request, body); });
}

}  // namespace alarum::api
