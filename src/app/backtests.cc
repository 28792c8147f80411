#include "app/backtests.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/responses.h"
#include "app/delivery_config.h"
#include "app/recovery.h"
#include "base/log.h"
#include "engine/guarded.h"
#include "receivers/list.h"
#include "tools/backtest_report.h"
#include "tools/backtest_run.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kReportEvery = 512;  // records

http::Response answer_of(const Json& json, unsigned status) {
  return api::json(json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n', status);
}

Result<std::optional<Time>> time_of(const Json& request, const char* name) {
  if (!request.contains(name)) return std::nullopt;
  const auto time = request[name].is_string() ? parse_rfc3339(request[name].get<std::string>())
                                              : Result<Time>(fail("bad_time", "it must be a text"));
  if (!time) return fail("bad_request", fmt::format("\"{}\": {}", name, time.error().message));
  return *time;
}

// What the routing in force notifies; without one, a person who is notified without a route.
Result<engine::DeliveryConfig> delivery_of(const std::string& routing) {
  if (!routing.empty()) return delivery_config_of(routing);
  Diagnostics unheard;
  const auto config = config::parse(kOnePerson, "config", receivers::kinds(), unheard);
  if (!config) return fail("bad_routing", unheard.text());
  return notification_config_of(*config, false).outlets;
}

}  // namespace

std::string Backtests::json_of(const Job& job) {
  constexpr const char* kStates[] = {"running", "done", "failed", "cancelled"};
  Json json{{"id", job.id},
            {"state", kStates[static_cast<std::size_t>(job.state)]},
            {"started", format_rfc3339(job.started)}};
  if (job.finished) json["finished"] = format_rfc3339(*job.finished);
  json["progress"] = {{"records", job.records},
                      {"at", job.records > 0 ? Json(format_rfc3339(job.at)) : Json(nullptr)},
                      {"share", job.share}};
  if (job.state == State::failed)
    json["error"] = {{"error", job.fault.reason}, {"message", job.fault.message}};
  if (job.state == State::done) json["result"] = Json::parse(job.result);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Backtests::Wanted> Backtests::read(const std::string& body) const {
  const auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail("bad_request", "the body is not JSON");
  const auto known =
      only_members(json, {"rules", "tables", "inventory", "complete", "last", "from", "to"});
  if (!known) return std::unexpected(known.error());
  auto tried = read_tried_rules(json);
  if (!tried) return std::unexpected(tried.error());
  if (tried->files.empty())
    return fail("bad_request", "\"rules\" names no file: which rules are to be tried?");
  const auto from = time_of(json, "from"), to = time_of(json, "to");
  for (const auto* one : {&from, &to})
    if (!*one) return std::unexpected(one->error());
  Wanted wanted{std::move(*tried), from->value_or(Time()), to->value_or(Time::max())};
  if (!json.contains("last")) return wanted;
  if (*from || *to) return fail("bad_request", "\"last\" excludes \"from\" and \"to\"");
  const auto last = json["last"].is_string() ? parse_duration(json["last"].get<std::string>())
                                             : fail("bad_duration", "it must be a text as 7d");
  if (!last) return fail("bad_request", "\"last\": " + last.error().message);
  wanted.since = parts_.clock.wall() - *last;
  return wanted;
}

void Backtests::start(std::string body, const Done& done) {
  const std::lock_guard lock(mutex_);
  if (busy_) {
    Json json{{"error", "busy"},
              {"message", "another backtest runs: wait for it, or cancel it with DELETE"}};
    for (const auto& job : jobs_)
      if (job.state == State::running) json["id"] = job.id;
    return done.complete(answer_of(json, 409));
  }
  busy_ = thread_.start([this, body = std::move(body), done] {
    const auto ran = engine::caught([&]() -> Result<void> {
      begin(body, done);
      return {};
    });
    if (!ran) fail_all(ran.error(), done);
  });
  if (!busy_) done.complete(http::error_response(503, "stopping", "the daemon is stopping"));
}

void Backtests::refuse(const Done& done, http::Response answer) {
  const std::lock_guard lock(mutex_);
  busy_ = false;
  done.complete(std::move(answer));
}

// After an exception, whatever it interrupted. An answer that was given before stays.
void Backtests::fail_all(const Error& fault, const Done& done) {
  log::error("app", "a backtest ended with an exception", {{"reason", fault.message}});
  const std::lock_guard lock(mutex_);
  busy_ = false;
  for (auto& job : jobs_) {
    if (job.state != State::running) continue;
    job.state = State::failed, job.fault = fault, job.finished = parts_.clock.wall();
  }
  done.complete(http::error_response(500, fault.reason, fault.message));
}

// On the job's thread: answers as soon as it is known that the rules load.
void Backtests::begin(const std::string& body, const Done& done) {
  const auto wanted = read(body);
  if (!wanted)
    return refuse(done, http::error_response(400, wanted.error().reason, wanted.error().message));
  Diagnostics faults;
  const auto in_force = parts_.in_force();
  const auto next = compile_tried(wanted->tried, in_force->rules(), parts_.journal, faults);
  if (!next)
    return refuse(done, http::error_response(500, next.error().reason, next.error().message));
  if (!*next)
    return refuse(done, answer_of({{"error", "bad_rules"},
                                   {"message", "the rules do not load"},
                                   {"faults", Json::parse(faults.json())}},
                                  400));
  Job job;
  job.id = fmt::format("b{:016x}", parts_.random.next());
  job.started = parts_.clock.wall();
  cancelled_ = false;
  const auto id = job.id;
  {
    const std::lock_guard lock(mutex_);
    done.complete(api::json(json_of(job) + '\n', 202));
    jobs_.push_back(std::move(job));
    if (jobs_.size() > kMostJobs) jobs_.pop_front();
  }
  run(*wanted, *next, id);
}

void Backtests::run(const Wanted& wanted, std::shared_ptr<const match::Generation> next,
                    const std::string& id) {
  auto& journal = parts_.journal;
  auto delivery = delivery_of(parts_.routing());
  if (!delivery) return finish(id, State::failed, [&](Job& job) { job.fault = delivery.error(); });
  const auto now = parts_.clock.wall();
  const auto end = std::min(wanted.until, now);
  std::optional<Time> first;
  std::uint64_t records = 0;
  const auto each = [&](const model::Record& record,
                        const tools::Backtest& backtest) -> Result<void> {
    if (thread_.stopping() || cancelled_) return fail("cancelled", "it was cancelled");
    if (backtest.alerts() > kMostAlerts)
      return fail("too_many_alerts",
                  fmt::format("more than {} alerts in the period: name a shorter one, or use "
                              "alarum backtest --data, which has no limit",
                              kMostAlerts));
    const auto at = record.arrived();
    if (!first) first = at;
    if (++records % kReportEvery != 1) return {};
    const auto all = std::max(Duration(1), end - *first);
    const auto part = std::clamp(at - *first, Duration::zero(), all);
    change(id, [&](Job& job) {
      job.records = records;
      job.at = at;
      job.share = static_cast<double>(part.count()) / static_cast<double>(all.count());
    });
    return {};
  };
  const tools::BacktestRequest request{
      journal,
      stored_generations(journal, nullptr),
      [&journal](model::GenerationId one) { return journal.find_generation(one); },
      std::move(next),
      wanted.since,
      wanted.until,
      std::move(*delivery)};
  const auto outcome = tools::run_backtest(request, each);
  if (outcome)
    return finish(id, State::done, [&](Job& job) {
      job.records = records, job.at = outcome->report.to, job.share = 1;
      job.result = tools::backtest_json(outcome->report, outcome->partial(), kMostListed);
      job.text = tools::backtest_text(outcome->report, kMostListed);
    });
  const bool asked = outcome.error().reason == "cancelled";
  finish(id, asked ? State::cancelled : State::failed,
         [&](Job& job) { job.fault = outcome.error(); });
}

void Backtests::change(const std::string& id, const std::function<void(Job&)>& set) {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, id, &Job::id);
  if (job != jobs_.end()) set(*job);
}

void Backtests::finish(const std::string& id, State state, const std::function<void(Job&)>& set) {
  change(id, [&](Job& job) {
    job.state = state;
    job.finished = parts_.clock.wall();
    set(job);
  });
  const std::lock_guard lock(mutex_);
  busy_ = false;
}

http::Response Backtests::all() const {
  const std::lock_guard lock(mutex_);
  std::string list;
  for (const auto& job : jobs_) list += (list.empty() ? "" : ",") + json_of(job);
  return api::json("[" + list + "]\n");
}

http::Response Backtests::one(const std::string& id, bool text) const {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, id, &Job::id);
  if (job == jobs_.end())
    return http::error_response(404, "not_found", "there is no backtest \"" + id + "\" (any more)");
  if (!text) return api::json(json_of(*job) + '\n');
  auto answer = api::json(job->text);
  answer.content_type = "text/plain; charset=utf-8";
  return answer;
}

http::Response Backtests::cancel(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    const auto job = std::ranges::find(jobs_, id, &Job::id);
    if (job != jobs_.end() && job->state == State::running) cancelled_ = true;
  }
  return one(id, false);
}

void Backtests::stop() {
  thread_.stop();
}

}  // namespace alarum::app
