#pragma once
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

/// One alert that fired in the past, or would have.
struct PastAlert {
  std::string rule, key;
  model::Severity severity = model::Severity::warning;
  Time starts_at;               ///< event time
  Time fired_at;                ///< engine time
  std::optional<Time> ends_at;  ///< nullopt: still firing at the end
  model::EndReason reason = model::EndReason::none;
  model::Offset offset = 0;  ///< of the record that fired it
};

struct BacktestReport {
  Time from, to;             ///< engine time of the period
  std::uint64_t events = 0;  ///< in the period
  struct Side {
    std::size_t alerts = 0;  ///< fired in the period, but for those that came late
    double a_day = 0;
    /// What one person gets in 24 hours: pages (updates too), those that are critical, and all
    /// messages, ends and reminders too. Of alerts that came late, nothing.
    double pages_a_night = 0, critical_a_night = 0, messages_a_night = 0;
  };
  /// The target that is sent most, both sides together; empty: nobody is sent anything
  std::string person;
  Side old_rules, new_rules;
  std::vector<PastAlert> added, removed;
  struct Moved {
    PastAlert before, after;  ///< the same rule and key, another start, end, severity or reason
  };
  std::vector<Moved> moved;
  struct Noisy {
    std::string rule, key;
    std::size_t before = 0, after = 0;  ///< times fired
  };
  std::vector<Noisy> noisiest;  ///< at most ten, by what the new rules would fire

  bool same() const { return added.empty() && removed.empty() && moved.empty(); }
};

/// The transitions that a replay makes against those that were recorded, each a history_line().
/// Only from the offset on from which the record is complete: retention forgets alerts that are
/// over long before the journal need forget their events.
class HistoryCheck {
 public:
  /// `recorded`: in order, with offsets of `from` and above.
  HistoryCheck(std::vector<std::string> recorded, model::Offset from)
      : recorded_(std::move(recorded)), from_(from) {}

  void take(const model::Change& change);
  std::size_t recorded() const { return recorded_.size(); }
  std::size_t replayed() const { return replayed_.size(); }
  /// The first place where the two part, a line each; empty: they are the same.
  std::string difference() const;

 private:
  const std::vector<std::string> recorded_;
  const model::Offset from_;
  std::vector<std::string> replayed_;
};

/// The past through two engines: under the rules that were in force, and under other ones in their
/// place from the first record on. Nothing is sent. Records before `since` warm both up. What
/// people would get goes by `outlets` on both sides: the journal does not say which config there
/// was. Pure: records in, a report out.
class Backtest {
 public:
  Backtest(engine::FindGeneration stored, FindHash hash_of,
           std::shared_ptr<const match::Generation> next, Time since,
           const engine::DeliveryConfig& outlets);

  Result<void> step(const model::Record& record);
  BacktestReport report() const;

 private:
  struct Side {
    std::vector<PastAlert> alerts;
    std::map<std::pair<std::string, std::string>, std::size_t> open;  // index into alerts
    std::map<std::string, PeopleCount> sent;                          // by target
    void take(const model::Change& change, Time since);
  };
  Result<void> pass_time(const model::Record& record);
  Result<void> step_old(const model::Record& record);
  Result<void> step_new(const model::Record& record);
  People::Take counting(Side& side);
  std::string person() const;

  PastEngine old_;
  engine::Engine new_;
  const std::shared_ptr<const match::Generation> next_;
  const Time since_;
  Side before_, after_;
  People old_people_, new_people_;
  Duration ahead_{};  // of the record that is stepped
  Time now_;          // of the newest step of the new engine
  bool began_ = false;
  std::optional<Time> from_;
  Time to_;
  std::uint64_t events_ = 0;
};

}  // namespace alarum::tools
