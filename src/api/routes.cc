#include "api/routes.h"

#include <nlohmann/json.hpp>

#include "api/alertmanager_routes.h"
#include "api/ask.h"
#include "api/dead_letters.h"
#include "api/deprecated_use.h"
#include "api/history_routes.h"
#include "api/openapi.h"
#include "api/operator_routes.h"
#include "api/page.h"
#include "api/query.h"
#include "api/silence_routes.h"
#include "api/streams.h"
#include "api/trial_routes.h"
#include "http/other_site.h"

namespace alarum::api {
namespace {

namespace asio = http::asio;
using http::Request;
using http::Response;

constexpr std::size_t kMostInventory = 256U << 20;  // bytes
// Of a reload, a plan, a count: the journal or the engine that they wait for may hang.
constexpr std::chrono::seconds kPage{120};
constexpr const char* kDeprecatedSince = "@1795996800";  // 2026-11-30 (RFC 9745)

Response text(std::string body, std::string type = "text/plain; charset=utf-8") {
  Response response;
  response.body = std::move(body);
  response.content_type = std::move(type);
  return response;
}

// Events that a rule could not take, records that another part could not process, and why.
std::string processing_errors_json(const engine::Engine& engine,
                                   const engine::Processor& processor) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : engine.correlator().parked())
    list.push_back({{"event", one.event}, {"alert", one.rule}, {"reason", one.reason}});
  for (const auto& one : processor.parked())
    list.push_back({{"offset", one.offset}, {"operation", one.doing}, {"reason", one.reason}});
  return nlohmann::ordered_json{{"count", engine.counts().parked + processor.parked_count()},
                                {"first", std::move(list)}}
             .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         '\n';
}

asio::awaitable<Response> processing_errors(const Sources& sources) {
  LiveQuestion<std::string> question = processing_errors_json;
  auto answer = co_await ask(*sources.engine, question);
  if (!answer) co_return busy();
  co_return text(std::move(*answer), "application/json");
}

using BySeverity = std::map<model::Severity, std::uint64_t>;

// O(firing alerts): some 20 ms of the engine's time for 100,000.
BySeverity by_severity(const alert::ActiveAlerts& alerts) {
  BySeverity count;
  for (const auto& [id, one] : alerts.all()) ++count[one.alert.severity];
  return count;
}

EngineNumbers numbers_of(const engine::Engine& engine, const engine::Processor& processor) {
  return {processor.counts(),
          engine.counts(),
          engine.active_alerts().all().size(),
          std::nullopt,
          engine.missing_names(),
          engine.correlator().keys(),
          processor.parked_count(),
          engine.annulments().counts(),
          engine.gathering().without_key(),
          by_severity(engine.active_alerts()),
          engine.active_alerts().by_rule(),
          engine.correlator().keys_by_rule()};
}

struct BookNumbers {
  alert::Book::Counts counts;
  std::vector<alert::Book::Pending> pending;
};

std::optional<BookNumbers> numbers_of_book(alert::Book& book) {
  const auto counts = book.counts();
  auto pending = book.pending_by_target();
  if (!counts || !pending) return std::nullopt;
  return BookNumbers{*counts, std::move(*pending)};
}

// A scrape while the engine or the book stands still is when the other figures matter most.
asio::awaitable<Response> metrics(const Sources& sources) {
  MetricsAnswers answers;
  answers.targets = co_await targets_of(sources);
  LiveQuestion<EngineNumbers> live = numbers_of;
  answers.engine = co_await ask(*sources.engine, live);
  Question<std::optional<BookNumbers>> of_book =
      [](engine::Engine&, alert::Book& book, engine::Processor&) { return numbers_of_book(book); };
  if (answers.engine && sources.engine->healthy()) {
    auto numbers = co_await ask(*sources.engine, of_book);
    if (auto book = numbers.value_or(std::nullopt)) {
      answers.engine->book = book->counts;
      answers.engine->pending = std::move(book->pending);
    }
  }
  co_return text(sources.metrics(answers), "text/plain; version=0.0.4; charset=utf-8");
}

// Which of the two a client that names neither gets is the path's business.
bool wants(const Request& request, std::string_view type) {
  return request.header("Accept").value_or("").find(type) != std::string_view::npos;
}

// `ask` begins something that ends with a page. It lives in the router.
using Ask = std::function<void(http::Completion<Result<TextAndJson>>)>;
asio::awaitable<Response> page(const Ask& ask, bool json) {
  const auto executor = co_await asio::this_coro::executor;
  http::Completion<Result<TextAndJson>> done(executor);
  http::Timer timer(executor);
  timer.call_after(kPage, [done] {
    done.complete(fail("busy",
                       "there was no answer in time; what was asked for goes on, and the "
                       "log says how it ends"));
  });
  ask(done);
  auto outcome = co_await done.wait();
  if (!outcome) {
    const auto& [reason, message] = outcome.error();
    const bool later = reason == "stopping" || reason == "busy";
    co_return http::error_response(reason == "bad_rules"   ? 400
                                   : reason == "not_found" ? 404
                                   : later                 ? 503
                                                           : 500,
                                   reason, message);
  }
  co_return json ? text(std::move(outcome->json), "application/json")
                 : text(std::move(outcome->text));
}

asio::awaitable<Response> reload(const Sources& sources, const Request& request) {
  // A page of another site may make a browser on this machine post here; browsers then say where it
  // came from.
  if (request.header("Origin") && !http::is_of_our_page(request))
    co_return http::error_response(403, "forbidden_origin",
                                   "a reload is taken from no web page but the daemon's own, which "
                                   "sends it as application/json");
  const bool json = wants(request, "application/json");
  const Ask ask = [&sources](http::Completion<Result<TextAndJson>> done) {
    sources.reload(false, std::move(done));
  };
  co_return co_await page(ask, json);
}

// With `stream` its body is another inventory; without, the one that was sent before goes.
asio::awaitable<Response> send_inventory(const Sources& sources, const Request& request,
                                         http::BodyStream* stream) {
  if (request.header("Origin"))
    co_return http::error_response(403, "forbidden_origin",
                                   "an inventory is not taken from a web page");
  std::optional<std::string> sent;
  if (stream) {
    auto body = co_await http::read_all(*stream, kMostInventory);
    if (!body) co_return http::body_error(body.error());
    sent = std::move(*body);
  }
  const Ask ask = [&sources, &sent](http::Completion<Result<TextAndJson>> done) {
    sources.send_inventory(std::move(sent), std::move(done));
  };
  co_return co_await page(ask, wants(request, "application/json"));
}

// `?verbose` lists every part, as Kubernetes' health checks do.
Response ready(const Sources& sources, const Request& request) {
  const auto checks = sources.ready();
  const auto* failed = first_failed(checks);
  if (!Query(request.query).all("verbose").empty()) {
    auto response = text(readiness_text(checks));
    response.status = failed ? 503 : 200;
    return response;
  }
  return failed ? http::error_response(503, failed->condition.reason, failed->condition.detail)
                : text("ready\n");
}

http::Handler immediate(std::function<Response()> answer) {
  return [answer = std::move(answer)](Request&, http::BodyStream&) -> asio::awaitable<Response> {
    // A named lambda that lives in the router: its captures outlive the coroutine.
    auto response = answer();
    co_return response;
  };
}

// JSON, unless text is asked for.
void add_page(http::Router& router, const std::string& path, Ask ask) {
  router.add("GET", path, http::Access::view,
             [ask = std::move(ask)](Request& request, http::BodyStream&) {
               return page(ask, !wants(request, "text/plain"));
             });
}

// The old path of a page works for one release: its answers name the new one (RFC 9745).
void add_renamed(http::Router& router, const std::string& old_path, const std::string& path,
                 const std::shared_ptr<const Sources>& sources,
                 asio::awaitable<Response> (*page)(const Sources&)) {
  struct Renamed {
    std::string old_path, path;
    std::shared_ptr<const Sources> sources;
    asio::awaitable<Response> (*page)(const Sources&);
    DeprecatedUse use = {};

    asio::awaitable<Response> answer() {
      auto response = co_await page(*sources);
      response.headers.emplace_back("Deprecation", kDeprecatedSince);
      response.headers.emplace_back(
          "Link", "<" + path.substr(path.rfind('/') + 1) + ">; rel=\"successor-version\"");
      use.announce(response, old_path + " was renamed: use " + path, sources->now());
      co_return response;
    }
  };
  const auto renamed = std::make_shared<Renamed>(old_path, path, sources, page);
  router.add("GET", old_path, http::Access::view,
             [renamed](Request&, http::BodyStream&) { return renamed->answer(); });
}

asio::awaitable<Response> explain(const Sources& sources, const Request& request) {
  const Query query(request.query);
  const auto known = query.only({"id", "offset", "all"});
  if (!known) co_return http::error_response(400, known.error().reason, known.error().message);
  const auto all = query.flag("all", false);
  if (!all) co_return http::error_response(400, all.error().reason, all.error().message);
  const auto offset = query.offset("offset");
  if (!offset) co_return http::error_response(400, offset.error().reason, offset.error().message);
  const ExplainQuestion question{query.text("id"), *offset, *all};
  if (question.id.empty() != question.offset.has_value())
    co_return http::error_response(400, "bad_parameter",
                                   "parameter \"id\" must be the id of an event or of an alert, or "
                                   "\"offset\" that of an event in the journal");
  const Ask ask = [&sources, &question](http::Completion<Result<TextAndJson>> done) {
    sources.explain(question, std::move(done));
  };
  co_return co_await page(ask, !wants(request, "text/plain"));
}

std::string table_json(const std::vector<http::Router::Entry>& table) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : table)
    list.push_back(
        {{"method", one.method}, {"path", one.path}, {"access", http::to_text(one.access)}});
  return list.dump() + '\n';
}

}  // namespace

void add_routes(http::Router& router, const Sources& sources) {
  const auto kept = std::make_shared<const Sources>(sources);
  add_page_routes(router, embedded_page());
  router.add("GET", "/metrics", http::Access::view,
             [kept](Request&, http::BodyStream&) { return metrics(*kept); });
  add_alertmanager_routes(router, kept);
  add_history_routes(router, kept);
  add_silence_routes(router, kept);
  router.add("POST", "/-/reload", http::Access::admin,
             [kept](Request& request, http::BodyStream&) { return reload(*kept, request); });
  add_page(router, "/api/v1/rules/plan", [kept](http::Completion<Result<TextAndJson>> done) {
    kept->reload(true, std::move(done));
  });
  router.add("GET", "/api/v1/inventory", http::Access::view,
             immediate([kept] { return text(kept->inventory(), "application/json"); }));
  router.add("PUT", "/api/v1/inventory", http::Access::admin,
             [kept](Request& request, http::BodyStream& stream) {
               return send_inventory(*kept, request, &stream);
             });
  router.add("DELETE", "/api/v1/inventory", http::Access::admin,
             [kept](Request& request, http::BodyStream&) {
               return send_inventory(*kept, request, nullptr);
             });
  add_page(router, "/api/v1/ledger",
           [kept](http::Completion<Result<TextAndJson>> done) { kept->ledger(std::move(done)); });
  router.add("GET", "/api/v1/processing-errors", http::Access::view,
             [kept](Request&, http::BodyStream&) { return processing_errors(*kept); });
  add_renamed(router, "/api/v1/parked", "/api/v1/processing-errors", kept, processing_errors);
  add_dead_letter_routes(router, kept);
  router.add("GET", "/-/healthy", http::Access::open, immediate([] { return text("healthy\n"); }));
  router.add("GET", "/-/ready", http::Access::open,
             [kept](Request& request, http::BodyStream&) -> asio::awaitable<Response> {
               co_return ready(*kept, request);
             });
  router.add("GET", "/api/v1/openapi.yaml", http::Access::open,
             immediate([] { return text(std::string(openapi_text()), "application/yaml"); }));
  add_operator_routes(router, kept);
  add_stream_routes(router, kept);
  add_trial_routes(router, kept);
  router.add("GET", "/api/v1/explain", http::Access::view,
             [kept](Request& request, http::BodyStream&) { return explain(*kept, request); });
}

void add_route_table(http::Router& router) {
  const auto json = std::make_shared<std::string>();
  router.add("GET", "/api/v1/routes", http::Access::view,
             immediate([json] { return text(*json, "application/json"); }));
  *json = table_json(router.table());
}

}  // namespace alarum::api
