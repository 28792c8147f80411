#include "app/rule_plans.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "api/responses.h"
#include "engine/guarded.h"
#include "tools/plan.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

http::Response refused_plan(const Error& error, unsigned status) {
  return http::error_response(status, error.reason, error.message);
}

http::Response bad_rules(const Diagnostics& faults) {
  const Json json{{"error", "bad_rules"},
                  {"message", "the rules do not load: a reload would change nothing"},
                  {"faults", Json::parse(faults.json())}};
  return api::json(json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n', 400);
}

}  // namespace

void RulePlans::answer(std::string body, bool text, const api::RuleTrials::Done& done) {
  if (busy_.exchange(true))
    return done.complete(
        refused_plan({"busy", "another plan is being made: ask again in a moment"}, 503));
  const bool taken = thread_.start([this, body = std::move(body), text, done] {
    http::Response response;
    const auto planned = engine::caught([&]() -> Result<void> {
      response = plan(body, text);
      return {};
    });
    if (!planned) response = refused_plan(planned.error(), 500);
    busy_ = false;
    done.complete(std::move(response));
  });
  if (!taken) done.complete(refused_plan({"stopping", "the daemon is stopping"}, 503));
}

http::Response RulePlans::plan(const std::string& body, bool text) const {
  const auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return refused_plan({"bad_request", "the body is not JSON"}, 400);
  if (auto known = only_members(json, {"rules", "tables", "inventory", "complete"}); !known)
    return refused_plan(known.error(), 400);
  const auto tried = read_tried_rules(json);
  if (!tried) return refused_plan(tried.error(), 400);
  if (tried->files.empty())
    return refused_plan({"bad_request", "\"rules\" names no file: which rules are to be planned?"},
                        400);
  Diagnostics faults;
  const auto in_force = parts_.in_force();
  const auto next = compile_tried(*tried, in_force->rules(), parts_.journal, faults);
  if (!next) return refused_plan(next.error(), 500);
  if (!*next) return bad_rules(faults);
  const auto& rules = (*next)->rules();
  const auto effects = parts_.effects ? parts_.effects(rules) : std::nullopt;
  const auto plan = tools::plan_reload(&in_force->rules(), rules, effects);
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  if (!text) return api::json(tools::plan_json(plan, kAll));
  auto answer = api::json(tools::plan_text(plan, kAll));
  answer.content_type = "text/plain; charset=utf-8";
  return answer;
}

}  // namespace alarum::app
