#include "tests/simulation/receivers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/url.h"
#include "deliver/attempt.h"
#include "receivers/receiver.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using deliver::NoAnswer;
using deliver::Verdict;

constexpr std::array<std::string_view, SimulatedTransport::kFaults> kNames{
    "receiver_slow",        "receiver_half",  "receiver_wrong", "receiver_429",
    "receiver_429_date",    "receiver_error", "receiver_burst", "receiver_refused",
    "receiver_lost_answer", "receiver_cut",   "receiver_dead"};
constexpr std::array<const char*, 5> kReceivers{"r0.sim", "r1.sim", "r2.sim", "r3.sim", "file"};
constexpr std::array<unsigned, 4> kErrors{500, 502, 503, 504};
constexpr std::array<unsigned, 4> kDead{400, 404, 413, 422};

constexpr auto kBeyondTheOutbox = std::uint64_t{1} << 63;  // sequences of heartbeats and resends

std::string_view name_of(SimulatedTransport::Fault fault) {
  return kNames[static_cast<std::size_t>(fault)];
}

/// RFC 9110 §5.6.7.
std::string http_date_text(Time time) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                     months[unsigned(date.month()) - 1], int(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

/// What a receiver of this kind says when it took a message, and when it says in a 200 that it did
/// not.
struct Words {
  const char *yes, *no;
};
Words words_of(const std::string& kind) {
  if (kind == "dingtalk" || kind == "wecom")
    return {R"({"errcode":0,"errmsg":"ok"})", R"({"errcode":-1,"errmsg":"system busy"})"};
  if (kind == "feishu")
    return {R"({"code":0,"msg":"success"})", R"({"code":11232,"msg":"frequency limited"})"};
  if (kind == "slack") return {"ok", "no_text"};
  if (kind == "teams") return {"1", "Microsoft Teams endpoint returned HTTP error 429"};
  return {"{}", nullptr};
}

/// Of the file; nullptr: it is asked over the network.
const std::string* path_of(const deliver::Target& target) {
  static const std::string console = "console";
  const auto* output = receivers::receiver_of(*target.how).output();
  return output && output->empty() ? &console : output;
}

}  // namespace

std::string_view to_text(Reached reached) {
  constexpr std::array<std::string_view, 4> words{"answered", "half", "late", "lost"};
  return words[static_cast<std::size_t>(reached)];
}

/// What a receiver says, and when the bridge hears it.
struct SimulatedTransport::Answer {
  unsigned status = 200;
  std::string body, retry_after;
  std::optional<Time> date;          ///< what `retry_after` says, where that is a date
  std::optional<Time> dated;         ///< what its `Date` says, where it has one
  std::chrono::nanoseconds comes{};  ///< after the request arrived

  /// How long it asks to wait, for whoever hears it at `now`.
  std::chrono::seconds wait(Time now) const {
    const auto from = dated.value_or(now);
    if (date) return std::max(0s, std::chrono::floor<std::chrono::seconds>(*date - from));
    return std::chrono::seconds(retry_after.empty() ? 0 : std::stoi(retry_after));
  }
};

void SimulatedTransport::trouble(std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<std::string> some;
  for (const char* receiver : kReceivers) {
    if (random.chance(0.45)) some.emplace_back(receiver);
  }
  if (some.empty()) some.emplace_back(kReceivers[random.below(kReceivers.size())]);
  for (const auto& receiver : some) {
    const auto fault = static_cast<Fault>(random.below(kFaults));
    const auto share = random.chance(0.4) ? 1.0 : 0.2 + 0.7 * random.share();
    // A burst is short; what kills notifications is, too, so that not all of them are dead.
    const bool brief = fault == Fault::burst || fault == Fault::dead;
    trouble(receiver, fault, share,
            std::chrono::milliseconds(brief ? random.between(500, 20'000)
                                            : random.between(2'000, 240'000)));
  }
}

void SimulatedTransport::trouble(const std::string& receiver, Fault fault, double share,
                                 std::chrono::nanoseconds lasts) {
  if (on_trace)
    on_trace(fmt::format("{}: {} for {} s, {:.0f}%", receiver, name_of(fault),
                         std::chrono::round<std::chrono::seconds>(lasts).count(), share * 100));
  troubles_[receiver] = {fault, share, clock_.monotonic() + lasts};
}

std::optional<SimulatedTransport::Fault> SimulatedTransport::fault_at(const std::string& receiver,
                                                                      SeededRandom& random) {
  const auto found = troubles_.find(receiver);
  if (found == troubles_.end()) return std::nullopt;
  if (clock_.monotonic() >= found->second.until) {
    troubles_.erase(found);
    return std::nullopt;
  }
  return random.chance(found->second.share) ? std::optional(found->second.fault) : std::nullopt;
}

void SimulatedTransport::happened(std::string_view name, const std::string& receiver) {
  if (on_fault) on_fault(name, receiver);
}

void SimulatedTransport::start(const deliver::Target& target,
                               const model::Notification& notification, Time now) {
  if (gone()) return;
  ++activity_;
  SeededRandom random(SeededRandom::derived(seed_, target.name + ' ' + notification.id,
                                            tried_[target.name + ' ' + notification.id]++));
  Attempt attempt;
  auto& request = attempt.request;
  request.incarnation = incarnation();
  request.target = target.name, request.id = notification.id,
  request.group_key = notification.group_key, request.alert_id = notification.alert_id;
  request.offset = notification.offset, request.sequence = notification.sequence,
  request.facts = notification.facts;
  request.monotonic = clock_.monotonic() + std::chrono::microseconds(random.between(50, 20'000));
  if (const auto* path = path_of(target)) {
    request.receiver = *path, request.headers = notification.headers,
    request.body = notification.body;
    request.monotonic = clock_.monotonic();
    write(target, notification, fault_at("file", random), random, attempt);
  } else {
    auto made = deliver::attempt_of(target, notification, now);
    request.receiver = Url(made.url).host();
    for (const auto& line : made.headers) request.headers += line + '\n';
    request.body = std::move(made.body);
    const auto fault = fault_at(request.receiver, random);
    answer(target, made.url, fault, random, attempt);
  }
  attempt.asked = asked_.size();
  asked_.push_back({request.incarnation, request.target, request.id,
                    request.sequence < kBeyondTheOutbox, clock_.monotonic()});
  attempts_.push_back(std::move(attempt));
}

// What it comes to is decided here; the receiver's own time comes later.
void SimulatedTransport::answer(const deliver::Target& target, const std::string& url,
                                std::optional<Fault> fault, SeededRandom& random,
                                Attempt& attempt) {
  const auto& how = *target.how;
  auto& request = attempt.request;
  const auto words = words_of(how.kind);
  const auto begun = clock_.monotonic();
  if (fault == Fault::wrong && !words.no) fault = Fault::error;
  if (fault && fault != Fault::slow) happened(name_of(*fault), request.receiver);

  if (fault == Fault::refused) {
    attempt.arrives = false;
    attempt.ends = request.monotonic;
    attempt.verdict = deliver::verdict_of_failure(to_text(NoAnswer::refused), url);
    return;
  }
  if (fault == Fault::cut) {
    request.whole = false, request.reached = Reached::lost;
    request.body.resize(random.below(request.body.size() + 1));
    attempt.ends = request.monotonic + 1ms;
    attempt.verdict = deliver::verdict_of_failure(to_text(NoAnswer::nothing), url);
    return;
  }

  Answer said{200, words.yes, {}, {}, {}, std::chrono::microseconds(random.between(100, 30'000))};
  if (fault == Fault::slow) said.comes = std::chrono::milliseconds(random.between(500, 20'000));
  if (fault == Fault::wrong) said.body = words.no;
  if (fault == Fault::error || fault == Fault::burst)
    said.status = kErrors[random.below(kErrors.size())], said.body = "it is broken";
  if (said.status == 503 && random.chance(0.5))
    said.retry_after = std::to_string(random.between(0, 20));
  if (fault == Fault::dead)
    said.status = kDead[random.below(kDead.size())], said.body = "not like this";
  if (fault == Fault::later)
    said.status = 429, said.retry_after = std::to_string(random.between(0, 40));
  // The receiver's clock is right; the bridge's may not be.
  if (fault == Fault::later_date)
    said.status = 429, said.date = std::chrono::floor<std::chrono::seconds>(
                           clock_.true_time() + std::chrono::seconds(random.between(-5, 60)));
  if (said.date) said.retry_after = http_date_text(*said.date);
  if (said.date && random.chance(0.5)) {
    said.dated = std::chrono::floor<std::chrono::seconds>(clock_.true_time());
  }
  // Who says in a 200 that he did not take it has not taken it.
  request.status = fault == Fault::wrong ? kErrors.front() : said.status;

  const auto limit =
      begun + std::min<std::chrono::nanoseconds>(how.timeout, how.first_byte_timeout);
  const auto comes = request.monotonic + said.comes;
  if (fault == Fault::lost_answer || comes >= limit) {
    if (fault == Fault::slow) happened("receiver_too_slow", request.receiver);
    request.reached = fault == Fault::lost_answer ? Reached::lost : Reached::late;
    attempt.ends = limit;
    attempt.verdict = deliver::verdict_of_failure(
        to_text(how.first_byte_timeout < how.timeout ? NoAnswer::silent : NoAnswer::timed_out),
        url);
    return;
  }
  if (fault == Fault::slow) happened(name_of(*fault), request.receiver);
  attempt.ends = comes;
  if (fault == Fault::half) {
    request.reached = Reached::half;
    const auto half = said.body.substr(0, said.body.size() / 2);
    attempt.verdict =
        deliver::with_answer(deliver::verdict_of_failure(to_text(NoAnswer::cut), url), half, how);
    return;
  }
  const auto wall = clock_.wall() + std::chrono::duration_cast<Duration>(comes - begun);
  const auto date = said.dated ? http_date_text(*said.dated) : std::string();
  const auto after = deliver::retry_after_of(said.retry_after, date, wall);
  attempt.verdict = deliver::with_answer(
      receivers::judge(how, {static_cast<long>(said.status), said.body, after}), said.body, how);
  attempt.status = request.status, attempt.wait = said.wait(wall);
}

// A file is written at once, as far as it goes; the bridge hears of it a moment later.
void SimulatedTransport::write(const deliver::Target& target,
                               const model::Notification& notification, std::optional<Fault> fault,
                               SeededRandom& random, Attempt& attempt) {
  auto& request = attempt.request;
  attempt.ends = clock_.monotonic() + std::chrono::microseconds(random.between(50, 5'000));
  if (fault) {  // whoever reads it hangs
    happened("receiver_file_hangs", request.receiver);
    attempt.arrives = false;
    attempt.ends = clock_.monotonic() + target.how->timeout;
    attempt.verdict = deliver::verdict_of_failure("nobody reads it");
    file_faults_[request.receiver] = attempt.verdict.detail;
    return;
  }
  const auto why = append(request.receiver, notification.body);
  if (gone()) request.reached = Reached::lost;
  if (why.empty()) {
    request.status = 200;
    attempt.verdict = {Verdict::Kind::delivered, "written", {}};
    file_faults_.erase(request.receiver);
    return;
  }
  request.whole = false;
  attempt.verdict = deliver::verdict_of_failure(why);
  file_faults_[request.receiver] = why;
}

// As OutputWriter does it: opened for each text, a line break before it where the last one was
// written in part. What a failed write left is not known here, so a part is assumed.
std::string SimulatedTransport::append(const std::string& path, std::string_view text) {
  if (!files || path == "console") return {};
  auto file = files->open(path, true);
  if (!file) return file.error().message;
  const auto size = (*file)->size();
  if (!size) return size.error().message;
  auto& broken = broken_lines_[path];
  const auto done = (*file)->write(*size, broken ? "\n" + std::string(text) : std::string(text));
  broken = !done;
  return done ? std::string() : done.error().message;
}

void SimulatedTransport::arrive(Attempt& attempt) {
  attempt.arrived = true;
  ++activity_;
  if (!attempt.arrives) return;
  auto& request = attempt.request;
  request.wall =
      clock_.wall() - std::chrono::duration_cast<Duration>(clock_.monotonic() - request.monotonic);
  attempt.place = seen_.size();
  if (on_trace)
    on_trace(fmt::format("{} sees {} {} [{}]: {} {}", request.receiver, request.target, request.id,
                         request.group_key, request.status, to_text(request.reached)));
  seen_.push_back(std::move(request));
}

// In the order of their times, and of their beginning where these are equal.
void SimulatedTransport::arrive_until(std::chrono::nanoseconds now) {
  for (;;) {
    Attempt* first = nullptr;
    for (auto& one : attempts_) {
      if (!one.arrived && one.request.monotonic <= now &&
          (!first || one.request.monotonic < first->request.monotonic))
        first = &one;
    }
    if (!first) return;
    arrive(*first);
  }
}

std::vector<deliver::Transport::Ended> SimulatedTransport::wait(
    std::chrono::milliseconds /*most*/) {
  if (gone()) return {};
  const auto now = clock_.monotonic();
  arrive_until(now);
  std::vector<Attempt> over;
  std::erase_if(attempts_, [&](Attempt& one) {
    if (!one.arrived || one.ends > now) return false;
    over.push_back(std::move(one));
    return true;
  });
  std::ranges::stable_sort(over, {}, &Attempt::ends);
  std::vector<Ended> ended;
  for (auto& one : over) {
    ++activity_;
    auto& asked = asked_[one.asked];
    asked.known = now, asked.known_before = asked_.size(),
    asked.taken = one.verdict.kind == Verdict::Kind::delivered;
    asked.status = one.status, asked.wait = one.wait;
    const auto sequence = one.arrives ? seen_[one.place].sequence : one.request.sequence;
    if (on_trace) on_trace(fmt::format("answer to {}: {}", sequence, one.verdict.detail));
    ended.push_back({sequence, std::move(one.verdict)});
  }
  return ended;
}

void SimulatedTransport::stop() {
  abandoned_ = static_cast<std::size_t>(std::ranges::count_if(
      attempts_, [&](const auto& one) { return one.request.sequence < kBeyondTheOutbox; }));
  lose_connections();
}

void SimulatedTransport::lose_connections() {
  const auto now = clock_.monotonic();
  arrive_until(now);
  for (auto& one : attempts_) {
    if (!one.arrived) {
      // On its way when the bridge ended: the system may have sent it still, whole or in part.
      SeededRandom random(
          SeededRandom::derived(seed_, one.request.target + ' ' + one.request.id,
                                ~tried_[one.request.target + ' ' + one.request.id]));
      one.arrives = one.arrives && random.chance(0.5);
      if (random.chance(0.2)) one.request.whole = false, one.request.status = 0;
      one.request.monotonic = now;
      arrive(one);
    }
    if (one.arrives) seen_[one.place].reached = Reached::lost;
  }
  if (!attempts_.empty()) ++activity_;
  attempts_.clear();
}

std::optional<std::chrono::nanoseconds> SimulatedTransport::next() const {
  std::optional<std::chrono::nanoseconds> first;
  for (const auto& one : attempts_) {
    const auto at = one.arrived ? one.ends : std::max(one.ends, one.request.monotonic);
    first = std::min(first.value_or(at), at);
  }
  if (!first) return first;
  return std::max<std::chrono::nanoseconds>(0ns, *first - clock_.monotonic());
}

const std::vector<Seen>& SimulatedTransport::seen() {
  arrive_until(clock_.monotonic());
  return seen_;
}

std::vector<std::string> SimulatedTransport::faults() const {
  std::vector<std::string> faults;
  for (const auto& [path, why] : file_faults_) faults.push_back(path + ": " + why);
  return faults;
}

}  // namespace alarum::simulation
