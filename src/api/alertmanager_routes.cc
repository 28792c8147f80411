#include "api/alertmanager_routes.h"

#include <nlohmann/json.hpp>

#include "api/alert_walk.h"
#include "api/alerts.h"
#include "api/ask.h"
#include "api/config_text.h"
#include "api/list.h"
#include "api/posted_alerts.h"
#include "api/query.h"
#include "api/responses.h"
#include "api/silences.h"
#include "base/json.h"
#include "base/version.h"
#include "http/offload.h"

namespace alarum::api {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kBody = 64 << 20;  // of one request with alerts

// As Alertmanager's are: a JSON string.
Response fault_of(const Error& error) {
  return error.reason == "busy" ? too_busy() : refused(500, error.message);
}

Answer get_alerts(Kept sources, const Request& request, http::BodyStream& body) {
  const Query query(request.query);
  auto wanted = AlertFilter::of(query);
  if (!wanted) co_return refused(400, wanted.error().message);
  const auto limit = query.limit(kMostOfPage);
  if (!limit) co_return refused(400, limit.error().message);
  auto from = AlertPlace::of(query.text("after"));
  if (!from) co_return refused(400, from.error().message);
  const auto walk =
      std::make_shared<AlertWalk>(sources, std::move(*wanted), std::move(*from), body.helpers());
  Portions portions = [walk](std::size_t most) { return walk->portion(most); };
  auto response = co_await list(request, std::move(portions), *limit, fault_of);
  co_return response;
}

Answer get_groups(Kept sources, const Request& request, http::BodyStream& body) {
  auto wanted = AlertFilter::of(Query(request.query));
  if (!wanted) co_return refused(400, wanted.error().message);
  const auto walk = std::make_shared<GroupWalk>(sources, std::move(*wanted), body.helpers());
  Portions portions = [walk](std::size_t most) { return walk->portion(most); };
  auto response = co_await list(request, std::move(portions), std::nullopt, fault_of);
  co_return response;
}

struct PostedEvents {
  std::vector<model::Event> events;
  std::vector<std::string> faults;
};

Result<PostedEvents> read_posted(const Sources& sources, const std::string& body,
                                 const std::string& peer) {
  auto posted = parse_posted(body, sources.now(), sources.config_view()->resolve_timeout);
  if (!posted) return std::unexpected(posted.error());
  PostedEvents out;
  const auto id = new_uuid(*sources.random);
  for (const auto& one : posted->alerts)
    out.events.push_back(alert::event_of(one, id + '-' + std::to_string(out.events.size()), peer));
  out.faults = std::move(posted->faults);
  return out;
}

Answer post_alerts(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, kBody);
  if (!body) co_return http::body_error(body.error());
  const auto read = [&] { return read_posted(*sources, *body, request.peer); };
  auto posted = co_await http::apart(stream, body->size(), read);
  if (!posted)
    co_return refused(posted.error().reason == "too_many_items" ? 413 : 400,
                      posted.error().message);
  if (!posted->events.empty()) {
    auto offset = co_await sources->commit(std::move(posted->events));
    if (!offset) co_return failed(offset.error());
    // So that who asks next finds them; where that takes long, they are in the journal all the same
    (void)co_await booked(*sources->engine, *offset);
  }
  if (posted->faults.empty()) co_return json("");
  std::string said;
  for (const auto& fault : posted->faults) said += (said.empty() ? "" : "; ") + fault;
  co_return refused(400, said);
}

Response status_of(const Kept& sources) {
  const auto config_view = sources->config_view();
  const nlohmann::ordered_json answer{
      {"cluster",
       {{"name", ""}, {"status", "disabled"}, {"peers", nlohmann::ordered_json::array()}}},
      {"versionInfo",
       {{"version", kVersion},
        {"revision", commit()},
        {"branch", ""},
        {"buildUser", "alarum"},
        {"buildDate", ""},
        {"goVersion", "none: C++"}}},
      {"config", {{"original", config_text(*config_view->routing, config_view->receivers)}}},
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
  const auto config_view = sources->config_view();
  for (const auto& name : config_view->receivers) {
    if (model::all_match(*matchers, {})) list.push_back({{"name", name}});
  }
  co_return json(list.dump() + "\n");
}

}  // namespace

void add_alertmanager_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add("GET", "/api/v2/alerts", http::Access::view, [sources](Request& request, Body& body) {
    return get_alerts(sources, request, body);
  });
  router.add(
      "POST", "/api/v2/alerts", http::Access::either,
      [sources](Request& request, Body& body) { return post_alerts(sources, request, body); });
  router.add(
      "GET", "/api/v2/alerts/groups", http::Access::view,
      [sources](Request& request, Body& body) { return get_groups(sources, request, body); });
  router.add("GET", "/api/v2/status", http::Access::view,
             [sources](Request&, Body&) { return status(sources); });
  router.add("GET", "/api/v2/receivers", http::Access::view,
             [sources](Request& request, Body&) { return receivers(sources, request); });
}

}  // namespace alarum::api
