#include "tests/simulation/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/catalogue.h"
#include "tests/simulation/spawn.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

using namespace std::chrono_literals;
namespace asio = http::asio;
using Deed = OperatorAct::Kind;
using Json = nlohmann::json;

namespace {

constexpr auto kPatience = 30s;  // of somebody who looks at a page: several waits of 5 s make one

Json parsed(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

// The ids of the items of a list; `state`: only of those whose status says so.
std::vector<std::string> ids_of(const Json& list, const char* name, const char* state = nullptr) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const auto& item : list) {
    if (!item.is_object() || !item.contains(name)) continue;
    if (state && item.contains("status") && item["status"].value("state", "") != state) continue;
    out.push_back(item[name].get<std::string>());
  }
  return out;
}

}  // namespace

void Operators::act(const Act& act, std::size_t number) {
  waiting_.push_back({act, number});
}

std::size_t Operators::start(const http::Router& router, boost::asio::io_context& io) {
  std::size_t count = 0;
  std::vector<Waiting> later;
  for (const auto& one : std::exchange(waiting_, {})) {
    const bool reload = one.act.kind == Act::Kind::reload || one.act.kind == Act::Kind::bad_reload;
    if (reload && reloading_) {
      later.push_back(one);
      continue;
    }
    if (reload) reloading_ = true;
    ++in_flight_, ++count;
    spawn(io, operate(one, life_, router), world_);
  }
  waiting_ = std::move(later);
  return count;
}

void Operators::lose_connections() {
  ++life_;
  in_flight_ = 0;
  reloading_ = false;
  for (auto& one : world_.history.operated) {
    if (one.attempt.fate != Fate::waiting) continue;
    one.attempt.fate = Fate::unknown;
    one.attempt.ended = world_.clock.true_time();
  }
  world_.settle_files();
}

std::string Operators::owed() const {
  std::string out;
  for (const auto& one : world_.history.operated) {
    if (one.attempt.fate == Fate::waiting)
      out += fmt::format("{} {} waits for its answer. ", one.path, one.body);
  }
  return out;
}

asio::awaitable<void> Operators::operate(Waiting waiting, std::uint64_t life,
                                         const http::Router& router) {
  SeededRandom random(waiting.act.seed);
  switch (waiting.act.kind) {
    case Act::Kind::silence:
      co_await silence(waiting, router, random);
      break;
    case Act::Kind::expire:
      co_await expire(waiting, router, random);
      break;
    case Act::Kind::reload:
    case Act::Kind::bad_reload:
      co_await reload(waiting, router, random);
      break;
    case Act::Kind::redrive:
      co_await redrive(waiting, router, random);
      break;
    case Act::Kind::look:
      co_await look(waiting, router, random);
      break;
    default:
      co_await of_alert(waiting, router, random);
      break;
  }
  if (life != life_) co_return;
  --in_flight_;
  const bool reload =
      waiting.act.kind == Act::Kind::reload || waiting.act.kind == Act::Kind::bad_reload;
  if (reload) reloading_ = false;
}

std::size_t Operators::note(const Waiting& waiting, Deed kind, std::string path, std::string body) {
  OperatorAct act;
  act.kind = kind, act.act = waiting.number, act.path = std::move(path), act.body = std::move(body);
  act.attempt = {world_.incarnation(), world_.clock.true_time(), {}, Fate::waiting, 0, {}};
  world_.history.operated.push_back(std::move(act));
  return world_.history.operated.size() - 1;
}

// One request that is remembered.
asio::awaitable<Reply> Operators::call(std::size_t index, const http::Router& router,
                                       std::string method, std::string path, std::string body) {
  const auto life = life_;
  world_.trace.say(world_.clock, "an operator asks {} {} {}", method, path, body);
  Call made;
  const auto mark = std::min(path.find('?'), path.size());
  made.method = std::move(method), made.path = path.substr(0, mark), made.body = std::move(body);
  if (mark < path.size()) made.query = path.substr(mark + 1);
  made.headers = {{"Content-Type", "application/json"}};
  auto reply = co_await ask(router, std::move(made));
  auto& attempt = world_.history.operated[index].attempt;
  if (life == life_ && !world_.gone()) {
    attempt.ended = world_.clock.true_time();
    attempt.status = reply.status, attempt.answer = reply.body;
    attempt.fate = reply.status / 100 == 2 ? Fate::acknowledged : Fate::refused;
    world_.trace.say(world_.clock, "an operator is answered {} {}", reply.status, reply.body);
  }
  co_return reply;
}

asio::awaitable<Reply> Operators::get(const http::Router& router, std::string path,
                                      std::string query) {
  Call made;
  made.method = "GET", made.path = std::move(path), made.query = std::move(query);
  auto reply = co_await ask(router, std::move(made));
  co_return reply;
}

asio::awaitable<void> Operators::silence(const Waiting& waiting, const http::Router& router,
                                         SeededRandom& random) {
  const auto now = world_.clock.wall();
  const auto subject = "s" + std::to_string(random.between(1, 4));
  const auto begins = now + std::chrono::seconds(random.chance(0.3) ? random.between(1, 120) : 0);
  const auto ends = begins + std::chrono::seconds(random.between(20, 1200));
  const bool regex = random.chance(0.3);
  const auto body = fmt::format(
      R"({{"matchers":[{{"name":"subject","value":"{}","isRegex":{},"isEqual":true}}],"startsAt":"{}","endsAt":"{}","createdBy":"kim","comment":"work on it"}})",
      regex ? "s[12]" : subject, regex, format_rfc3339(begins), format_rfc3339(ends));
  const auto index = note(waiting, Deed::silence, "/api/v2/silences", body);
  co_await call(index, router, "POST", "/api/v2/silences", body);
}

asio::awaitable<void> Operators::expire(const Waiting& waiting, const http::Router& router,
                                        SeededRandom& random) {
  const auto list = co_await get(router, "/api/v2/silences");
  const auto json = parsed(list.body);
  const auto ids = ids_of(json, "id", "active");
  if (ids.empty()) co_return;
  const auto path = "/api/v2/silence/" + random.of(ids);
  const auto index = note(waiting, Deed::expire, path, "");
  co_await call(index, router, "DELETE", path, "");
}

asio::awaitable<void> Operators::of_alert(const Waiting& waiting, const http::Router& router,
                                          SeededRandom& random) {
  const auto list = co_await get(router, "/api/v2/alerts");
  const auto json = parsed(list.body);
  const auto ids = ids_of(json, "id");
  if (ids.empty()) co_return;
  const auto kind = waiting.act.kind == Act::Kind::acknowledge     ? Deed::acknowledge
                    : waiting.act.kind == Act::Kind::unacknowledge ? Deed::unacknowledge
                                                                   : Deed::resolve;
  const auto* const verb = kind == Deed::acknowledge     ? "acknowledge"
                           : kind == Deed::unacknowledge ? "unacknowledge"
                                                         : "resolve";
  const auto path = "/api/v1/alerts/" + random.of(ids) + "/" + verb;
  const std::string body = kind == Deed::acknowledge && random.chance(0.5)
                               ? R"({"by":"kim","comment":"mine","for":"2m"})"
                               : R"({"by":"kim","comment":"seen"})";
  const auto index = note(waiting, kind, path, body);
  co_await call(index, router, "POST", path, body);
}

// People write the files, and ask for a reload. What was refused is put back.
asio::awaitable<void> Operators::reload(const Waiting& waiting, const http::Router& router,
                                        SeededRandom& random) {
  const bool broken = waiting.act.kind == Act::Kind::bad_reload;
  const auto index = note(waiting, Deed::reload, "/-/reload", "");
  {
    auto& act = world_.history.operated[index];
    act.broken = broken;
    broken ? world_.break_files(random) : world_.change_files(random);
    act.rules = world_.rules, act.config = world_.config;
  }
  if (broken) world_.happened("bad_reload", "files");
  const auto life = life_;
  const auto reply = co_await call(index, router, "POST", "/-/reload", "");
  if (life != life_ || world_.gone()) co_return;
  if (broken && reply.status / 100 == 2) world_.violation("a broken reload was taken");
  if (!broken && reply.status / 100 == 4)
    world_.violation(fmt::format("a good reload was refused: {} {}", reply.status, reply.body));
  world_.settle_files();
}

asio::awaitable<void> Operators::redrive(const Waiting& waiting, const http::Router& router,
                                         SeededRandom& random) {
  const auto list = co_await get(router, "/api/v1/dead-letters");
  const auto json = parsed(list.body);
  if (!json.is_object() || !json.contains("letters")) co_return;
  auto ids = ids_of(json["letters"], "id");
  if (ids.empty()) co_return;
  if (random.chance(0.5)) ids.resize(1);
  const auto body = Json{{"ids", ids}, {"dry_run", random.chance(0.1)}}.dump();
  const auto index = note(waiting, Deed::redrive, "/api/v1/dead-letters/redrive", body);
  co_await call(index, router, "POST", "/api/v1/dead-letters/redrive", body);
}

asio::awaitable<void> Operators::look(const Waiting& waiting, const http::Router& router,
                                      SeededRandom& random) {
  static constexpr std::array<const char*, 9> kPages{
      "/api/v2/alerts",    "/api/v2/alerts/groups",
      "/api/v1/ledger",    "/api/v1/history?limit=50",
      "/api/v1/status",    "/metrics",
      "/-/ready",          "/api/v2/status",
      "/api/v1/rules/plan"};
  const std::string path = kPages[random.below(kPages.size())];
  const auto index = note(waiting, Deed::look, path, "");
  const auto life = life_;
  const auto asked = world_.clock.monotonic();
  const auto reply = co_await call(index, router, "GET", path, "");
  const auto now = world_.clock.monotonic();
  const auto took = now - asked - stalled(world_.history.stalls, asked, now);
  // Where the bridge's turns take seconds each, several of them are long.
  if (life == life_ && took > kPatience && world_.choices.interrupted == 0)
    world_.violation(fmt::format("GET {} was answered after {}", path,
                                 format_duration(std::chrono::duration_cast<Duration>(took))));
  const bool of_broken_files = path == "/api/v1/rules/plan" && reply.status == 400;
  if (reply.status / 100 == 4 && !of_broken_files)
    world_.violation(fmt::format("GET {} is answered {} {}", path, reply.status, reply.body));
}

}  // namespace alarum::simulation
