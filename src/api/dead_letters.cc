#include "api/dead_letters.h"

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "api/ask.h"
#include "api/query.h"
#include "api/responses.h"
#include "engine/dead_letters.h"
#include "http/offload.h"

namespace alarum::api {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLetters = 10'000, kMostBody = 1 << 20, kFewLetters = 50;
constexpr std::size_t kLettersATurn = 250, kRedriveATurn = 50;  // of the engine: a few milliseconds
constexpr std::size_t kMostRedriven = 10'000;

using Place = alert::Book::DeadLetterPlace;

struct DeadLetters {
  std::vector<alert::Book::Cause> causes;
  std::vector<alert::Book::DeadLetter> letters;
  bool more = false;  ///< letters behind them
};

std::string to_text(const alert::Book::DeadLetter& letter) {
  return std::to_string(letter.at.time_since_epoch().count()) + "." +
         std::to_string(letter.notification.sequence);
}

std::optional<Place> parse_place(const std::string& text) {
  if (text.empty()) return Place{};
  std::int64_t at = 0;
  Place place;
  const auto* end = text.data() + text.size();
  const auto dot = std::from_chars(text.data(), end, at);
  if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return std::nullopt;
  const auto rest = std::from_chars(dot.ptr + 1, end, place.sequence);
  if (rest.ec != std::errc() || rest.ptr != end || place.sequence > Place{}.sequence)
    return std::nullopt;
  place.at = Time(Duration(at));
  return place;
}

Json to_json(const alert::Book::DeadLetter& letter) {
  const auto& n = letter.notification;
  return {{"id", n.id},
          {"target", n.target},
          {"group_key", n.group_key},
          {"alert_id", n.alert_id},
          {"detail", letter.detail},
          {"answer", letter.answer},
          {"attempts", letter.attempts},
          {"created", format_rfc3339(n.created)},
          {"at", format_rfc3339(letter.at)}};
}

Response answer(const Json& body) {
  return json(body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Response failure(const Error& error) {
  const bool later = error.reason == "busy" || error.reason == "stopping" ||
                     error.reason == "disk_full" || error.reason == "journal_full";
  return http::error_response(later ? 503 : 500, error.reason, error.message);
}

Response listed(const DeadLetters& found) {
  Json out{{"causes", Json::array()}, {"letters", Json::array()}};
  for (const auto& cause : found.causes) {
    out["causes"].push_back({{"target", cause.target},
                             {"detail", cause.detail},
                             {"answer", cause.answer},
                             {"count", cause.count},
                             {"oldest", format_rfc3339(cause.oldest)},
                             {"newest", format_rfc3339(cause.newest)}});
  }
  for (const auto& letter : found.letters) out["letters"].push_back(to_json(letter));
  if (found.more) out["next"] = to_text(found.letters.back());
  return answer(out);
}

// The next letters, of one turn of the engine; the causes with the first ones.
asio::awaitable<std::optional<Result<DeadLetters>>> some_letters(engine::Stage& engine,
                                                                 Place behind, std::size_t most,
                                                                 bool with_causes) {
  using Found = Result<DeadLetters>;
  std::function<Found(engine::Engine&, alert::Book&, engine::Processor&)> question =
      [behind, most, with_causes](engine::Engine&, alert::Book& book, engine::Processor&) -> Found {
    auto causes = with_causes ? book.dead_causes() : Result<std::vector<alert::Book::Cause>>();
    if (!causes) return std::unexpected(causes.error());
    auto letters = book.dead_letters(most, behind);
    if (!letters) return std::unexpected(letters.error());
    return DeadLetters{std::move(*causes), std::move(*letters)};
  };
  auto found = co_await ask(engine, question);
  co_return found;
}

asio::awaitable<Response> list(engine::Stage& engine, const Request& request,
                               http::BodyStream& body) {
  const Query query(request.query);
  if (auto known = query.only({"limit", "after"}); !known)
    co_return http::error_response(400, known.error().reason, known.error().message);
  const auto limit = query.count("limit", kMostLetters, kMostLetters);
  if (!limit) co_return http::error_response(400, limit.error().reason, limit.error().message);
  const auto after = parse_place(query.text("after"));
  if (!after)
    co_return http::error_response(400, "bad_parameter",
                                   "after is the \"next\" of the page before");
  DeadLetters all;
  auto behind = *after;
  for (bool first = true;; first = false) {
    // One more says whether there are others
    const auto most = std::min(kLettersATurn, *limit + 1 - all.letters.size());
    auto found = co_await some_letters(engine, behind, most, first);
    if (!found) co_return busy();
    if (!*found) co_return failure(found->error());
    auto& some = **found;
    if (first) all.causes = std::move(some.causes);
    const bool ends = some.letters.size() < most;
    for (auto& letter : some.letters) all.letters.push_back(std::move(letter));
    if (ends || all.letters.size() > *limit) break;
    behind = {all.letters.back().at, all.letters.back().notification.sequence};
  }
  all.more = all.letters.size() > *limit;
  if (all.more) all.letters.pop_back();
  const auto write = [&] { return listed(all); };
  auto response =
      co_await http::offload(all.letters.size() > kFewLetters ? body.helpers() : nullptr, write);
  co_return response;
}

asio::awaitable<Response> show(engine::Stage& engine, std::string id) {
  using Found = Result<std::optional<alert::Book::DeadLetter>>;
  std::function<Found(engine::Engine&, alert::Book&, engine::Processor&)> question =
      [id](engine::Engine&, alert::Book& book, engine::Processor&) { return book.dead_letter(id); };
  auto found = co_await ask(engine, question);
  if (!found) co_return busy();
  if (!*found) co_return failure(found->error());
  if (!**found)
    co_return http::error_response(404, "no_such_letter", "there is no dead letter " + id);
  auto json = to_json(***found);
  json["headers"] = (**found)->notification.headers;
  json["body"] = (**found)->notification.body;
  co_return answer(json);
}

struct WantedLetters {
  std::vector<std::string> ids;
  bool dry_run = false;
};

std::optional<WantedLetters> parse_wanted(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("ids") || !json["ids"].is_array()) return std::nullopt;
  WantedLetters wanted;
  for (const auto& id : json["ids"]) {
    if (!id.is_string()) return std::nullopt;
    wanted.ids.push_back(id.get<std::string>());
  }
  const auto dry = json.find("dry_run");
  if (dry != json.end() && !dry->is_boolean()) return std::nullopt;
  wanted.dry_run = dry != json.end() && dry->get<bool>();
  return wanted;
}

using RedriveOutcome = std::vector<engine::RedriveOutcome>;

// What would become of them, in one turn of the engine.
asio::awaitable<Result<RedriveOutcome>> try_some(Kept sources, std::vector<std::string> ids) {
  const auto now = sources->now();
  using Done = Result<engine::Redrives>;
  Question<Done> question = [ids = std::move(ids), now](engine::Engine&, alert::Book& book,
                                                        engine::Processor& processor) {
    return engine::redrive(book, processor.delivery_config(), processor.kept_back_at(now), ids,
                           now);
  };
  auto done = co_await ask(*sources->engine, question);
  if (!done) co_return fail("busy", "the engine did not answer in time");
  if (!*done) co_return std::unexpected(done->error());
  for (auto& one : (*done)->outcomes) one.as.clear();
  co_return std::move((*done)->outcomes);
}

// By a record, so that a start that steps it again sends the same again.
asio::awaitable<Result<RedriveOutcome>> redrive_some(Kept sources, std::vector<std::string> ids) {
  model::Payload order = model::Redrive{std::move(ids)};
  auto offset = co_await change(sources, std::move(order));
  if (!offset) co_return std::unexpected(offset.error());
  Question<std::optional<RedriveOutcome>> question = [at = *offset](engine::Engine&, alert::Book&,
                                                                    engine::Processor& processor) {
    const auto* outcomes = processor.redriven(at);
    return outcomes ? std::optional(*outcomes) : std::nullopt;
  };
  auto outcomes = co_await ask(*sources->engine, question);
  if (!outcomes || !*outcomes) co_return fail("busy", "the engine did not answer in time");
  co_return std::move(**outcomes);
}

asio::awaitable<Response> redrive(Kept sources, Request& request, http::BodyStream& body) {
  // Of JSON a browser asks us first, and we allow no other site: a page that sends it is ours.
  if (request.header("Origin") && request.media_type() != "application/json")
    co_return http::error_response(403, "forbidden_origin",
                                   "a web page must send this as application/json");
  auto text = co_await http::read_all(body, kMostBody);
  if (!text) co_return http::body_error(text.error());
  const auto wanted = parse_wanted(*text);
  if (!wanted)
    co_return http::error_response(400, "bad_request",
                                   "the body must be {\"ids\": [\"ntf-…\"], \"dry_run\": false}");
  if (wanted->ids.size() > kMostRedriven)
    co_return http::error_response(413, "too_many_items",
                                   "at most " + std::to_string(kMostRedriven) +
                                       " ids at once; send the others in another request");
  Json out{{"dry_run", wanted->dry_run}, {"letters", Json::array()}};
  for (std::size_t from = 0; from < wanted->ids.size(); from += kRedriveATurn) {
    const auto some = wanted->ids.begin() + static_cast<std::ptrdiff_t>(from);
    std::vector<std::string> ids(some, some + static_cast<std::ptrdiff_t>(std::min(
                                                  kRedriveATurn, wanted->ids.size() - from)));
    Result<RedriveOutcome> done;
    if (wanted->dry_run)
      done = co_await try_some(sources, std::move(ids));
    else
      done = co_await redrive_some(sources, std::move(ids));
    if (!done) co_return failure(done.error());
    for (const auto& one : *done)
      out["letters"].push_back({{"id", one.id}, {"outcome", one.outcome}, {"as", one.as}});
  }
  co_return answer(out);
}

}  // namespace

void add_dead_letter_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  auto& engine = *sources->engine;
  router.add(
      "GET", "/api/v1/dead-letters", http::Access::view,
      [&engine](Request& request, http::BodyStream& body) { return list(engine, request, body); });
  router.add("POST", "/api/v1/dead-letters/redrive", http::Access::admin,
             [sources](Request& request, http::BodyStream& body) {
               return redrive(sources, request, body);
             });
  router.add("GET", "/api/v1/dead-letters/{id}", http::Access::view,
             [&engine](Request& request, http::BodyStream&) {
               return show(engine, request.parameters.at("id"));
             });
}

}  // namespace alarum::api
