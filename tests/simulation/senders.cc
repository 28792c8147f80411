#include "tests/simulation/senders.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <nlohmann/json.hpp>

#include "tests/simulation/requests.h"
#include "tests/simulation/spawn.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

using namespace std::chrono_literals;
namespace asio = http::asio;

Senders::Senders(World& world)
    : world_(world), random_(SeededRandom::derived(world.choices.seed, "senders")) {
  for (const auto& choice : world.choices.senders)
    senders_.push_back(
        {choice, "sender-" + std::to_string(senders_.size() + 1), {}, {}, {}, 0, 0, 0});
  // Those of a life that began elsewhere
  for (std::size_t i = 0; i < world.history.sent.size(); ++i) {
    if (!world.history.sent[i].acknowledged()) senders_[0].queue.push_back(i);
  }
}

void Senders::act(const Act& act, std::size_t number) {
  SeededRandom random(act.seed);
  auto& sender = senders_[random.below(senders_.size())];
  const auto which = static_cast<std::size_t>(&sender - senders_.data());
  switch (act.kind) {
    case Act::Kind::send: {
      const auto index = make(sender, random, number);
      const bool first = random.chance(sender.choice.reorders) && !sender.queue.empty();
      if (first) world_.happened("reordered", sender.name);
      first ? sender.queue.push_front(index) : sender.queue.push_back(index);
      break;
    }
    case Act::Kind::bad_input:
      sender.queue.push_back(make_bad(sender, random, number));
      break;
    case Act::Kind::repeat: {
      std::vector<std::size_t> done;
      for (std::size_t i = 0; i < world_.history.sent.size(); ++i) {
        if (world_.history.sent[i].sender == which && world_.history.sent[i].acknowledged())
          done.push_back(i);
      }
      if (done.empty()) return;
      sender.queue.push_back(random.of(done));
      world_.happened("repeat", sender.name);
      break;
    }
    case Act::Kind::forget:
      for (const auto index : sender.queue) world_.history.sent[index].forgotten = true;
      for (const auto index : sender.in_flight) world_.history.sent[index].forgotten = true;
      sender.queue.clear();
      world_.happened("sender_restart", sender.name);
      break;
    case Act::Kind::drop:
      sender.drops += random.below(3) + 1;
      break;
    default:
      break;
  }
}

std::size_t Senders::make(Sender& sender, SeededRandom& random, std::size_t act) {
  Sent sent;
  sent.sender = static_cast<std::size_t>(&sender - senders_.data());
  sent.act = act;
  do sent.route = static_cast<Route>(random.below(6));
  while ((sender.choice.routes & (1U << static_cast<unsigned>(sent.route))) == 0);
  const bool one = sent.route == Route::single || sent.route == Route::binary;
  const auto count = one ? 1 : 1 + random.below(sender.choice.batch);
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < count; ++i) {
    Draft draft{draw_event(*rule_set(world_.rules), random, world_.clock.true_time()),
                fmt::format("{}-{}", sender.name, ++sender.events)};
    if (draft.event.time) *draft.event.time += sender.choice.drift;
    if (draft.event.time && sender.choice.drift.count() != 0) world_.happened("drift", sender.name);
    if (draft.event.time && random.chance(sender.choice.late)) {
      *draft.event.time -= std::chrono::seconds(random.between(60, 4000));
      world_.happened("late_event", sender.name);
    }
    // Some clocks know whole seconds only: what is as far apart as a window is long.
    if (draft.event.time && sender.choice.routes % 3 == 0)
      *draft.event.time = std::chrono::floor<std::chrono::seconds>(*draft.event.time);
    draft.broken = (sent.route == Route::batch || sent.route == Route::ndjson) && count > 1 &&
                   random.chance(0.02);
    if (draft.broken) world_.happened("bad_input", sender.name);
    drafts.push_back(std::move(draft));
  }
  // Whoever stutters says a thing twice in one request.
  if (count > 1 && random.chance(0.05)) {
    drafts.push_back(drafts[random.below(count)]);
    world_.happened("stutter", sender.name);
  }
  write(sent, drafts);
  events_ += count;
  world_.history.sent.push_back(std::move(sent));
  return world_.history.sent.size() - 1;
}

std::size_t Senders::make_bad(Sender& sender, SeededRandom& random, std::size_t act) {
  Sent sent;
  sent.sender = static_cast<std::size_t>(&sender - senders_.data());
  sent.act = act;
  sent.route = random.chance(0.5) ? Route::single : Route::batch;
  const Draft draft{draw_event(*rule_set(world_.rules), random, world_.clock.true_time()),
                    fmt::format("{}-bad-{}", sender.name, act)};
  write_bad(sent, random.below(kBadRequests), draft);
  world_.happened("bad_input", sender.name);
  world_.history.sent.push_back(std::move(sent));
  return world_.history.sent.size() - 1;
}

std::size_t Senders::start(const http::Router& router, boost::asio::io_context& io) {
  std::size_t count = 0;
  for (auto& sender : senders_) {
    while (!sender.queue.empty() && sender.in_flight.size() < sender.choice.at_once &&
           sender.next <= world_.clock.age()) {
      const auto index = sender.queue.front();
      sender.queue.pop_front();
      begin(index, router, io);
      ++count;
    }
  }
  return count;
}

void Senders::begin(std::size_t index, const http::Router& router, boost::asio::io_context& io) {
  auto& sent = world_.history.sent[index];
  auto& sender = senders_[sent.sender];
  const auto number = sent.attempts.size();
  sent.attempts.push_back(
      {world_.incarnation(), world_.clock.true_time(), {}, Fate::waiting, 0, {}});
  sender.in_flight.push_back(index);
  Call call;
  call.method = sent.method, call.path = sent.path, call.headers = sent.headers,
  call.body = sent.body;
  call.headers.emplace_back("Content-Type", sent.content_type);
  call.peer = "10.0.0." + std::to_string(sent.sender + 1);
  if (random_.chance(0.15)) call.piece = 1 + random_.below(call.body.size() + 1);
  if (random_.chance(0.05)) call.pause = std::chrono::milliseconds(random_.below(3000));
  bool lost = false;
  if (sender.drops > 0 && !kind_) {
    --sender.drops;
    if (random_.chance(0.5))
      call.cut = random_.below(call.body.size());
    else
      lost = true;
    world_.happened(call.cut ? "request_cut" : "answer_lost", sender.name);
  }
  world_.trace.say(world_.clock, "{} sends {} {} ({} items, request {}, attempt {}{})", sender.name,
                   call.method, call.path, std::max(sent.events.size(), sent.alerts.size()), index,
                   number + 1, call.cut ? ", cut" : "");
  spawn(io, attempt(index, number, life_, router, std::move(call), lost), world_);
}

asio::awaitable<void> Senders::attempt(std::size_t index, std::size_t number, std::uint64_t life,
                                       const http::Router& router, Call call, bool lost) {
  lost = lost || call.cut;
  auto reply = co_await ask(router, std::move(call));
  // What left the machine after the disk froze never left it.
  if (life == life_ && !world_.gone()) ended(index, number, reply, lost);
}

void Senders::ended(std::size_t index, std::size_t number, const Reply& reply, bool lost) {
  auto& sent = world_.history.sent[index];
  auto& sender = senders_[sent.sender];
  auto& attempt = sent.attempts[number];
  std::erase(sender.in_flight, index);
  attempt.ended = world_.clock.true_time();
  attempt.status = reply.status, attempt.answer = reply.body;
  const bool taken = reply.status / 100 == 2;
  const bool again = reply.status == 429 || reply.status >= 500 || reply.status == 0;
  attempt.fate = lost ? Fate::unknown : taken ? Fate::acknowledged : Fate::refused;
  world_.trace.say(world_.clock, "{} is answered {}{} (request {}) {}", sender.name, reply.status,
                   lost ? ", and the answer is lost" : "", index, reply.body);
  if (taken && !lost) {
    sender.failures = 0;
    if (!kind_ && random_.chance(sender.choice.repeats)) {
      sender.queue.push_back(index);
      world_.happened("repeat", sender.name);
    }
    return;
  }
  if (!lost && !again) {
    // Of a sender that restarted nobody is left to complain, but what is right must be taken all
    // the same.
    if (sent.valid &&
        !std::ranges::all_of(sent.events, [](const auto& event) { return !event.valid; }))
      world_.violation(fmt::format("a valid request was refused: {} {}", reply.status, reply.body));
    return;
  }
  if (sent.forgotten) return;
  sender.queue.push_front(index);
  later(sender, reply.retry_after);
}

// As a sender waits: longer each time.
void Senders::later(Sender& sender, std::chrono::seconds least) {
  const auto most = std::int64_t{200} << std::min(sender.failures++, 7U);
  sender.next =
      world_.clock.age() + std::max<std::chrono::nanoseconds>(
                               least, std::chrono::milliseconds(random_.between(most / 2, most)));
}

std::optional<std::chrono::nanoseconds> Senders::next() const {
  std::optional<std::chrono::nanoseconds> out;
  for (const auto& sender : senders_) {
    if (sender.queue.empty() || sender.in_flight.size() >= sender.choice.at_once) continue;
    const auto wait = std::max(0ns, sender.next - world_.clock.age());
    out = std::min(out.value_or(wait), wait);
  }
  return out;
}

void Senders::lose_connections() {
  ++life_;
  for (auto& sender : senders_) {
    for (const auto index : std::exchange(sender.in_flight, {})) {
      auto& sent = world_.history.sent[index];
      for (auto& attempt : sent.attempts) {
        if (attempt.fate != Fate::waiting) continue;
        attempt.fate = Fate::unknown;
        attempt.ended = world_.clock.true_time();
      }
      if (!sent.forgotten) sender.queue.push_front(index);
    }
    if (!sender.queue.empty()) later(sender, 0s);
  }
}

bool Senders::in_flight() const {
  return std::ranges::any_of(senders_,
                             [](const auto& sender) { return !sender.in_flight.empty(); });
}

bool Senders::owes() const {
  return std::ranges::any_of(senders_, [](const auto& sender) {
    return !sender.queue.empty() || !sender.in_flight.empty();
  });
}

std::string Senders::owed() const {
  std::string out;
  for (const auto& sender : senders_) {
    if (!sender.queue.empty() || !sender.in_flight.empty())
      out += fmt::format("{} waits for answers to {} requests and has {} to send. ", sender.name,
                         sender.in_flight.size(), sender.queue.size());
  }
  return out;
}

}  // namespace alarum::simulation
