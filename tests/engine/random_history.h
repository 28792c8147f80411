#pragma once
#include <algorithm>
#include <random>
#include <set>

#include "engine/preview.h"
#include "tests/engine/world.h"

/// Random small rule sets and streams for the property tests, and the alerts that come of them.
namespace alarum::engine {

struct Happening {
  Time when;  ///< its own time
  Time arrival;
  /// As support::event_of reads it, without times; or `!start`: nobody listened since the one
  /// before; `!reload N`
  std::string id, line;
};
using Stream = std::vector<Happening>;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  bool one_in(std::size_t n) { return below(n) == 0; }
  Duration up_to(Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_));
  }
  const std::string& of(const std::vector<std::string>& words) {
    return words[below(words.size())];
  }
  /// Some of the rules, at least one.
  std::string rules_of(const std::vector<std::string>& rules) {
    std::string text;
    while (text.empty()) {
      for (const auto& rule : rules) {
        if (!one_in(3)) text += "- " + rule + '\n';
      }
    }
    return "rules:\n" + text;
  }

 private:
  std::mt19937_64 random_;
};

inline void by_arrival(Stream& stream) {
  std::stable_sort(stream.begin(), stream.end(),
                   [](const auto& a, const auto& b) { return a.arrival < b.arrival; });
}

/// Each arrives up to `most` after its time.
inline Stream shuffled(Stream stream, Duration most, Dice& dice) {
  for (auto& one : stream) one.arrival = one.when + dice.up_to(most);
  by_arrival(stream);
  return stream;
}
/// Some arrive once or twice more, up to `most` after their time.
inline Stream repeated(Stream stream, Duration most, Dice& dice) {
  const auto once = stream;
  for (const auto& one : once) {
    if (!dice.one_in(4)) continue;
    stream.push_back(one);
    stream.back().arrival = one.when + dice.up_to(most);
  }
  by_arrival(stream);
  return stream;
}

/// An engine that steps over a stream as the daemon would, and may be killed and reloaded.
class Daemon {
 public:
  struct Trouble {
    std::size_t crash = 0, reload = 0, checkpoint = 0;  ///< one in so many records; 0: never
  };
  using Generations = std::vector<std::shared_ptr<const match::Generation>>;
  Daemon(Generations generations, Trouble trouble, std::uint64_t seed)
      : generations_(std::move(generations)), trouble_(trouble), dice_(seed) {
    put(support::kStart - std::chrono::hours(1), model::Start{});
    put(support::kStart - std::chrono::hours(1), model::Reload{hash()});
  }

  void run(const Stream& stream) {
    for (const auto& one : stream) {
      if (one.line == "!start") {
        put(one.arrival, model::Start{one.arrival - last_});
        continue;
      }
      tick_until(one.arrival);
      if (one.line == "!step") {
        put(one.arrival, model::ClockStep{std::chrono::hours(3)});
        continue;
      }
      if (one.line.starts_with("!reload ")) {
        in_force_ = std::stoul(one.line.substr(8));
        put(one.arrival, model::Reload{hash()});
        continue;
      }
      if (happens(trouble_.reload)) put(one.arrival, model::Reload{hash()});
      const auto own =
          one.line + " time=" + (one.when < support::kStart ? "-" : "") +
          format_duration(std::max(one.when - support::kStart, support::kStart - one.when));
      put(one.arrival, support::event_of(own, one.arrival, one.id));
    }
    tick_until(last_ + std::chrono::hours(48));  // all that ends by itself has ended
  }

  const std::vector<model::Change>& changes() const { return changes_; }
  const Engine& engine() const { return *engine_; }
  std::string preview_differs;  ///< reloads that did something else than was foreseen
  std::size_t reload_ends = 0;  ///< rules of which reloads ended alerts
  std::size_t checkpoints = 0;  ///< that were finished
  std::string replay_differs;   ///< what a replay made of its records that was not so before

 private:
  bool happens(std::size_t one_in) { return one_in != 0 && dice_.one_in(one_in); }

  void tick_until(Time at) {
    for (int ticks = 0; engine_->next_due() && *engine_->next_due() <= at; ++ticks) {
      if (ticks > 100'000) throw std::runtime_error("timers without an end");
      put(std::max(last_, *engine_->next_due()), model::Tick{});
    }
  }

  void put(Time at, model::Payload payload) {
    last_ = at;
    records_.push_back({records_.size(), at, 0, std::move(payload), std::nullopt});
    const bool reloads = std::holds_alternative<model::Reload>(records_.back().payload);
    const auto foreseen =
        reloads ? Preview(generations_.at(in_force_)->rules()).of(*engine_) : Effects();
    auto changes = engine_->step(records_.back());
    if (!changes) throw std::runtime_error(changes.error().message);
    if (reloads) compare(foreseen, *changes);
    firsts_.push_back(changes_.size());
    changes_.insert(changes_.end(), changes->begin(), changes->end());
    checkpoint();
    if (happens(trouble_.crash)) crash();
  }

  // A timer that is due is not foreseen: none is here, put() is called after tick_until().
  void compare(const Effects& foreseen, const std::vector<model::Change>& changes) {
    std::map<std::string, std::size_t> ended, wanted;
    for (const auto& change : changes) {
      if (change.alert.reason == model::EndReason::rule_changed &&
          !rules::is_builtin(change.alert.rule))
        ++ended[change.alert.rule];
    }
    for (const auto& [rule, effect] : foreseen) {
      if (effect.ends > 0) wanted[rule] = effect.ends;
    }
    if (ended != wanted) preview_differs += "at record " + std::to_string(records_.size()) + '\n';
    reload_ends += ended.size();
  }

  // In parts as small as can be, over the records that follow: one that a crash leaves unfinished
  // is of no use.
  void checkpoint() {
    if (engine_->saving()) {
      draft_ += engine_->save_some(dice_.below(300));
      if (!engine_->saving())
        saved_ = std::exchange(draft_, ""), saved_at_ = drafted_at_, ++checkpoints;
    } else if (happens(trouble_.checkpoint)) {
      draft_ = engine_->begin_save();
      drafted_at_ = records_.size();
    }
  }

  // Everything since the newest checkpoint is forgotten, and made again from the journal: the same
  // comes out.
  void crash() {
    engine_ = fresh();
    if (!saved_.empty()) {
      if (auto done = engine_->restore(saved_); !done)
        throw std::runtime_error(done.error().message);
    }
    std::string before, after;
    for (auto i = saved_.empty() ? 0 : saved_at_; i < records_.size(); ++i) {
      const auto changes = engine_->step(records_[i]);
      const auto last = i + 1 < firsts_.size() ? firsts_[i + 1] : changes_.size();
      for (auto c = firsts_[i]; c < last; ++c)
        before += changes_[c].alert.id + ' ' + shown(changes_[c]);
      for (const auto& change : *changes) after += change.alert.id + ' ' + shown(change);
    }
    if (before != after && replay_differs.empty())
      replay_differs = "was:\n" + before + "replay:\n" + after;
  }

  std::unique_ptr<Engine> fresh() {
    return std::make_unique<Engine>(
        [this](const std::string& wanted) -> Result<std::shared_ptr<const match::Generation>> {
          return *std::ranges::find_if(
              generations_, [&](const auto& one) { return one->rules().hash == wanted; });
        });
  }
  const std::string& hash() const { return generations_.at(in_force_)->rules().hash; }

  Generations generations_;
  std::size_t in_force_ = 0;
  Trouble trouble_;
  Dice dice_;
  std::unique_ptr<Engine> engine_ = fresh();
  std::vector<model::Record> records_;
  std::vector<std::size_t> firsts_;  // of changes_, by record
  std::vector<model::Change> changes_;
  std::string saved_, draft_;
  std::size_t saved_at_ = 0, drafted_at_ = 0;
  Time last_ = support::kStart;
};

/// The set of (alert, key, startsAt) as text, and `complaints` about alerts that are not resolved
/// exactly once.
struct History {
  std::set<std::string> alerts;
  std::string complaints;
};

inline History history_of(const std::vector<model::Change>& changes) {
  struct Life {
    model::Alert alert;
    int fired = 0, resolved = 0;
  };
  std::map<std::string, Life> lives;
  for (const auto& change : changes) {
    auto& life =
        lives[change.alert.id + (change.alert.late ? shown(change).substr(0, 0) +
                                                         support::shown(change.alert.starts_at)
                                                   : "")];
    life.alert = change.alert;
    life.fired += change.kind == model::Change::Kind::fired;
    life.resolved += change.kind == model::Change::Kind::resolved;
  }
  History history;
  for (const auto& [id, life] : lives) {
    const auto text =
        life.alert.rule + '{' + life.alert.key + "} since " + support::shown(life.alert.starts_at);
    history.alerts.insert(text);
    const bool may_stay = life.alert.rule == rules::kSourceSilent;
    if (life.fired != 1 || life.resolved > 1 || (life.resolved == 0 && !may_stay)) {
      history.complaints += text + ": fired " + std::to_string(life.fired) + " times, resolved " +
                            std::to_string(life.resolved) + " times\n";
    }
  }
  return history;
}

inline std::string text_of(const Stream& stream) {
  std::string text;
  for (const auto& one : stream) {
    text += support::shown(one.arrival) + ' ' + one.line + " id=" + one.id +
            " time=" + support::shown(one.when) + '\n';
  }
  return text;
}

}  // namespace alarum::engine
