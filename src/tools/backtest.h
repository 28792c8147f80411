#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "match/generation.h"
#include "model/alert.h"
#include "tools/past.h"
#include "tools/people.h"

namespace alarum::tools {

/// One alert that fired in the past, or that other rules would have fired.
struct PastAlert {
  std::string rule, key;
  model::Severity severity = model::Severity::warning;
  Time starts_at;               ///< event time
  Time fired_at;                ///< engine time
  std::optional<Time> ends_at;  ///< nullopt: still firing at the end
  model::EndReason reason = model::EndReason::none;
  model::Offset offset = 0;  ///< of the record that fired it
};

/// How the alerts of a period differ between two sets of rules.
struct BacktestReport {
  Time from, to;             ///< engine time of the period
  std::uint64_t events = 0;  ///< in the period
  /// The numbers of one set of rules. A period below a day counts as one: what was in an hour says
  /// little about a day, so nothing is scaled up.
  struct Side {
    std::size_t alerts = 0;  ///< fired in the period, without those that came late
    double a_day = 0;        ///< alerts in 24 hours
    /// What `person` gets in 24 hours: pages (first notifications and updates), those of them that
    /// are critical, and all messages with ends and reminders. Alerts that came late do not count.
    double pages_a_night = 0, critical_a_night = 0, messages_a_night = 0;
  };
  /// The target that gets most, on both sides together; empty if nobody gets anything
  std::string person;
  Side old_rules, new_rules;
  std::vector<PastAlert> added, removed;
  /// An alert of the same rule and key with another start, end, severity or reason.
  struct Moved {
    PastAlert before, after;
  };
  std::vector<Moved> moved;
  struct Noisy {
    std::string rule, key;
    std::size_t before = 0, after = 0;  ///< times fired
  };
  std::vector<Noisy> noisiest;  ///< at most ten, by what the new rules would fire
  /// What one day (UTC) had under both: alerts that began, and pages of `person`.
  struct Day {
    std::chrono::sys_days day;
    std::size_t alerts_before = 0, alerts_after = 0, pages_before = 0, pages_after = 0;
  };
  std::vector<Day> days;  ///< every day of the period that had something, in order

  bool is_short() const { return to - from < std::chrono::hours(24); }
  bool same() const { return added.empty() && removed.empty() && moved.empty(); }
};

/// Compares the transitions that a replay makes with those that were recorded in the book, each as
/// a history_line(). Only transitions from `from` on count, because retention removes alerts that
/// are over from the book long before the journal loses their events. Pure.
class HistoryCheck {
 public:
  /// `recorded`: the book's transitions in order, with offsets of `from` and above.
  HistoryCheck(std::vector<std::string> recorded, model::Offset from)
      : recorded_(std::move(recorded)), from_(from) {}

  /// Takes a transition of the replay, in order.
  void take(const model::Change& change);
  std::size_t recorded() const { return recorded_.size(); }
  std::size_t replayed() const { return replayed_.size(); }
  /// The first place where the two differ, a line for each; empty if they are the same.
  std::string difference() const;

 private:
  const std::vector<std::string> recorded_;
  const model::Offset from_;
  std::vector<std::string> replayed_;
};

/// Replays the journal through two engines: one under the rules that were in force, one under other
/// rules from the first record on. Nothing is sent. Records before `since` only fill the engines'
/// state. Both sides use the same `outlets` to count messages, because the journal does not say
/// what the config was. Pure: records in, a report out. Memory: both engines, and each alert of the
/// period.
class Backtest {
 public:
  /// `stored`, `hash_of`: find the recorded rules (see PastEngine). `next`: the rules to try.
  Backtest(engine::FindGeneration stored, FindHash hash_of,
           std::shared_ptr<const match::Generation> next, Time since,
           const engine::DeliveryConfig& outlets);

  Result<void> step(const model::Record& record);
  BacktestReport report() const;
  /// Alerts of the period so far, on both sides together.
  std::size_t alerts() const { return before_.alerts.size() + after_.alerts.size(); }

 private:
  struct Side {
    std::vector<PastAlert> alerts;
    std::map<std::pair<std::string, std::string>, std::size_t> open;  // index into alerts
    std::map<std::string, PeopleCount> sent;                          // by target
    // Pages by target and day
    std::map<std::string, std::map<std::chrono::sys_days, std::size_t>> pages;
    void take(const model::Change& change, Time since);
  };
  Result<void> pass_time(const model::Record& record);
  Result<void> step_old(const model::Record& record);
  Result<void> step_new(const model::Record& record);
  People::Take counting(Side& side);
  std::string person() const;
  std::vector<BacktestReport::Day> by_day(const std::string& person) const;

  PastEngine old_;
  engine::Engine new_;
  const std::shared_ptr<const match::Generation> next_;
  const Time since_;
  Side before_, after_;
  People old_people_, new_people_;
  Duration ahead_{};  // how far the engine time of the record is ahead of the wall clock
  Time now_;          // engine time of the newest step of the new engine
  bool began_ = false;
  std::optional<Time> from_;
  Time to_;
  std::uint64_t events_ = 0;
};

}  // namespace alarum::tools
