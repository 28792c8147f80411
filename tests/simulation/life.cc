#include "tests/simulation/life.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "app/core_routes.h"
#include "base/log_output.h"
#include "journal/reader.h"
#include "tests/simulation/bridge.h"
#include "tests/simulation/checks_world.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/operators.h"
#include "tests/simulation/senders.h"
#include "tests/simulation/spawn.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Act::Kind;
using End = Incarnation::End;

constexpr auto kPatience = 48h;   // of those to whom something is owed once the world is kind
constexpr auto kSettling = 8min;  // past all waits of the catalogue's configs
constexpr auto kDrain = 5s;       // that a stop gives to requests under way, and to their receipts
constexpr auto kRestart = 5s;     // as systemd waits
constexpr std::size_t kMostTurns = 1'000'000;
constexpr std::size_t kBoundsEvery = 32;  // turns
constexpr unsigned kSpins = 3000;         // turns in which nothing happens
// Of a part that has something to do, while others have their turns: no machine's scheduler lets a
// thread wait longer, and the bounds of check_waits() count on it.
constexpr auto kLongestWait = 20s;

class Life {
 public:
  Life(const Choices& choices, Texts& texts, Trace& trace, Coverage& coverage)
      : choices_(choices),
        world_(choices, texts, trace, coverage),
        order_(SeededRandom::derived(choices.seed, "order")),
        senders_(world_),
        operators_(world_) {
    listens_ = trace.on() || std::ranges::any_of(choices.acts, [](const auto& one) {
                 return one.kind == Kind::flip || one.kind == Kind::lose_segment;
               });
    if (listens_) log::divert([this](const std::string& line) { hear(line); });
    world_.on_call = [this](const auto& method, const auto& path, const auto& query,
                            const auto& body) { return call(method, path, query, body); };
  }

  LifeEnd run() {
    if (world_.trace.on()) say_choices();
    live();
    LifeEnd end;
    end.violation = world_.what();
    end.events = senders_.events();
    for (const auto& one : world_.history.incarnations)
      end.crashes +=
          one.end == End::killed || one.end == End::power_cut || one.end == End::start_crashed;
    for (const auto& one : world_.history.operated)
      end.reloads += one.kind == OperatorAct::Kind::reload && !one.broken &&
                     one.attempt.fate == Fate::acknowledged;
    end.starts = world_.history.incarnations.size();
    end.faults = world_.faults();
    end.turns = turns_;
    end.lasted = world_.clock.age();
    bridge_.reset();
    if (listens_) log::divert({});
    return end;
  }

 private:
  void say_choices() {
    const auto& c = choices_;
    world_.trace.say(
        world_.clock,
        "seed {}: rules {}, config {}, {} senders, {} acts in {} s; segments of {} bytes, at most "
        "{}, retention {}, dedup {} and at most {}, keep {}, a checkpoint every {} s or {} records",
        c.seed, c.rules, c.config, c.senders.size(), c.acts.size(),
        std::chrono::duration_cast<std::chrono::seconds>(c.span).count(), c.segment_size,
        c.max_size, format_duration(c.retention), format_duration(c.dedup_window), c.dedup_max,
        c.keep_matched ? "matched" : "all", c.checkpoint_every.count(), c.checkpoint_records);
  }

  // A line of the bridge's log.
  void hear(const std::string& line) {
    if (world_.trace.on()) world_.trace.say(world_.clock, "  {}", line);
    const bool of_damage =
        line.find("damage") != std::string::npos || line.find("missing") != std::string::npos;
    if (of_damage && !world_.history.incarnations.empty())
      world_.history.incarnations.back().said.push_back(line);
    // A start that is cut short afterwards may have left what it made of that in a checkpoint.
    if (line.find("the replay went over damage") != std::string::npos)
      world_.history.state_damaged = true;
  }

  bool over() const { return world_.failed() || ended_; }

  void live() {
    while (!over() && (next_act_ < choices_.acts.size() || world_.clock.age() < choices_.span))
      round();
    if (over()) return;
    be_kind();
    const auto until = world_.clock.age() + kPatience;
    bool owing = true;  // to ask is not cheap
    while (!over() && owing && world_.clock.age() < until) {
      if (!round()) owing = owes();
    }
    if (over()) return;
    if (owing) return world_.violation("nobody can go on, and something is owed: " + owed());
    // What comes up meanwhile may have to wait longer: whoever is asked to come again by a clock
    // that was wrong waits for hours.
    do {
      const auto settled = world_.clock.age() + kSettling;
      while (!over() && world_.clock.age() < settled) round();
    } while (!over() && world_.clock.age() < until && owes());
    for (bool works = true; works && !over();) {
      works = step();
      if (works || over() || !bridge_ || !is_saving()) continue;
      pass_time();  // until there is room for the rest of the checkpoint
      works = true;
    }
    if (over() || !bridge_) return;
    world_.enter("check");
    read_records();
    check_end(world_);
  }

  // One step of the world, or (false) time passes.
  bool round() {
    world_.enter("world");
    while (!over() && next_act_ < choices_.acts.size() &&
           choices_.acts[next_act_].at <= world_.clock.age()) {
      const auto& one = choices_.acts[next_act_++];
      act(one, one.number);
    }
    if (over()) return true;
    machine_.repair_in_time();
    if (!bridge_ && world_.clock.age() >= start_at_) return start(), true;
    if (bridge_ && step()) return true;
    if (over()) return true;
    if (bridge_) quiet();
    if (!over()) pass_time();
    return false;
  }

  // ---- the bridge

  void start() {
    world_.enter("start");
    check_start(world_);
    if (over()) return;
    auto& history = world_.history;
    history.incarnations.push_back(
        {world_.clock.true_time(), {}, End::runs, world_.rules, world_.config, {}, {}, false});
    world_.trace.say(world_.clock, "the bridge starts ({}, rules {}, config {})",
                     history.incarnations.size(), world_.rules, world_.config);
    world_.disk_faults = 0;
    world_.disk_is_full = false;
    machine_.starting();
    auto bridge = std::make_unique<Bridge>(world_);
    auto done = open(*bridge);
    if (world_.gone()) {
      bridge.reset();
      return ended(End::start_crashed, "start_crashed");
    }
    if (!done) {
      bridge.reset();
      return refused(done.error());
    }
    bridge_ = std::move(bridge);
    world_.core = bridge_->core.get();
    history.incarnations.back().doubted = world_.core->storage().processor().took_from_book();
    history.state_damaged = history.state_damaged || world_.core->storage().damage().any();
    app::add_core_routes(bridge_->router, *bridge_->core);
    bridge_->parts = bridge_->core->parts();
    for (std::size_t i = 0; i < bridge_->parts.size(); ++i) {
      if (bridge_->parts[i].name == std::string_view("delivery")) delivery_ = i;
    }
    had_turn_.assign(bridge_->parts.size() + 1, false);
    waits_since_.assign(had_turn_.size(), std::nullopt);
    over_.assign(bridge_->parts.size() + 1, false);
    accepting_ = true;
    read_records();
  }

  Result<void> open(Bridge& bridge) {
    Diagnostics faults;
    auto loaded = world_.load(faults);
    if (!loaded) return fail("bad_rules", faults.text());
    app::Core::Options options;
    options.doors.load = [this](Diagnostics& out, const app::SentInventory*) {
      return world_.load(out);
    };
    options.compiled = [this](const std::string& hash) { return world_.texts().compiled(hash); };
    options.tap = [this](const std::vector<model::Record>& records) {
      std::size_t bytes = 0;
      for (const auto& record : records) {
        const auto* event = std::get_if<model::Event>(&record.payload);
        bytes += sizeof record + (event ? event->bytes().size() : 0);
      }
      world_.largest_commit = std::max(world_.largest_commit, bytes);
      note(records);
    };
    options.engine.checkpoint_every = choices_.checkpoint_every;
    options.engine.checkpoint_records = choices_.checkpoint_records;
    options.engine.checkpoint_part = choices_.checkpoint_part;
    options.engine.queue_bytes = choices_.queue_bytes;
    options.audit_every = choices_.audit_every, options.audit_first = choices_.audit_first;
    options.recovery_checkpoint_every = choices_.recovery_checkpoint_every;
    options.delivery.queue = choices_.deliver_queue;
    options.delivery.target_queue = choices_.deliver_target_queue;
    auto core = app::Core::open(
        std::move(*loaded),
        {world_.disk, world_.bridge_clock, world_.random, world_.receivers, &bridge.sqlite},
        std::move(options));
    if (!core) return std::unexpected(core.error());
    bridge.core = std::move(*core);
    forget_records(bridge.core->journal().opened().end_offset);
    read_records();  // before the start record, which is read at once
    return bridge.core->begin();
  }

  // A start that says no: systemd tries again.
  void refused(const Error& error) {
    auto& incarnation = world_.history.incarnations.back();
    incarnation.end = End::start_failed, incarnation.why = error.reason + ": " + error.message;
    incarnation.ended = world_.clock.true_time();
    world_.trace.say(world_.clock, "the start is refused: {}", incarnation.why);
    world_.disk.reboot();
    if (world_.disk_faults == 0) {
      if (!world_.history.damaged)
        world_.violation("a start is refused for good: " + incarnation.why);
      if (incarnation.why.find("/data/") == std::string::npos)
        world_.violation(
            "a start is refused for good after damage, and does not say where that is: " +
            incarnation.why);
      ended_ = true;  // what explains it: somebody has to bring a backup
      return;
    }
    world_.happened("start_failed", error.reason);
    start_at_ = world_.clock.age() + kRestart;
  }

  // The machine or the process ends here.
  void crash() {
    bridge_.reset();
    const bool killed = world_.disk.crashed_by() == Crash::kill;
    ended(killed ? End::killed : End::power_cut, killed ? "kill" : "power_cut");
  }

  void ended(End end, const char* fault) {
    world_.core = nullptr;
    world_.happened(fault, world_.stage());
    auto& incarnation = world_.history.incarnations.back();
    incarnation.end = end, incarnation.ended = world_.clock.true_time();
    lose_connections();
    world_.disk.reboot();
    machine_.disarm();
    start_at_ = world_.clock.age() + std::chrono::milliseconds(order_.between(10, 8000));
  }

  void lose_connections() {
    senders_.lose_connections();
    operators_.lose_connections();
    world_.receivers.lose_connections();
  }

  // In the order of app::Bridge::stop().
  void stop() {
    if (!bridge_) return;
    world_.trace.say(world_.clock, "the bridge is to stop");
    accepting_ = false;
    auto& core = *bridge_->core;
    core.reloads().close();
    const auto answered = [this] { return !senders_.in_flight() && !operators_.in_flight(); };
    if (!turn_until(answered, 10s)) return;
    auto endings = core.endings();
    for (auto& one : endings) {
      if (one.begin) one.begin();
    }
    bool in_order = !machine_.is_failing();  // a disk that fails may keep what was to be written
    for (auto& one : endings) {
      const auto began = world_.clock.age();
      one.close();
      if (!turn_until(one.ended, one.limit)) return;
      const auto took = world_.clock.age() - began;
      // Once its time is over delivery leaves answers that nobody has recorded yet.
      const bool delivery = one.name == std::string_view("delivery");
      in_order = in_order && took < (delivery ? kDrain : one.limit) && core.stage().healthy();
      if (delivery && took < kDrain && world_.receivers.abandoned() > 0) {
        return world_.violation(fmt::format("delivery ended after {} ms with {} requests under way",
                                            took / 1ms, world_.receivers.abandoned()));
      }
    }
    if (over()) return;
    bridge_.reset();
    world_.core = nullptr;
    auto& incarnation = world_.history.incarnations.back();
    incarnation.end = End::stopped, incarnation.ended = world_.clock.true_time(),
    incarnation.in_order = in_order;
    world_.trace.say(world_.clock, "the bridge has stopped");
    lose_connections();
    world_.disk.reboot();
    machine_.disarm();
    start_at_ = world_.clock.age() + std::chrono::milliseconds(order_.between(10, 3000));
  }

  // False: a crash came between, or the life is over. Nothing else happens meanwhile: acts wait.
  template <class Ended>
  bool turn_until(Ended ended, std::chrono::nanoseconds limit) {
    const auto until = world_.clock.age() + limit;
    while (!over() && bridge_ && world_.clock.age() < until) {
      world_.enter("stop");
      const bool is_over = ended();
      if (world_.gone()) {
        crash();
        return false;
      }
      if (is_over) break;
      if (!step() && bridge_ && !over()) pass_time();
    }
    return bridge_ && !over();
  }

  // ---- turns

  // One turn of somebody who has something to do, or who had none since time passed. False: nobody
  // has. A turn takes a moment.
  bool step() {
    if (++turns_ > kMostTurns) return world_.violation("a life has no end"), true;
    machine_.turn();
    if (world_.gone()) return crash(), true;
    if (choices_.write_back > 0 && order_.chance(choices_.write_back)) world_.disk.write_back();
    if (choices_.early > 0 && order_.chance(choices_.early))
      world_.clock.advance(std::chrono::microseconds(order_.between(1, 50'000)));
    const auto which = pick();
    if (!which) return false;
    if (++turns_at_once_ > kSpins)
      return world_.violation("a part says that there is work, and does nothing that ends it: " +
                              busy()),
             true;
    world_.clock.advance(std::chrono::microseconds(1 + order_.below(20)));
    const auto before = activity();
    had_turn_[*which] = true;
    ++turns_of_[*which];
    turn(*which);
    if (world_.gone()) return crash(), true;
    if (turns_ % kBoundsEvery == 0) check_memory(world_);
    if (activity() != before) turns_at_once_ = 0, turns_of_ = {};
    return true;
  }

  void turn(std::size_t which) {
    if (which < bridge_->parts.size()) {
      auto& part = bridge_->parts[which];
      world_.enter(part.name);
      const bool saved = is_saving();
      const auto processed = bridge_->core->stage().processed();
      world_.bridge_clock.set_in_turn(true);
      if (!part.turn(0ns)) over_[which] = true;
      world_.bridge_clock.set_in_turn(false);
      if (saved && bridge_->core->stage().processed() > processed)
        world_.happened("step_in_checkpoint", "checkpoint");
      return;
    }
    world_.enter("network");
    if (accepting_)
      handlers_ += senders_.start(bridge_->router, bridge_->io) +
                   operators_.start(bridge_->router, bridge_->io);
    handlers_ += bridge_->time.expire();
    bridge_->io.restart();
    const auto count = bridge_->io.poll();
    handlers_ += count;
    if (count > 0) had_turn_[which] = false;
  }
  // A checkpoint is under way.
  bool is_saving() const { return bridge_->core->storage().processor().saving(); }
  // Who had those turns, for whoever looks for the one that spins.
  std::string busy() const {
    std::string names;
    for (std::size_t i = 0; i <= bridge_->parts.size(); ++i) {
      if (turns_of_[i] > 0)
        names += fmt::format("{}{} {}", names.empty() ? "" : ", ", name(i), turns_of_[i]);
    }
    return names;
  }
  const char* name(std::size_t which) const {
    return which < bridge_->parts.size() ? bridge_->parts[which].name : "network";
  }

  // Handlers do not say whether they have work: the network is asked each time something else has
  // had its turn.
  bool has_work(std::size_t which) const {
    if (!had_turn_[which]) return true;
    if (which == bridge_->parts.size() || over_[which]) return false;
    if (which == delivery_ && world_.receivers.next().value_or(1h) <= 0ns) return true;
    return bridge_->parts[which].patience() <= 0ns;
  }

  std::optional<std::size_t> pick() {
    const auto now = world_.clock.monotonic();
    std::array<double, 16> weights{};
    double sum = 0;
    std::size_t last = 0;  // in the end: whose turn it is
    for (std::size_t i = 0; i < had_turn_.size(); ++i) {
      const bool busy = has_work(i);
      sum += weights[i] = busy ? weight(i) : 0;
      if (!busy)
        waits_since_[i].reset();
      else if (!waits_since_[i])
        waits_since_[i] = now;
      if (waits_since_[i].value_or(now) < waits_since_[last].value_or(now)) last = i;
    }
    if (sum <= 0) return std::nullopt;
    const bool starves = now - waits_since_[last].value_or(now) > kLongestWait;
    auto at = order_.share() * sum;
    for (std::size_t i = 0; i < had_turn_.size() && !starves; ++i) {
      if (weights[i] == 0) continue;
      last = i;
      at -= weights[i];
      if (at < 0) break;
    }
    waits_since_[last].reset();
    if (last + 1 < had_turn_.size()) had_turn_.back() = false;
    return last;
  }
  double weight(std::size_t part) const { return choices_.weights[part % choices_.weights.size()]; }

  // Anything that somebody can see from outside moves one of these.
  std::uint64_t activity() const {
    return world_.disk.operations() + handlers_ + world_.receivers.activity() +
           bridge_->core->stage().processed();
  }

  // Nobody has anything to do until then.
  void pass_time() {
    std::chrono::nanoseconds wait = 1h;
    const auto consider = [&](std::optional<std::chrono::nanoseconds> other) {
      if (other) wait = std::min(wait, std::max(0ns, *other));
    };
    if (next_act_ < choices_.acts.size())
      consider(choices_.acts[next_act_].at - world_.clock.age());
    else if (world_.clock.age() < choices_.span)
      consider(choices_.span - world_.clock.age());
    consider(machine_.next());
    if (!bridge_) {
      consider(start_at_ - world_.clock.age());
    } else {
      for (std::size_t i = 0; i < bridge_->parts.size(); ++i) {
        if (!over_[i]) consider(bridge_->parts[i].patience());
      }
      consider(bridge_->time.next());
      if (accepting_) consider(senders_.next());
      consider(world_.receivers.next());
    }
    turns_at_once_ = 0;
    world_.clock.advance(std::max<std::chrono::nanoseconds>(wait, 1us) +
                         std::chrono::microseconds(order_.below(500)));
    // Threads look around by themselves now and then. Mostly they are right about how long there is
    // nothing to do.
    if (order_.chance(0.05))
      others_turn();
    else
      had_turn_.back() = false;
  }

  void others_turn() { had_turn_.assign(had_turn_.size(), false); }

  void quiet() {
    if (!accepting_ || machine_.has_plans() || world_.clock.age() < next_look_) return;
    next_look_ = world_.clock.age() + choices_.span / order_.between(1, 3);
    world_.enter("check");
    check_quiet(world_);
    others_turn();
  }

  // ---- what happens

  void act(const Act& one, std::size_t number) {
    world_.trace.say(world_.clock, "act {}: {}", number, to_text(one.kind));
    others_turn();
    switch (one.kind) {
      case Kind::send:
      case Kind::repeat:
      case Kind::forget:
      case Kind::drop:
      case Kind::bad_input:
        return senders_.act(one, number);
      case Kind::restart:
        return stop();
      case Kind::receiver_trouble:
        return world_.receivers.trouble(one.seed);
      default:
        break;
    }
    if (!machine_.act(one, bridge_ != nullptr)) operators_.act(one, number);
  }

  void be_kind() {
    world_.trace.say(world_.clock, "from here on the world is kind");
    machine_.be_kind();
    world_.receivers.be_kind();
    senders_.be_kind();
  }

  // ---- what is owed

  bool owes() { return !owed().empty(); }
  std::string owed() {
    if (!bridge_) return "the bridge does not run. ";
    auto out = senders_.owed() + operators_.owed();
    auto& core = *bridge_->core;
    const auto end = core.journal().stats().end_offset;
    if (core.stage().processed() < end)
      out +=
          fmt::format("the engine has processed {} of {} records. ", core.stage().processed(), end);
    const auto counts = core.storage().book().counts();  // nobody else has its turn
    if (!counts)
      out += "the book cannot be read. ";
    else if (counts->pending > 0)
      out += fmt::format("{} notifications wait. ", counts->pending);
    return out;
  }

  // ---- the records

  void note(const std::vector<model::Record>& records) {
    auto& known = world_.history.records;
    for (const auto& record : records) {
      const auto next = known.empty() ? 0 : known.back().offset + 1;
      if (record.offset < next) continue;
      if (record.offset > next && !known.empty())
        world_.history.gaps.emplace_back(next, record.offset);
      known.push_back(record);
      world_.history.recorded_at[record.offset] = world_.clock.true_time();
      note_receipts(record);
    }
  }

  void note_receipts(const model::Record& record) {
    const auto* ended = std::get_if<model::Receipts>(&record.payload);
    if (!ended) return;
    for (const auto& one : ended->receipts) {
      if (one.outcome != model::Receipt::Outcome::delivered) continue;
      world_.history.recorded.try_emplace({one.target, one.id}, world_.incarnation());
    }
  }

  // Those that were there and of which nothing is left.
  void forget_records(model::Offset end) {
    auto& history = world_.history;
    const auto from = std::ranges::lower_bound(history.records, end, {}, &model::Record::offset);
    if (!history.damaged || from == history.records.end()) return;
    history.forgotten.push_back({end, world_.incarnation()});
    history.gaps.emplace_back(end, history.records.back().offset + 1);
    history.records.erase(from, history.records.end());
    history.state_damaged = true;
  }

  // What the incarnation before wrote and did not get to say.
  void read_records() {
    const auto& known = world_.history.records;
    auto reader =
        journal::Reader::open(world_.disk, "/data", known.empty() ? 0 : known.back().offset + 1);
    if (!reader) return;
    for (;;) {
      auto records = reader->next();
      if (!records || records->empty()) return;
      note(*records);
    }
  }

  Reply call(const std::string& method, const std::string& path, const std::string& query,
             const std::string& body) {
    if (!bridge_) return {};
    std::optional<Reply> reply;
    Call made;
    made.method = method, made.path = path, made.query = query, made.body = body;
    made.headers = {{"Content-Type", "application/json"}};
    spawn(bridge_->io, keep(bridge_->router, std::move(made), reply), world_);
    others_turn();
    for (unsigned i = 0; i < 200'000 && !reply && bridge_ && !over(); ++i) {
      if (!step() && bridge_) pass_time();
    }
    return reply.value_or(Reply{});
  }
  static http::asio::awaitable<void> keep(const http::Router& router, Call made,
                                          std::optional<Reply>& reply) {
    auto got = co_await ask(router, std::move(made));
    reply = std::move(got);
  }

  const Choices& choices_;
  World world_;
  Machine machine_{world_};
  SeededRandom order_;
  Senders senders_;
  Operators operators_;
  std::unique_ptr<Bridge> bridge_;
  std::size_t next_act_ = 0;
  std::chrono::nanoseconds start_at_{}, next_look_{};
  std::vector<bool> had_turn_, over_;  // by part, the network last: since time passed; it has ended
  // By part: since when it has something to do and no turn
  std::vector<std::optional<std::chrono::nanoseconds>> waits_since_;
  std::uint64_t handlers_ = 0;
  std::size_t turns_ = 0, delivery_ = 0;
  unsigned turns_at_once_ = 0;
  std::array<unsigned, 16> turns_of_{};  // of them, by part
  bool listens_ = false;                 // to the bridge's log
  bool accepting_ = false, ended_ = false;
};

}  // namespace

LifeEnd live(const Choices& choices, Texts& texts, Trace& trace, Coverage& coverage) {
  return Life(choices, texts, trace, coverage).run();
}

}  // namespace alarum::simulation
