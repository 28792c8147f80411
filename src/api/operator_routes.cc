#include "api/operator_routes.h"

#include <nlohmann/json.hpp>

#include "api/ask.h"
#include "api/query.h"
#include "api/responses.h"
#include "http/offload.h"
#include "rules/rule_text.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using http::Request;

constexpr std::chrono::seconds kDelivery{5};  // that its answer is waited for
constexpr std::size_t kManyRules = 2'000;     // whose list is made on a helper

std::string json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Answer show_status(Kept sources) {
  const auto states = co_await targets_of(*sources);
  co_return json(sources->status(states));
}

Answer show_targets(Kept sources) {
  const auto states = co_await targets_of(*sources);
  if (!states) co_return http::error_response(503, "busy", "delivery did not answer in time");
  co_return json(targets_json(*states) + "\n");
}

Answer show_rejected(Kept sources, const Request& request) {
  const Query query(request.query);
  const auto known = query.only({"limit", "after"});
  if (!known) co_return http::error_response(400, known.error().reason, known.error().message);
  const auto limit = query.count("limit", 100, 100);
  if (!limit) co_return http::error_response(400, limit.error().reason, limit.error().message);
  const auto after = query.offset("after");
  if (!after) co_return http::error_response(400, after.error().reason, after.error().message);
  auto entries = sources->rejected();
  std::vector<std::string> wanted;
  for (auto& entry : entries) {
    const auto sequence = Json::parse(entry).value("sequence", std::size_t{0});
    if (sequence > after->value_or(0)) wanted.push_back(std::move(entry));
  }
  std::string body;
  const auto first = wanted.size() > *limit ? wanted.size() - *limit : 0;
  for (auto i = first; i < wanted.size(); ++i) body += (i == first ? "" : ",") + wanted[i];
  co_return json("[" + body + "]\n");
}

Answer shown_config(Kept sources) {
  const Json answer{{"file", sources->config_file}, {"text", sources->config_view()->shown}};
  co_return json(json_line(answer));
}

using Firing = std::map<std::string, std::size_t>;

asio::awaitable<std::optional<Firing>> firing_by_rule(Kept sources) {
  LiveQuestion<Firing> question = [](const engine::Engine& engine, const engine::Processor&) {
    return engine.active_alerts().by_rule();
  };
  auto firing = co_await ask(*sources->engine, question);
  co_return firing;
}

Json rule_json(const rules::Rule& rule, const std::optional<Firing>& firing,
               const std::map<std::string, std::uint64_t>& matches) {
  Json out{{"alert", rule.alert},
           {"severity", rule.severity_template ? "template" : model::to_text(rule.severity)},
           {"place", rule.place.file + ':' + std::to_string(rule.place.line) + ':' +
                         std::to_string(rule.place.column)}};
  if (firing) {
    const auto found = firing->find(rule.alert);
    out["firing"] = found == firing->end() ? 0 : found->second;
  }
  const auto matched = matches.find(rule.alert);
  out["matches"] = matched == matches.end() ? 0 : matched->second;
  return out;
}

Answer all_rules(Kept sources, http::BodyStream& body) {
  const auto firing = co_await firing_by_rule(sources);
  const auto generation = sources->generation();
  const auto write = [&] {
    const auto matches = sources->matches();
    auto list = Json::array();
    for (const auto& rule : generation->rules().rules)
      list.push_back(rule_json(rule, firing, matches));
    return json_line(list);
  };
  const bool many = generation->rules().rules.size() > kManyRules;
  auto text = co_await http::offload(many ? body.helpers() : nullptr, write);
  co_return json(std::move(text));
}

Answer one_rule(Kept sources, const Request& request, http::BodyStream& body) {
  const auto name = request.parameters.at("alert");
  const auto generation = sources->generation();
  const auto& set = generation->rules();
  const auto* rule = rules::find_rule(set, name);
  if (!rule)
    co_return http::error_response(404, "not_found",
                                   "no rule that is in force is called \"" + name + "\"");
  const auto firing = co_await firing_by_rule(sources);
  const auto write = [&] {
    auto out = rule_json(*rule, firing, sources->matches());
    out["text"] = rules::rule_text(set, *rule);
    return json_line(out);
  };
  auto text = co_await http::offload(body.helpers(), write);
  co_return json(std::move(text));
}

constexpr std::size_t kMostEvents = 500;

Answer show_events(Kept sources, const Request& request, http::BodyStream& body) {
  const Query query(request.query);
  const auto known = query.only({"from", "limit", "contains", "format", "rule", "sender", "source",
                                 "subject", "type", "unmatched"});
  if (!known) co_return http::error_response(400, known.error().reason, known.error().message);
  const auto from = query.offset("from");
  if (!from) co_return http::error_response(400, from.error().reason, from.error().message);
  const auto limit = query.count("limit", kMostEvents, kMostEvents);
  if (!limit) co_return http::error_response(400, limit.error().reason, limit.error().message);
  const auto filter = EventFilter::of(query);
  if (!filter) co_return http::error_response(400, filter.error().reason, filter.error().message);
  const auto read = [&] { return sources->events(from->value_or(0), *limit, *filter); };
  auto page = co_await http::offload(body.helpers(), read);
  if (!page) co_return http::error_response(500, page.error().reason, page.error().message);
  co_return json(std::move(page->json) + "\n");
}

unsigned status_of_test(const Error& error) {
  return error.reason == "not_found" ? 404 : error.reason == "exception" ? 500 : 503;
}

Answer test_receiver(Kept sources, const Request& request) {
  const auto executor = co_await asio::this_coro::executor;
  const http::Completion<Result<std::string>> done(executor);
  sources->test_receiver(request.parameters.at("name"), done);
  auto outcomes = co_await done.wait();
  if (!outcomes)
    co_return http::error_response(status_of_test(outcomes.error()), outcomes.error().reason,
                                   outcomes.error().message);
  co_return json(std::move(*outcomes));
}

}  // namespace

asio::awaitable<std::optional<TargetStates>> targets_of(const Sources& sources) {
  const auto executor = co_await asio::this_coro::executor;
  http::Completion<std::optional<TargetStates>> answer(executor);
  http::Timer timer(executor);
  timer.call_after(kDelivery, [answer] { answer.complete(std::nullopt); });
  const bool asked = sources.targets(
      [answer](TargetStates states) { answer.complete(std::optional(std::move(states))); });
  if (!asked) co_return std::nullopt;
  auto states = co_await answer.wait();
  co_return states;
}

std::string targets_json(const TargetStates& states) {
  auto list = Json::array();
  for (const auto& one : states) {
    Json json{{"target", one.target},
              {"waiting", one.waiting},
              {"in_flight", one.in_flight},
              {"circuit", one.circuit_open ? "open" : "closed"}};
    if (one.last_success) json["last_success"] = format_rfc3339(*one.last_success);
    if (one.last_failure) {
      json["last_failure"] = format_rfc3339(*one.last_failure);
      json["detail"] = one.detail;
      if (!one.answer.empty()) json["answer"] = one.answer;
    }
    list.push_back(std::move(json));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_operator_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  const auto add = [&](const char* path, auto answer) {
    router.add("GET", path, http::Access::view, std::move(answer));
  };
  add("/api/v1/status", [sources](Request&, Body&) { return show_status(sources); });
  add("/api/v1/targets", [sources](Request&, Body&) { return show_targets(sources); });
  add("/api/v1/rejected",
      [sources](Request& request, Body&) { return show_rejected(sources, request); });
  add("/api/v1/config", [sources](Request&, Body&) { return shown_config(sources); });
  add("/api/v1/rules", [sources](Request&, Body& body) { return all_rules(sources, body); });
  add("/api/v1/events",
      [sources](Request& request, Body& body) { return show_events(sources, request, body); });
  router.add("POST", "/api/v1/receivers/{name}/test", http::Access::admin,
             [sources](Request& request, Body&) { return test_receiver(sources, request); });
  add("/api/v1/rules/{alert}",
      [sources](Request& request, Body& body) { return one_rule(sources, request, body); });
}

}  // namespace alarum::api
