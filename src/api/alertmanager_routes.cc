#include "api/alertmanager_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/alerts.h"
#include "api/ask.h"
#include "api/config_text.h"
#include "api/history.h"
#include "api/posted_alerts.h"
#include "api/silences.h"
#include "base/json.h"

namespace alarum::api {
namespace {

namespace asio = http::asio;
using http::Request;
using http::Response;
using Answer = asio::awaitable<Response>;
using Kept = std::shared_ptr<const Sources>;

constexpr std::size_t kBody = 64 << 20;       // of one request with alerts
constexpr std::size_t kHistory = 100'000;     // alerts that a dry run looks at
constexpr Duration kLookBack = std::chrono::hours(24 * 7);

Response json(std::string body, unsigned status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// Alertmanager's errors are JSON strings.
Response refused(unsigned status, const std::string& message) { return json(nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", status); }
Response too_busy() { return refused(503, "the engine did not answer in time"); }

Response failed(const Error& error) {
  const bool full = error.reason == "overloaded";
  auto response = refused(full ? 429 : 503, error.message);
  response.headers.emplace_back("Retry-After", full ? "1" : "10");
  return response;
}

// A page of another site may make a browser on this machine post here: not with this content type, unless we allowed it.
std::optional<Response> wrong_type(const Request& request) {
  if (request.media_type() == "application/json") return std::nullopt;
  return refused(415, "send application/json");
}

// ---- alerts

Answer get_alerts(Kept sources, const Request& request) {
  auto wanted = Wanted::of(Query(request.query));
  if (!wanted) co_return refused(400, wanted.error().message);
  const auto now = sources->now();
  using Found = Result<std::vector<Shown>>;
  Question<Found> question = [wanted = *wanted, now](engine::Engine& engine, alert::Book& book, engine::Ledger& ledger) -> Found {
    auto shown = firing(wanted, engine.instances(), ledger.groups(), now);
    if (!wanted.resolved) return shown;
    auto all = book.alerts(true, 10'000);
    if (!all) return std::unexpected(all.error());
    for (auto& alert : *all) {
      if (alert.state != model::AlertState::resolved || !wanted.takes(alert.labels)) continue;
      Shown one{std::move(alert), std::nullopt, {}};
      one.status.receivers = ledger.groups().status(one.alert, now).receivers;
      shown.push_back(std::move(one));
    }
    return shown;
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return too_busy();
  if (!*found) co_return refused(500, found->error().message);
  co_return json(alerts_json(**found));
}

Answer get_groups(Kept sources, const Request& request) {
  auto wanted = Wanted::of(Query(request.query));
  if (!wanted) co_return refused(400, wanted.error().message);
  Question<std::vector<ShownGroup>> question = [wanted = *wanted, now = sources->now()](engine::Engine& engine, alert::Book&, engine::Ledger& ledger) {
    return grouped(wanted, engine.instances(), ledger.groups(), now);
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return too_busy();
  co_return json(groups_json(*found));
}

Answer post_alerts(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, kBody);
  if (!body) co_return http::body_error(body.error());
  auto posted = parse_posted(*body, sources->now());
  if (!posted) co_return refused(400, posted.error().message);
  if (!posted->alerts.empty()) {
    std::vector<model::Event> events;
    const auto id = new_uuid();
    for (const auto& one : posted->alerts) events.push_back(alert::event_of(one, id + '-' + std::to_string(events.size()), request.peer));
    auto offset = co_await sources->commit(std::move(events));
    if (!offset) co_return failed(offset.error());
    const bool there = co_await booked(*sources->engine, *offset);
    if (!there) co_return too_busy();
  }
  if (posted->faults.empty()) co_return json("");
  std::string said;
  for (const auto& fault : posted->faults) said += (said.empty() ? "" : "; ") + fault;
  co_return refused(400, said);
}

// ---- silences

Answer all_silences(Kept sources, const Request& request) {
  const auto query = Query(request.query);
  Question<std::vector<model::Silence>> question = [](engine::Engine&, alert::Book&, engine::Ledger& ledger) {
    std::vector<model::Silence> out;
    for (const auto& [id, silence] : ledger.groups().silences().all()) out.push_back(silence);
    return out;
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return too_busy();
  auto text = silences_text(query, *found, sources->now());
  if (!text) co_return refused(400, text.error().message);
  co_return json(*text);
}

asio::awaitable<std::optional<std::optional<model::Silence>>> find_silence(Kept sources, std::string id) {
  Question<std::optional<model::Silence>> question = [id](engine::Engine&, alert::Book&, engine::Ledger& ledger) {
    const auto* silence = ledger.groups().silences().find(id);
    return silence ? std::optional(*silence) : std::nullopt;
  };
  auto found = co_await ask(*sources->engine, question);
  co_return found;
}

// One record of ours, in the journal and worked off.
asio::awaitable<Result<void>> change(Kept sources, model::Payload payload) {
  http::Completion<Result<model::Offset>> done(co_await asio::this_coro::executor);
  const bool taken = sources->control(std::move(payload), [done](Result<model::Offset> offset) { done.complete(std::move(offset)); });
  if (!taken) co_return fail("stopping", "the daemon is stopping");
  auto offset = co_await done.wait();
  if (!offset) co_return std::unexpected(offset.error());
  const bool there = co_await booked(*sources->engine, *offset);
  if (!there) co_return fail("busy", "it is in the journal; the engine has not worked it off in time");
  co_return Result<void>();
}

Answer get_silence(Kept sources, const Request& request) {
  auto found = co_await find_silence(sources, request.parameters.at("silenceID"));
  if (!found) co_return too_busy();
  if (!*found) co_return refused(404, "silence not found");
  co_return json(silence_text(**found, sources->now()));
}

Answer post_silence(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, 1 << 20);
  if (!body) co_return http::body_error(body.error());
  auto posted = parse_postable(*body);
  if (!posted) co_return refused(400, posted.error().message);
  const auto now = sources->now();
  if (!posted->id.empty()) {
    auto known = co_await find_silence(sources, posted->id);
    if (!known) co_return too_busy();
    if (!*known) co_return refused(404, "silence not found");
    const auto& old = **known;
    const bool update = is_update(*posted, old, now);
    const bool begun = old.starts_at <= now;
    auto fine = check_silence(*posted, sources->face()->silences, now);
    if (!fine) co_return refused(400, fine.error().message);
    if (update && begun) posted->starts_at = old.starts_at;
    if (!update && old.state(now) != model::Silence::State::expired) {
      model::Payload expire = model::ExpireSilence{old.id};
      auto done = co_await change(sources, std::move(expire));
      if (!done) co_return failed(done.error());
    }
    if (!update) posted->id = new_uuid();
  } else {
    auto fine = check_silence(*posted, sources->face()->silences, now);
    if (!fine) co_return refused(400, fine.error().message);
    posted->id = new_uuid();
  }
  posted->updated_at = now;
  model::Payload set = model::SetSilence{model::silence_json(*posted)};
  auto done = co_await change(sources, std::move(set));
  if (!done) co_return failed(done.error());
  co_return json("{\"silenceID\":" + json_quote(posted->id) + "}\n");
}

Answer delete_silence(Kept sources, const Request& request) {
  const auto id = request.parameters.at("silenceID");
  auto found = co_await find_silence(sources, id);
  if (!found) co_return too_busy();
  if (!*found) co_return refused(404, "silence not found");
  if ((*found)->state(sources->now()) == model::Silence::State::expired) co_return json("");
  model::Payload expire = model::ExpireSilence{id};
  auto done = co_await change(sources, std::move(expire));
  if (!done) co_return failed(done.error());
  co_return json("");
}

// A dry run: whether it would be taken, what it matches now, what it would have kept back of late.
Answer check_posted(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, 1 << 20);
  if (!body) co_return http::body_error(body.error());
  auto posted = parse_postable(*body);
  if (!posted) co_return refused(400, posted.error().message);
  const auto now = sources->now();
  auto silence = *posted;
  const auto fine = check_silence(silence, sources->face()->silences, now);
  struct Seen {
    std::vector<Shown> now;
    std::vector<model::Alert> late;
  };
  Question<Result<Seen>> question = [silence, now](engine::Engine& engine, alert::Book& book, engine::Ledger& ledger) -> Result<Seen> {
    Wanted wanted;
    wanted.matchers = silence.matchers;
    auto past = book.fired_since(now - kLookBack, kHistory);
    if (!past) return std::unexpected(past.error());
    std::erase_if(*past, [&](const model::Alert& alert) { return !silence.matches(alert.labels); });
    return Seen{firing(wanted, engine.instances(), ledger.groups(), now), std::move(*past)};
  };
  auto seen = co_await ask(*sources->engine, question);
  if (!seen) co_return too_busy();
  if (!*seen) co_return refused(500, seen->error().message);
  std::map<std::string, std::size_t> by_name;
  for (const auto& alert : (*seen)->late) ++by_name[alert.labels.contains("alertname") ? alert.labels.at("alertname") : ""];
  nlohmann::ordered_json answer{{"valid", fine.has_value()}, {"error", fine ? "" : fine.error().message},
                                {"matches", nlohmann::ordered_json::parse(alerts_json((*seen)->now))},
                                {"would_have_hidden", {{"since", format_rfc3339(now - kLookBack)}, {"alerts", (*seen)->late.size()}, {"by_alertname", by_name}}}};
  co_return json(answer.dump() + "\n");
}

// ---- the rest

Response status_of(const Kept& sources) {
  const auto face = sources->face();
  const nlohmann::ordered_json answer{
      {"cluster", {{"name", ""}, {"status", "disabled"}, {"peers", nlohmann::ordered_json::array()}}},
      {"versionInfo", {{"version", "0.1.0"}, {"revision", ""}, {"branch", ""}, {"buildUser", "alarum"}, {"buildDate", ""}, {"goVersion", "none: C++"}}},
      {"config", {{"original", config_text(*face->routing, face->receivers)}}},
      {"uptime", format_rfc3339(sources->started)}};
  return json(answer.dump() + "\n");
}

Answer status(Kept sources) {
  auto response = status_of(sources);
  co_return response;
}

Answer receivers(Kept sources, const Request& request) {
  const auto matchers = Query(request.query).matchers("receiver_matchers");
  if (!matchers) co_return refused(400, matchers.error().message);
  auto list = nlohmann::ordered_json::array();
  const auto face = sources->face();
  for (const auto& name : face->receivers) {
    if (model::all_match(*matchers, {})) list.push_back({{"name", name}});
  }
  co_return json(list.dump() + "\n");
}

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

void add_alertmanager_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add("GET", "/api/v2/alerts", [sources](Request& request, Body&) { return get_alerts(sources, request); });
  router.add("POST", "/api/v2/alerts", [sources](Request& request, Body& body) { return post_alerts(sources, request, body); });
  router.add("GET", "/api/v2/alerts/groups", [sources](Request& request, Body&) { return get_groups(sources, request); });
  router.add("GET", "/api/v2/silences", [sources](Request& request, Body&) { return all_silences(sources, request); });
  router.add("POST", "/api/v2/silences", [sources](Request& request, Body& body) { return post_silence(sources, request, body); });
  router.add("GET", "/api/v2/silence/{silenceID}", [sources](Request& request, Body&) { return get_silence(sources, request); });
  router.add("DELETE", "/api/v2/silence/{silenceID}", [sources](Request& request, Body&) { return delete_silence(sources, request); });
  router.add("GET", "/api/v2/status", [sources](Request&, Body&) { return status(sources); });
  router.add("GET", "/api/v2/receivers", [sources](Request& request, Body&) { return receivers(sources, request); });
  router.add("GET", "/api/v1/history", [sources](Request& request, Body&) { return history(sources, request); });
  router.add("POST", "/api/v1/silences/check", [sources](Request& request, Body& body) { return check_posted(sources, request, body); });
  router.add("POST", "/api/v1/alerts/{id}/acknowledge", [sources](Request& request, Body& body) { return say<model::Acknowledge>(sources, request, body); });
  router.add("POST", "/api/v1/alerts/{id}/resolve", [sources](Request& request, Body& body) { return say<model::ResolveAlert>(sources, request, body); });
}

}  // namespace alarum::api
