#include "api/history_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "api/ask.h"
#include "api/deprecated_use.h"
#include "api/history.h"
#include "api/list.h"
#include "api/page.h"
#include "api/query.h"
#include "api/responses.h"
#include "http/offload.h"
#include "model/suppression_reasons.h"

namespace alarum::api {
namespace {

using http::Request;
using http::Response;

// Bytes: they stand in every notification
constexpr std::size_t kMostBy = 200, kMostComment = 4096;
constexpr Duration kLeastCare = std::chrono::seconds(1), kMostCare = std::chrono::days(366);

std::optional<std::string> old_word_warning(const std::string& said) {
  const auto* renamed = model::renamed_suppression_reason(said);
  if (!renamed) return std::nullopt;
  return fmt::format(
      "why={} was renamed: use why={}; the old word will be refused in a later release", said,
      renamed->word);
}

// What happened, newest first, in short turns of the engine.
class HistoryWalk {
 public:
  HistoryWalk(Kept sources, alert::Book::Question asked, model::Matchers filter,
              const alert::Book::Places& from, asio::thread_pool* helpers)
      : sources_(std::move(sources)),
        asked_(std::move(asked)),
        filter_(std::move(filter)),
        place_(from),
        helpers_(helpers) {}

  asio::awaitable<Result<Portion>> portion(std::size_t most) {
    using Found = Result<alert::Book::Entries>;
    Question<Found> question = [asked = asked_, filter = filter_, verdicts = verdicts_,
                                place = place_, most](engine::Engine&, alert::Book& book,
                                                      engine::Processor&) mutable -> Found {
      asked.limit = most;
      auto found = book.entries(asked, place);
      if (found && !filter.empty())
        std::erase_if(found->entries, [&](const auto& entry) {
          return !takes(filter, entry.alert_id, book, *verdicts);
        });
      return found;
    };
    auto found = co_await ask(*sources_->engine, question);
    if (!found) co_return fail("busy", "the engine did not answer in time");
    if (!*found) co_return std::unexpected(found->error());
    const auto& entries = (*found)->entries;
    const auto write = [&] { return items_json(entries); };
    auto items = co_await http::offload(entries.size() > kFew ? helpers_ : nullptr, write);
    const auto next = (*found)->next;
    if (next) place_ = *next;
    Portion portion{std::move(items), entries.size(), next ? place_text(*next) : ""};
    co_return portion;
  }

 private:
  using Verdicts = std::map<std::string, bool>;  // by alert id: whether its labels fit
  static constexpr std::size_t kFew = 8;

  static bool takes(const model::Matchers& filter, const std::string& id, alert::Book& book,
                    Verdicts& verdicts) {
    const auto [at, fresh] = verdicts.try_emplace(id, false);
    if (fresh) {
      const auto alert = book.alert(id);
      at->second = alert && *alert && model::all_match(filter, (*alert)->labels);
    }
    return at->second;
  }

  const Kept sources_;
  const alert::Book::Question asked_;
  const model::Matchers filter_;
  alert::Book::Places place_;
  asio::thread_pool* const helpers_;
  // Touched in the turns of the engine alone, one after the other
  const std::shared_ptr<Verdicts> verdicts_ = std::make_shared<Verdicts>();
};

Response history_fault(const Error& error) {
  return error.reason == "busy" ? busy() : http::error_response(500, error.reason, error.message);
}

// Links of messages lead to the history of one alert. A person who follows one is shown the page.
std::optional<Response> page_of_alert(const Request& request, const Query& query) {
  const auto id = query.text("alert");
  const bool plain = !id.empty() && request.query == "alert=" + id &&
                     id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!plain || !wants_page(request) || embedded_page().files.empty()) return std::nullopt;
  auto response = json("", 303);
  response.headers = {{"Location", "../../alert?id=" + id}, {"Vary", "Accept"}};
  return response;
}

// Starts, stops and reloads, newest first. `place` goes on with each portion.
asio::awaitable<Result<Portion>> lifecycle_portion(Kept sources,
                                                   std::shared_ptr<alert::LifecycleQuestion> place,
                                                   std::size_t most) {
  using Found = Result<alert::LifecyclePage>;
  place->limit = most;
  Question<Found> question = [asked = *place](engine::Engine&, alert::Book& book,
                                              engine::Processor&) -> Found {
    return book.lifecycle(asked);
  };
  auto found = co_await ask(*sources->engine, question);
  if (!found) co_return fail("busy", "the engine did not answer in time");
  if (!*found) co_return std::unexpected(found->error());
  const auto& [entries, next] = **found;
  if (next) place->below = *next;
  Portion portion{items_json(entries), entries.size(), next ? std::to_string(*next) : ""};
  co_return portion;
}

Answer bridge_life(Kept sources, const Request& request) {
  auto asked = lifecycle_question(Query(request.query), sources->now());
  if (!asked) co_return http::error_response(400, asked.error().reason, asked.error().message);
  const auto limit = asked->limit;
  const auto place = std::make_shared<alert::LifecycleQuestion>(*asked);
  Portions portions = [sources, place](std::size_t most) {
    return lifecycle_portion(sources, place, most);
  };
  auto response = co_await list(request, std::move(portions), limit, history_fault);
  co_return response;
}

Answer history(Kept sources, const Request& request, http::BodyStream& body,
               DeprecatedUse& old_words) {
  const auto query = Query(request.query);
  if (auto page = page_of_alert(request, query)) co_return std::move(*page);
  auto asked = history_question(query, sources->now());
  if (!asked) co_return http::error_response(400, asked.error().reason, asked.error().message);
  auto filter = query.matchers("filter");
  if (!filter) co_return http::error_response(400, filter.error().reason, filter.error().message);
  const auto limit = query.count("limit", 1000, kMostHistory);
  if (!limit) co_return http::error_response(400, limit.error().reason, limit.error().message);
  const auto from = history_places(query.text("after"));
  if (!from) co_return http::error_response(400, from.error().reason, from.error().message);
  const auto walk = std::make_shared<HistoryWalk>(sources, std::move(*asked), std::move(*filter),
                                                  *from, body.helpers());
  Portions portions = [walk](std::size_t most) { return walk->portion(most); };
  auto response = co_await list(request, std::move(portions), *limit, history_fault);
  if (const auto warning = old_word_warning(query.text("why")))
    old_words.announce(response, *warning, sources->now());
  co_return response;
}

// What somebody says of an alert that fires.
struct Said {
  std::string by, comment;
  Duration lasts{};
};

// The texts of a body that is an object; "" where one is not there.
template <std::size_t Count>
Result<std::array<std::string, Count>> texts_of(const std::string& body,
                                                const char* const (&names)[Count]) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object())
    return fail(
        "bad_request",
        fmt::format("the body must be an object: {{\"by\": \"kim\", \"{}\": \"…\"}}", names[1]));
  std::array<std::string, Count> texts;
  for (std::size_t i = 0; i < Count; ++i) {
    const auto found = json.find(names[i]);
    if (found == json.end() || found->is_null()) continue;
    if (!found->is_string())
      return fail("bad_request", fmt::format("\"{}\" must be a string", names[i]));
    texts[i] = found->template get<std::string>();
  }
  return texts;
}

// Who says it, and what, within their bounds. `name`: of what is said.
Result<void> check_said(const std::string& by, const std::string& said, const char* name) {
  if (by.empty()) return fail("bad_request", "\"by\" must say who says so");
  if (by.size() > kMostBy)
    return fail("bad_request", fmt::format("\"by\" is longer than {} bytes", kMostBy));
  if (said.size() > kMostComment)
    return fail("bad_request", fmt::format("\"{}\" is longer than {} bytes", name, kMostComment));
  return {};
}

Result<Said> parse_said(const std::string& body, const std::string& proven) {
  auto texts = texts_of(body, {"by", "comment", "for"});
  if (!texts) return std::unexpected(texts.error());
  auto& [by, comment, lasts] = *texts;
  Said said{proven.empty() ? by : proven, comment};
  if (auto good = check_said(said.by, comment, "comment"); !good)
    return std::unexpected(good.error());
  if (lasts.empty()) return said;
  const auto duration = parse_duration(lasts);
  if (!duration || *duration < kLeastCare || *duration > kMostCare)
    return fail("bad_request",
                "\"for\" must be a duration from 1s to 366d, as in 4h, not \"" + lasts + "\"");
  said.lasts = *duration;
  return said;
}

// Becomes a record. `make`: what the record is of what was said.
template <class Make>
Answer say(Kept sources, const Request& request, http::BodyStream& stream, Make make,
           bool of_acknowledged) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, 64 << 10);
  if (!body) co_return http::body_error(body.error());
  auto said = parse_said(*body, request.proven);
  if (!said) co_return http::error_response(400, said.error().reason, said.error().message);
  const auto id = request.parameters.at("id");
  enum class State { unknown, fires, acknowledged };
  LiveQuestion<State> question = [id](const engine::Engine& engine, const engine::Processor&) {
    const auto& all = engine.active_alerts().all();
    const auto found =
        std::ranges::find(all, id, [](const auto& one) { return one.second.alert.id; });
    return found == all.end()                 ? State::unknown
           : found->second.alert.acknowledged ? State::acknowledged
                                              : State::fires;
  };
  auto state = co_await ask(*sources->engine, question);
  if (!state) co_return busy();
  if (*state == State::unknown)
    co_return http::error_response(404, "not_found", "no alert of that id fires");
  if (of_acknowledged && *state != State::acknowledged)
    co_return http::error_response(409, "not_acknowledged",
                                   "that alert is not acknowledged, or it has ended already");
  model::Payload payload = make(id, std::move(*said));
  auto done = co_await change(sources, std::move(payload));
  if (!done) co_return http::error_response(503, done.error().reason, done.error().message);
  co_return json("{}\n");
}

// What somebody says of an alert that fires or has ended.
Result<model::CommentAlert> parse_comment(const std::string& body, const std::string& proven,
                                          std::string id) {
  auto texts = texts_of(body, {"by", "text"});
  if (!texts) return std::unexpected(texts.error());
  auto& [said_by, text] = *texts;
  const auto& by = proven.empty() ? said_by : proven;
  if (text.empty()) return fail("bad_request", "\"text\" must say something");
  if (auto good = check_said(by, text, "text"); !good) return std::unexpected(good.error());
  return model::CommentAlert{std::move(id), by, std::move(text)};
}

// nullopt: the engine does not answer, or the history cannot be read.
asio::awaitable<std::optional<bool>> is_known(Kept sources, std::string id) {
  Question<std::optional<bool>> question = [id](engine::Engine& engine, alert::Book& book,
                                                engine::Processor&) -> std::optional<bool> {
    const auto has_id = [&](const auto& one) { return one.second.alert.id == id; };
    if (std::ranges::any_of(engine.active_alerts().all(), has_id)) return true;
    const auto ended = book.alert(id);
    return ended ? std::optional(ended->has_value()) : std::nullopt;
  };
  auto known = co_await ask(*sources->engine, question);
  co_return known.value_or(std::nullopt);
}

Answer comment(Kept sources, const Request& request, http::BodyStream& stream) {
  if (auto wrong = wrong_type(request)) co_return *wrong;
  auto body = co_await http::read_all(stream, 64 << 10);
  if (!body) co_return http::body_error(body.error());
  auto said = parse_comment(*body, request.proven, request.parameters.at("id"));
  if (!said) co_return http::error_response(400, said.error().reason, said.error().message);
  const auto known = co_await is_known(sources, said->alert_id);
  if (!known) co_return busy();
  if (!*known) co_return http::error_response(404, "not_found", "there is no alert of that id");
  model::Payload payload = std::move(*said);
  auto done = co_await change(sources, std::move(payload));
  if (!done) co_return http::error_response(503, done.error().reason, done.error().message);
  co_return json("{}\n");
}

model::Payload acknowledge(const std::string& id, Said said) {
  return model::Acknowledge{id, said.by, said.comment, said.lasts};
}
model::Payload unacknowledge(const std::string& id, Said said) {
  return model::Unacknowledge{id, said.by, said.comment};
}
model::Payload resolve(const std::string& id, Said said) {
  return model::ResolveAlert{id, said.by, said.comment};
}

}  // namespace

void add_history_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  using Body = http::BodyStream;
  router.add(
      "GET", "/api/v1/history", http::Access::view,
      [sources, old_words = std::make_shared<DeprecatedUse>()](Request& request, Body& body) {
        return history(sources, request, body, *old_words);
      });
  router.add("GET", "/api/v1/lifecycle", http::Access::view,
             [sources](Request& request, Body&) { return bridge_life(sources, request); });
  router.add("POST", "/api/v1/alerts/{id}/acknowledge", http::Access::admin,
             [sources](Request& request, Body& body) {
               return say(sources, request, body, acknowledge, false);
             });
  router.add("POST", "/api/v1/alerts/{id}/unacknowledge", http::Access::admin,
             [sources](Request& request, Body& body) {
               return say(sources, request, body, unacknowledge, true);
             });
  router.add("POST", "/api/v1/alerts/{id}/resolve", http::Access::admin,
             [sources](Request& request, Body& body) {
               return say(sources, request, body, resolve, false);
             });
  router.add("POST", "/api/v1/alerts/{id}/comments", http::Access::admin,
             [sources](Request& request, Body& body) { return comment(sources, request, body); });
}

}  // namespace alarum::api
