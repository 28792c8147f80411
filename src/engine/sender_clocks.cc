#include "engine/sender_clocks.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <tuple>

#include "base/hash.h"
#include "model/event_time.h"
#include "model/posted.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;
using Kind = SenderClocks::Kind;
using Reading = SenderClocks::Reading;
using model::kLateness;
using model::kMaxAhead;

// A clock is wrong if the lag stays within lateness for so many events and so long.
constexpr std::uint64_t kSteadyEvents = 5;
constexpr Duration kSteadyFor = 1min;
// A smaller fall of the lag means nothing: it may come from times without fractions, batches, or
// the network.
constexpr Duration kStep = 15s;
// It is a backlog if the lag has fallen by more than lateness in at least so many steps. If several
// clocks share a source, the lag jumps up as often as down, so each jump up within an hour requires
// more steps.
constexpr std::uint64_t kFewestSteps = 2, kMostSteps = 20;
// While a backlog is delivered, event time runs faster than arrival by at least a third. It may
// pause for so long.
constexpr int kFaster = 3;
constexpr Duration kPause = 10s;
constexpr Duration kRightFor = 1h, kSilentFor = 24h;

// Event times are limited to this range, so that sums of lags cannot overflow.
constexpr Time kFirst{std::chrono::sys_days(std::chrono::year(-9'999) / 1 / 1)},
    kLast{std::chrono::sys_days(std::chrono::year(20'000) / 1 / 1)};

bool near(Duration a, Duration b) {
  return std::chrono::abs(a - b) <= kLateness;
}
// Whether the lag fits a clock that is off by `offset`. If a correct clock fits as well, the nearer
// of both counts.
bool agrees(Duration lag, Duration offset) {
  return near(lag, offset) && std::chrono::abs(lag - offset) <= std::chrono::abs(lag);
}

Reading taken(Kind kind, Time when) {
  return {kind, when, when, {}};
}

// The reading of an event that arrived at `at`, with `behind` taken out.
Reading shifted(Kind kind, Duration lag, Duration behind, Time at) {
  const auto when = std::min(at - lag + behind, at);
  return {kind, when, when, behind};
}

// If the event opens something, its time is the arrival. If it ends something, its time is as old
// as a clock that is behind by `known` says.
Reading undecided(Duration lag, Duration level, Duration known, Time at) {
  auto reading = shifted(Kind::undecided, lag, level, at);
  reading.ends = std::min(at - lag + known, reading.when);
  return reading;
}

std::string name_of(const model::Event& event) {
  auto name = std::string(to_text(event.format())) + ' ' + std::string(event.source());
  if (name.size() <= SenderClocks::kMostName) return name;
  auto size = SenderClocks::kMostName;
  // Do not cut within a UTF-8 character.
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
  name.resize(size);
  return name;
}

std::uint64_t key_of(const model::Event& event) {
  const auto format = static_cast<char>(event.format());
  return fnv1a(event.source(), fnv1a(std::string_view(&format, 1)));
}

}  // namespace

SenderClocks::Reading SenderClocks::read(const model::Event& event, model::Stamp arrival) {
  const auto at = arrival.at;
  const auto said = event.time();
  if (!said) return taken(Kind::none, at);
  const Duration lag = (at - arrival.ahead) - std::clamp(*said, kFirst, kLast);
  // A posted alert is true when it is posted, even if it began long ago.
  if (event.format() == model::Format::alertmanager && model::is_posted(event))
    return taken(Kind::right, std::min(at - lag, at));
  if (senders_.empty() && near(lag, {})) return taken(Kind::right, at - lag);
  const auto key = key_of(event);
  const auto found = senders_.find(key);
  if (found == senders_.end() && near(lag, {})) return taken(Kind::right, at - lag);
  const bool set = model::is_set(*said);
  auto* sender = found == senders_.end() ? find_or_add(event, key, at) : &found->second;
  if (sender) return judge(*sender, lag, set, arrival);
  ++refused_;
  if (!set) return taken(Kind::none, at);
  if (lag < Duration::zero()) return taken(Kind::ahead, -lag <= kMaxAhead ? at - lag : at);
  return undecided(lag, lag, {}, at);
}

SenderClocks::Reading SenderClocks::judge(Sender& sender, Duration lag, bool set,
                                          model::Stamp arrival) {
  const auto at = arrival.at;
  // If the sender was silent for so long, its new times do not belong to the old run.
  const bool fresh = at - std::exchange(sender.heard, at) > kRightFor;
  if (sender.known != Duration::zero() && agrees(lag, sender.known)) {
    sender.run.reset();
    sender.right_since.reset();
    return set ? shifted(Kind::wrong, lag, sender.known, at) : taken(Kind::none, at);
  }
  const bool joins = sender.run && !sender.run->backlog && agrees(lag, sender.run->level);
  if (near(lag, {}) && !joins) {
    note_right(sender, at);
    return taken(Kind::right, at - lag);
  }
  if (!sender.run)
    begin(sender, lag, at, sender.jumped_at != Time());
  else if (fresh && !near(lag, sender.run->level))
    begin(sender, lag, at, false);
  else if (lag > sender.run->low + kLateness)
    begin(sender, lag, at, true);
  else
    follow(sender, lag, at);
  if (!sender.run || !sender.run->backlog) sender.right_since.reset();
  if (!set) return taken(Kind::none, at);
  if (!sender.run) return shifted(Kind::wrong, lag, sender.known, at);
  if (sender.run->backlog) return shifted(Kind::backlog, lag, sender.known, at);
  if (lag < Duration::zero())
    return -lag <= kMaxAhead ? taken(Kind::ahead, at - lag)
                             : shifted(Kind::ahead, lag, sender.run->level, at);
  return undecided(lag, sender.run->level, sender.known, at);
}

void SenderClocks::begin(Sender& sender, Duration lag, Time at, bool jumped) {
  if (at - sender.jumped_at > kRightFor)
    sender.jumps = 0;
  else if (jumped)
    ++sender.jumps;
  sender.jumped_at = at;
  sender.run = Run{lag, lag, lag, lag, at, at, at, at, 1, 0, 0, false};
}

void SenderClocks::follow(Sender& sender, Duration lag, Time at) {
  auto& run = *sender.run;
  if (near(lag, run.level))
    ++run.events;
  else
    run.level = lag, run.since = at, run.events = 1, run.level_steps = 0;
  if (run.low - lag >= kStep) run.low = lag, run.fell_at = at, ++run.steps, ++run.level_steps;
  if (run.backlog) {
    if ((run.mark - lag) * kFaster >= at - run.marked_at)
      run.mark = lag, run.marked_at = at;
    else if (at - run.marked_at > kPause)
      begin(sender, lag, at, false);
    return;
  }
  const auto fewest = std::min(kFewestSteps * (1 + sender.jumps), kMostSteps);
  const auto fell = run.top - lag;
  if (lag - sender.known > kLateness && fell > kLateness && run.steps >= fewest &&
      run.fell_at == at && fell * kFaster >= at - run.began) {
    run.backlog = true;
    run.mark = lag, run.marked_at = at;
    return;
  }
  const bool falling = run.level_steps >= 2 && at - run.fell_at < kSteadyFor;
  if (run.events >= kSteadyEvents && at - run.since >= kSteadyFor && !falling) decide(sender, at);
}

void SenderClocks::decide(Sender& sender, Time at) {
  sender.known = sender.run->level;
  sender.run.reset();
  sender.right_since.reset();
  if (sender.listed == Duration::zero()) ++wrong_;
  sender.listed = sender.known;
  changed_ = true;
  due_by(at + kSilentFor);
}

void SenderClocks::note_right(Sender& sender, Time at) {
  sender.known = Duration::zero();
  sender.run.reset();
  if (sender.listed == Duration::zero() || sender.right_since) return;
  sender.right_since = at;
  due_by(at + kRightFor);
}

void SenderClocks::due_by(Time at) {
  if (!due_ || at < *due_) due_ = at;
}

Time SenderClocks::leaves(const Sender& sender) {
  const auto silent = sender.heard + kSilentFor;
  return sender.right_since ? std::min(silent, *sender.right_since + kRightFor) : silent;
}

// Removes senders whose time is over. Senders that were heard later than expected stay, and due_
// becomes the earliest time at which one of them may go.
void SenderClocks::run_next(Time now) {
  due_.reset();
  for (auto it = senders_.begin(); it != senders_.end();) {
    auto& sender = it->second;
    if (sender.listed == Duration::zero())
      ++it;
    else if (leaves(sender) > now)
      due_by(leaves(sender)), ++it;
    else
      --wrong_, changed_ = true, it = senders_.erase(it);
  }
}

// If there is no room, senders that are not listed and had no odd time for an hour are removed. At
// most once a minute, because that visits all of them.
SenderClocks::Sender* SenderClocks::find_or_add(const model::Event& event, std::uint64_t key,
                                                Time at) {
  if (senders_.size() >= kMost && at - swept_ >= kSteadyFor) {
    swept_ = at;
    std::erase_if(senders_, [&](const auto& one) {
      return one.second.listed == Duration::zero() && at - one.second.jumped_at > kRightFor;
    });
  }
  if (senders_.size() >= kMost) return nullptr;
  auto& sender = senders_[key];
  sender.name = name_of(event);
  return &sender;
}

std::vector<SenderClocks::Wrong> SenderClocks::wrong() const {
  std::vector<Wrong> out;
  for (const auto& [key, sender] : senders_) {
    if (sender.listed != Duration::zero()) out.push_back({sender.name, sender.listed});
  }
  std::ranges::sort(out, {}, [](const Wrong& one) { return std::tie(one.sender, one.behind); });
  return out;
}

// Ordered by key, because the order in the hash table depends on its history.
void SenderClocks::save(ByteWriter& out) const {
  const std::map<std::uint64_t, std::reference_wrapper<const Sender>> senders(senders_.begin(),
                                                                              senders_.end());
  const auto duration = [&](Duration value) { out.time(Time(value)); };
  out.number(refused_);
  out.time(swept_);
  out.number(due_ ? 1 : 0), out.time(due_.value_or(Time()));
  out.number(senders_.size());
  for (const auto& [key, sender] : senders) {
    const auto& one = sender.get();
    out.number(key), out.text(one.name);
    duration(one.known), duration(one.listed);
    out.time(one.heard), out.number(one.right_since ? 1 : 0),
        out.time(one.right_since.value_or(Time()));
    out.number(one.jumps), out.time(one.jumped_at);
    out.number(one.run ? 1 : 0);
    if (!one.run) continue;
    const auto& run = *one.run;
    for (const auto lag : {run.top, run.low, run.level, run.mark}) duration(lag);
    for (const auto at : {run.began, run.since, run.fell_at, run.marked_at}) out.time(at);
    for (const auto count : {run.events, run.steps, run.level_steps}) out.number(count);
    out.number(run.backlog ? 1 : 0);
  }
}

SenderClocks SenderClocks::load(ByteReader& in) {
  SenderClocks out;
  const auto duration = [&] { return in.time().time_since_epoch(); };
  const auto optional = [&] {
    const bool there = in.number() != 0;
    const auto time = in.time();
    return there ? std::optional(time) : std::nullopt;
  };
  out.refused_ = in.number();
  out.swept_ = in.time();
  out.due_ = optional();
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto& one = out.senders_[in.number()];
    one.name = in.text();
    one.known = duration(), one.listed = duration();
    one.heard = in.time(), one.right_since = optional();
    one.jumps = in.number(), one.jumped_at = in.time();
    if (one.listed != Duration::zero()) ++out.wrong_;
    if (in.number() == 0) continue;
    auto& run = one.run.emplace();
    for (auto* lag : {&run.top, &run.low, &run.level, &run.mark}) *lag = duration();
    for (auto* at : {&run.began, &run.since, &run.fell_at, &run.marked_at}) *at = in.time();
    for (auto* count : {&run.events, &run.steps, &run.level_steps}) *count = in.number();
    run.backlog = in.number() != 0;
  }
  return out;
}

std::string_view to_text(SenderClocks::Kind kind) {
  constexpr std::array<std::string_view, 6> kNames{"none",      "right", "ahead",
                                                   "undecided", "wrong", "backlog"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string offset_text(Duration behind) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(behind));
  return format_duration(seconds) + (behind < Duration::zero() ? " ahead" : " behind");
}

}  // namespace alarum::engine
