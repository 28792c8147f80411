#include "tests/simulation/choices.h"

#include <algorithm>
#include <array>

#include "tests/simulation/catalogue.h"
#include "tests/simulation/old.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Act::Kind;

constexpr std::array<std::string_view, 25> kNames{
    "send",        "repeat",      "forget",           "drop",       "bad_input",   "silence",
    "expire",      "acknowledge", "unacknowledge",    "resolve",    "reload",      "bad_reload",
    "redrive",     "look",        "restart",          "clock_step", "disk_errors", "disk_nth",
    "disk_full",   "flip",        "receiver_trouble", "stall",      "kill",        "power_cut",
    "lose_segment"};

// What coverage must have seen in a long run.
constexpr std::array<std::string_view, 43> kFaults{"kill",
                                                   "power_cut",
                                                   "start_crashed",
                                                   "start_failed",
                                                   "clock_back",
                                                   "clock_forward",
                                                   "stall",
                                                   "step_in_checkpoint",
                                                   "flip",
                                                   "lost_segment",
                                                   "disk_full",
                                                   "open_failed",
                                                   "write_failed",
                                                   "sync_failed",
                                                   "allocate_failed",
                                                   "truncate_failed",
                                                   "rename_failed",
                                                   "remove_failed",
                                                   "sync_folder_failed",
                                                   "bad_input",
                                                   "repeat",
                                                   "stutter",
                                                   "late_event",
                                                   "drift",
                                                   "sender_restart",
                                                   "answer_lost",
                                                   "request_cut",
                                                   "reordered",
                                                   "old_folder",
                                                   "bad_reload",
                                                   "receiver_slow",
                                                   "receiver_too_slow",
                                                   "receiver_half",
                                                   "receiver_wrong",
                                                   "receiver_429",
                                                   "receiver_429_date",
                                                   "receiver_error",
                                                   "receiver_burst",
                                                   "receiver_refused",
                                                   "receiver_lost_answer",
                                                   "receiver_cut",
                                                   "receiver_dead",
                                                   "receiver_file_hangs"};

class Chooser {
 public:
  Chooser(Choices& choices, std::uint64_t seed)
      : out_(choices), random_(SeededRandom::derived(seed, "choices")) {}

  void make() {
    std::chrono::nanoseconds span = std::chrono::seconds(random_.between(60, 1200));
    if (random_.chance(0.05)) span *= 6;
    out_.span = span;
    out_.begin = Time(std::chrono::duration_cast<Duration>(
        std::chrono::seconds(1'790'000'000 + random_.between(0, 30'000'000))));
    settings();
    make_senders();
    make_acts();
    std::ranges::stable_sort(out_.acts, {}, &Act::at);
    for (std::size_t i = 0; i < out_.acts.size(); ++i) out_.acts[i].number = i;
    begin_old();
    cut_turns();
  }

 private:
  void settings() {
    auto& r = random_;
    out_.rules = r.of(rule_sets()).name;
    out_.config = r.of(configs()).name;
    out_.segment_size = std::array<std::uint64_t, 3>{16 << 10, 32 << 10, 64 << 10}[r.below(3)];
    out_.retention =
        r.chance(0.3) ? Duration(std::chrono::seconds(r.between(30, 900))) : Duration(24h * 7);
    out_.max_size = r.chance(0.1) ? out_.segment_size * static_cast<std::uint64_t>(r.between(4, 10))
                                  : std::uint64_t{1} << 30;
    out_.dedup_window =
        r.chance(0.2) ? Duration(std::chrono::seconds(r.between(20, 600))) : Duration(24h);
    out_.dedup_max = r.chance(0.15) ? static_cast<std::uint64_t>(r.between(20, 200)) : 1'000'000;
    out_.keep_matched = r.chance(0.15);
    out_.checkpoint_every =
        std::chrono::seconds(r.chance(0.3) ? r.between(1, 20) : r.between(20, 180));
    out_.checkpoint_records =
        static_cast<std::uint64_t>(r.chance(0.3) ? r.between(5, 60) : 250'000);
    out_.audit_every = std::chrono::seconds(r.chance(0.15) ? 60 : r.between(300, 3600));
    out_.audit_first = std::chrono::seconds(r.chance(0.35) ? 0 : r.between(5, 400));
    out_.recovery_checkpoint_every = std::chrono::seconds(r.chance(0.3) ? 0 : 10);
    out_.queue_bytes = r.chance(0.3) ? static_cast<std::size_t>(r.between(200, 6000)) : 8 << 20;
    out_.deliver_queue = r.chance(0.3) ? static_cast<std::size_t>(r.between(1, 8)) : 20'000;
    out_.deliver_target_queue = r.chance(0.3) ? static_cast<std::size_t>(r.between(1, 4)) : 500;
    out_.names_reorder = r.chance(0.3);
    out_.tears_sectors = r.chance(0.5);
    out_.write_back = r.chance(0.4) ? 0.02 : 0;
    for (int i = 0; i < 16; ++i)
      out_.weights.push_back(r.chance(0.25) ? 0.05 : r.chance(0.25) ? 4 : 1);
    out_.early = r.chance(0.5) ? 0.05 * r.share() : 0;
  }

  // Some lives begin where an older alarum ended, a moment or some days after that. Drawn apart:
  // all others stay as they are.
  void begin_old() {
    SeededRandom r(SeededRandom::derived(out_.seed, "old"));
    if (!r.chance(0.04)) return;
    out_.old = r.of(old_folders());
    static constexpr std::array<std::int64_t, 3> kMost{60, 40'000, 10 * 86'400};
    out_.begin = old_folder(out_.old)->end + std::chrono::seconds(r.between(5, kMost[r.below(3)]));
    out_.rules = r.chance(0.5) ? kOldRules : kGrownRules;
    out_.config = kOldConfig;
  }

  // In some lives turns are cut short, and checkpoints are saved in parts between which other
  // things happen. Drawn apart: all others stay as they are.
  void cut_turns() {
    SeededRandom r(SeededRandom::derived(out_.seed, "cut turns"));
    if (!r.chance(0.3)) return;
    out_.interrupted = 0.05 + 0.35 * r.share();
    out_.checkpoint_part = static_cast<std::size_t>(r.between(20, 300));
  }

  void make_senders() {
    auto& r = random_;
    const auto count = r.between(1, 4);
    for (std::int64_t i = 0; i < count; ++i) {
      SenderChoice sender;
      if (r.chance(0.3)) sender.drift = Duration(std::chrono::seconds(r.between(-90, 90)));
      if (r.chance(0.3)) sender.late = 0.3 * r.share();
      if (r.chance(0.4)) sender.repeats = 0.3 * r.share();
      if (r.chance(0.3)) sender.reorders = 0.5 * r.share();
      sender.at_once = static_cast<std::size_t>(r.between(1, 4));
      sender.batch = static_cast<std::size_t>(r.chance(0.3) ? 1 : r.between(2, 12));
      sender.routes = static_cast<unsigned>(r.between(1, 63));
      out_.senders.push_back(sender);
    }
  }

  void add(Kind kind, std::int64_t count) {
    for (; count > 0; --count) {
      const auto at = std::chrono::nanoseconds(
          static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(out_.span.count()))));
      out_.acts.push_back({kind, at, random_.next(), 0});
    }
  }
  /// A kind that this life has, or has not.
  void maybe(double share, Kind kind, std::int64_t low, std::int64_t high) {
    const bool has = random_.chance(share);
    const auto count = random_.between(low, high);
    if (has) add(kind, count);
  }

  void make_acts() {
    add(Kind::send, random_.chance(0.15) ? random_.between(5, 30) : random_.between(30, 90));
    if (random_.chance(0.3)) bursts();
    maybe(0.7, Kind::repeat, 1, 12);
    maybe(0.3, Kind::forget, 1, 3);
    maybe(0.4, Kind::drop, 1, 5);
    maybe(0.5, Kind::bad_input, 1, 5);
    maybe(0.5, Kind::silence, 1, 4);
    maybe(0.4, Kind::expire, 1, 3);
    maybe(0.4, Kind::acknowledge, 1, 4);
    maybe(0.2, Kind::unacknowledge, 1, 2);
    maybe(0.4, Kind::resolve, 1, 4);
    maybe(0.75, Kind::reload, 1, 4);
    maybe(0.3, Kind::bad_reload, 1, 2);
    maybe(0.3, Kind::redrive, 1, 3);
    maybe(0.5, Kind::look, 1, 6);
    maybe(0.4, Kind::restart, 1, 2);
    maybe(0.4, Kind::clock_step, 1, 3);
    maybe(0.35, Kind::disk_errors, 1, 3);
    maybe(0.4, Kind::disk_nth, 1, 4);
    maybe(0.2, Kind::disk_full, 1, 2);
    maybe(0.06, Kind::flip, 1, 3);
    maybe(0.7, Kind::receiver_trouble, 1, 5);
    maybe(0.2, Kind::stall, 1, 3);
    maybe(0.75, Kind::kill, 1, 4);
    maybe(0.75, Kind::power_cut, 1, 4);
    maybe(0.05, Kind::lose_segment, 1, 2);
  }

  // Much in a moment.
  void bursts() {
    for (auto count = random_.between(1, 3); count > 0; --count) {
      const auto from =
          static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(out_.span.count())));
      for (auto left = random_.between(5, 25); left > 0; --left)
        out_.acts.push_back({Kind::send,
                             std::chrono::nanoseconds(from + random_.between(0, 20'000'000)),
                             random_.next(), 0});
    }
  }

  Choices& out_;
  SeededRandom random_;
};

}  // namespace

std::string_view to_text(Act::Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}
std::span<const std::string_view> all_faults() {
  return kFaults;
}

Choices::Choices(std::uint64_t number) : seed(number) {
  Chooser(*this, number).make();
}

}  // namespace alarum::simulation
