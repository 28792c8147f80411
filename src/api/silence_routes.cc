#include "api/silence_routes.h"

#include <expected>
#include <nlohmann/json.hpp>

#include "api/alert_walk.h"
#include "api/ask.h"
#include "api/query.h"
#include "api/responses.h"
#include "api/silences.h"
#include "base/json.h"
#include "http/offload.h"

namespace alarum::api {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kFewSilences = 50;  // silences whose text is made at once where they are
constexpr Duration kLookBack = std::chrono::hours(24 * 7);

Answer all_silences(Kept sources, const Request& request, http::BodyStream& body) {
  const auto query = Query(request.query);
  LiveQuestion<std::vector<model::Silence>> question = [](const engine::Engine&,
                                                          const engine::Processor& processor) {
    std::vector<model::Silence> out;
    for (const auto& [id, silence] : processor.dispatcher().silences().all())
      out.push_back(silence);
    return out;
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return too_busy();
  const auto write = [&] { return silences_text(query, *found, sources->now()); };
  auto text =
      co_await http::offload(found->size() > kFewSilences ? body.helpers() : nullptr, write);
  if (!text) co_return refused(400, text.error().message);
  co_return json(*text);
}

asio::awaitable<std::optional<std::optional<model::Silence>>> find_silence(Kept sources,
                                                                           std::string id) {
  LiveQuestion<std::optional<model::Silence>> question = [id](const engine::Engine&,
                                                              const engine::Processor& processor) {
    const auto* silence = processor.dispatcher().silences().find(id);
    return silence ? std::optional(*silence) : std::nullopt;
  };
  auto found = co_await ask(*sources->engine, question);
  co_return found;
}

Answer get_silence(Kept sources, const Request& request) {
  auto found = co_await find_silence(sources, request.parameters.at("silenceID"));
  if (!found) co_return too_busy();
  if (!*found) co_return refused(404, "silence not found");
  co_return json(silence_text(**found, sources->now()));
}

// The silence of a request's body, or what is answered in place of it.
asio::awaitable<std::expected<Postable, Response>> read_posted(const Request& request,
                                                               http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return std::unexpected(*wrong);
  auto body = co_await http::read_all(stream, 1 << 20);
  if (!body) co_return std::unexpected(http::body_error(body.error()));
  auto posted = parse_postable(*body);
  if (!posted) co_return std::unexpected(refused(400, posted.error().message));
  co_return std::move(*posted);
}

Answer post_silence(Kept sources, const Request& request, http::BodyStream& stream) {
  auto body = co_await read_posted(request, stream);
  if (!body) co_return body.error();
  auto* posted = &body->silence;
  if (!request.proven.empty()) posted->created_by = request.proven;
  const auto now = sources->now();
  if (!posted->id.empty()) {
    auto known = co_await find_silence(sources, posted->id);
    if (!known) co_return too_busy();
    if (!*known) co_return refused(404, "silence not found");
    const auto& old = **known;
    const bool update = is_update(*posted, old, now);
    const bool begun = old.starts_at <= now;
    auto fine = check_silence(*posted, sources->config_view()->silences, now,
                              update && begun ? std::optional(old.starts_at) : std::nullopt);
    if (!fine) co_return refused(400, fine.error().message);
    if (update && begun) posted->starts_at = old.starts_at;
    if (update && !body->says_until_resolved) posted->until_resolved = old.until_resolved;
    if (!update && old.state(now) != model::Silence::State::expired) {
      model::Payload expire = model::ExpireSilence{old.id};
      auto done = co_await change(sources, std::move(expire));
      if (!done) co_return failed(done.error());
    }
    if (!update) posted->id = new_uuid(*sources->random);
  } else {
    auto fine = check_silence(*posted, sources->config_view()->silences, now);
    if (!fine) co_return refused(400, fine.error().message);
    posted->id = new_uuid(*sources->random);
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
  auto body = co_await read_posted(request, stream);
  if (!body) co_return body.error();
  const auto now = sources->now();
  auto silence = body->silence;
  const auto fine = check_silence(silence, sources->config_view()->silences, now);
  AlertFilter wanted;
  wanted.matchers = silence.matchers, wanted.resolved = true, wanted.since = now - kLookBack;
  AlertWalk walk(sources, std::move(wanted), {}, stream.helpers());
  std::vector<AlertView> matched;
  std::map<std::string, std::size_t> by_name;
  std::size_t late = 0;
  while (!walk.over()) {
    auto alerts = co_await walk.next(kPortion);
    if (!alerts)
      co_return alerts.error().reason == "busy" ? too_busy() : refused(500, alerts.error().message);
    for (auto& one : *alerts) {
      ++late;
      const auto name = one.alert->labels.find("alertname");
      ++by_name[name == one.alert->labels.end() ? "" : name->second];
      if (one.alert->state == model::AlertState::firing) matched.push_back(std::move(one));
    }
  }
  const auto write = [&] {
    const nlohmann::ordered_json answer{
        {"valid", fine.has_value()},
        {"error", fine ? "" : fine.error().message},
        {"matches", nlohmann::ordered_json::parse('[' + items_json(matched) + ']')},
        {"would_have_hidden",
         {{"since", format_rfc3339(now - kLookBack)},
          {"alerts", late},
          {"by_alertname", by_name}}}};
    return answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  };
  auto text = co_await http::offload(stream.helpers(), write);
  co_return json(std::move(text));
}

}  // namespace

void add_silence_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add(
      "GET", "/api/v2/silences", http::Access::view,
      [sources](Request& request, Body& body) { return all_silences(sources, request, body); });
  router.add(
      "POST", "/api/v2/silences", http::Access::admin,
      [sources](Request& request, Body& body) { return post_silence(sources, request, body); });
  router.add("GET", "/api/v2/silence/{silenceID}", http::Access::view,
             [sources](Request& request, Body&) { return get_silence(sources, request); });
  router.add("DELETE", "/api/v2/silence/{silenceID}", http::Access::admin,
             [sources](Request& request, Body&) { return delete_silence(sources, request); });
  router.add(
      "POST", "/api/v1/silences/check", http::Access::view,
      [sources](Request& request, Body& body) { return check_posted(sources, request, body); });
}

}  // namespace alarum::api
