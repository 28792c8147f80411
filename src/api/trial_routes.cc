#include "api/trial_routes.h"

#include "api/query.h"
#include "api/responses.h"
#include "api/rule_trials.h"
#include "http/offload.h"
#include "http/timer.h"

namespace alarum::api {
namespace {

using http::BodyStream;
using http::Request;

constexpr std::size_t kMostPlayground = 1U << 20, kMostBacktest = 32U << 20;  // bytes of a body
// The playground stops by itself before that, unless one step of it takes longer.
constexpr std::chrono::milliseconds kPlayground{3000};
constexpr std::chrono::seconds kCompile{120};  // of a backtest's or a plan's rules

http::Response no_trials() {
  return http::error_response(503, "stopping", "rules are not tried here");
}

bool wants_text(const Request& request) {
  return request.header("Accept").value_or("").find("text/plain") != std::string_view::npos;
}

using TrialQuestion = std::function<void(RuleTrials&, std::string, const RuleTrials::Done&)>;

// Reads the body, asks, and waits for at most `most`.
Answer ask_trials(Kept sources, const Request& request, BodyStream& stream, std::size_t bytes,
                  std::chrono::nanoseconds most, TrialQuestion question) {
  if (!sources->trials) co_return no_trials();
  if (request.media_type() != "application/json")
    co_return http::error_response(415, "unsupported_media_type", "send application/json");
  auto body = co_await http::read_all(stream, bytes);
  if (!body) co_return http::body_error(body.error());
  const auto executor = co_await asio::this_coro::executor;
  const RuleTrials::Done done(executor);
  http::Timer timer(executor);
  timer.call_after(most, [done] {
    done.complete(http::error_response(
        503, "time_out",
        "it takes longer than the daemon gives to it: try fewer rules, events or tests, or use "
        "alarum explain --event and alarum test, which have no limit"));
  });
  question(*sources->trials, std::move(*body), done);
  auto answer = co_await done.wait();
  co_return answer;
}

Answer show_rule_files(Kept sources, const Request& request, BodyStream& body) {
  if (!sources->trials) co_return no_trials();
  const Query query(request.query);
  const auto known = query.only({"file"});
  if (!known) co_return http::error_response(400, known.error().reason, known.error().message);
  const auto file = query.text("file");
  const auto read = [&] { return sources->trials->rule_files(file); };
  auto answer = co_await http::offload(body.helpers(), read);
  co_return answer;
}

Answer show_job(Kept sources, const Request& request) {
  if (!sources->trials) co_return no_trials();
  co_return sources->trials->backtest(request.parameters.at("id"), wants_text(request));
}

Answer cancel_job(Kept sources, const Request& request) {
  if (!sources->trials) co_return no_trials();
  co_return sources->trials->cancel_backtest(request.parameters.at("id"));
}

Answer all_jobs(Kept sources) {
  if (!sources->trials) co_return no_trials();
  co_return sources->trials->backtests();
}

}  // namespace

void add_trial_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  constexpr auto admin = http::Access::admin, view = http::Access::view;
  router.add("POST", "/api/v1/playground", admin, [sources](Request& request, BodyStream& body) {
    TrialQuestion play = [](RuleTrials& trials, std::string text, const RuleTrials::Done& done) {
      trials.playground(std::move(text), done);
    };
    return ask_trials(sources, request, body, kMostPlayground, kPlayground, std::move(play));
  });
  router.add("POST", "/api/v1/backtest", admin, [sources](Request& request, BodyStream& body) {
    TrialQuestion start = [](RuleTrials& trials, std::string text, const RuleTrials::Done& done) {
      trials.start_backtest(std::move(text), done);
    };
    return ask_trials(sources, request, body, kMostBacktest, kCompile, std::move(start));
  });
  router.add("POST", "/api/v1/rules/plan", admin, [sources](Request& request, BodyStream& body) {
    TrialQuestion plan = [text = wants_text(request)](RuleTrials& trials, std::string asked,
                                                      const RuleTrials::Done& done) {
      trials.plan(std::move(asked), text, done);
    };
    return ask_trials(sources, request, body, kMostBacktest, kCompile, std::move(plan));
  });
  router.add("GET", "/api/v1/backtest", view,
             [sources](Request&, BodyStream&) { return all_jobs(sources); });
  router.add("GET", "/api/v1/backtest/{id}", view,
             [sources](Request& request, BodyStream&) { return show_job(sources, request); });
  router.add("DELETE", "/api/v1/backtest/{id}", admin,
             [sources](Request& request, BodyStream&) { return cancel_job(sources, request); });
  router.add("GET", "/api/v1/rule-files", view, [sources](Request& request, BodyStream& body) {
    return show_rule_files(sources, request, body);
  });
}

}  // namespace alarum::api
