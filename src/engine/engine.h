#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alert/active_alerts.h"
#include "correlate/correlator.h"
#include "correlate/for_timer.h"
#include "correlate/gathering.h"
#include "engine/annulments.h"
#include "engine/sender_clocks.h"
#include "match/generation.h"
#include "model/record.h"

namespace alarum::engine {

/// Finds a generation by the hash that a reload record names. If it is gone, another one may be
/// returned in its place: the engine then goes on under that one, as after a reload. Error: it is
/// not stored, or it does not compile; `io_error`: it cannot be read now.
using FindGeneration =
    std::function<Result<std::shared_ptr<const match::Generation>>(const std::string& hash)>;

/// Match, correlate and alert as one function of the records: single-threaded, in journal order, no
/// locks, no clock, no I/O (but FindGeneration). The daemon, rule tests and replay run this same
/// code and differ only in where records come from and where changes go. Inside, all times are
/// engine time. Times that an event or a posted alert states are by the wall clock and are
/// converted to engine time; what people see of an alert (start, end, newest match) is converted
/// back. How a step works is in docs/architecture.md.
class Engine {
 public:
  /// `find` is called by prepare() and step() on their thread.
  explicit Engine(FindGeneration find) : find_(std::move(find)) {}

  /// Finds the generation that a Reload record names, before step(), so that a read error can be
  /// retried. Does nothing for other records. Error `io_error`: the generation cannot be read now;
  /// call it again. Any other fault of the generation is reported by step().
  Result<void> prepare(const model::Record& record);
  /// Runs every timer due at or before the record's stamp, then the record itself, and appends what
  /// changed to `changes`. Errors: a Reload whose generation cannot be found or does not compile
  /// (the rules in force stay), or a posted alert that cannot be read. Changes made by timers are
  /// there even then, and the next record can be stepped.
  Result<void> step(const model::Record& record, std::vector<model::Change>& changes);
  /// The same for callers that stop at the first error.
  Result<std::vector<model::Change>> step(const model::Record& record) {
    std::vector<model::Change> changes;
    if (auto done = step(record, changes); !done) return std::unexpected(done.error());
    return changes;
  }

  /// Who learns for which rule the following steps work; nullptr: nobody. It decides nothing, and
  /// outlives its use here.
  void set_meter(correlate::RuleMeter* meter) {
    meter_ = meter;
    correlator_.set_meter(meter);
  }

  /// How far engine time is ahead of the wall clock at the newest record.
  Duration ahead() const { return ahead_; }
  /// When the next timer is due, in engine time; nullopt if there is none.
  std::optional<Time> next_due() const;
  /// The rules in force; nullptr before the first Reload record.
  const match::Generation* generation() const { return generation_.get(); }
  /// Whether, at any time in this object's life, FindGeneration gave other rules than the record or
  /// the saved state names.
  bool had_other_rules() const { return had_other_rules_; }
  const alert::ActiveAlerts& active_alerts() const { return active_alerts_; }
  // For figures, the API and tests; all belong to the engine's thread.
  const correlate::Counts& counts() const { return correlator_.counts(); }
  const correlate::Correlator& correlator() const { return correlator_; }
  const correlate::ForTimer& delay() const { return delay_; }
  /// What `unless` annulled, in the newest step and in total.
  const Annulments& annulments() const { return annulments_; }
  const correlate::Gathering& gathering() const { return gathering_; }
  /// How often a text named a value that the event does not have.
  std::uint64_t missing_names() const { return missing_names_; }
  const SenderClocks& clocks() const { return clocks_; }
  /// How the time of the newest event was interpreted.
  const SenderClocks::Reading& reading() const { return reading_; }

  /// Takes over acknowledgements that an older checkpoint holds outside the engine's state. They
  /// have no time, and no change is reported.
  void adopt(const std::vector<model::Acknowledge>& acknowledged) {
    active_alerts_.adopt(acknowledged);
  }

  /// The engine's whole state, with a version, for a checkpoint (docs/formats/checkpoint.md). It is
  /// given in parts, so that events can be stepped in between: first begin_save(), then save_some()
  /// until saving() is false. Together the parts are the state at begin_save(), whatever is stepped
  /// meanwhile. The first part may be long; each other one has about `bytes` bytes.
  std::string begin_save();
  std::string save_some(std::size_t bytes);
  bool saving() const { return saving_; }
  /// Frees up to `keys` keys of rules that are gone. True if nothing is left to free.
  bool tidy(std::size_t keys) { return correlator_.tidy(keys); }
  /// Replaces the state. Error `bad_state` (another version, or damaged): nothing has changed.
  Result<void> restore(const std::string& state);

 private:
  /// When something happens (engine time) and in the step of which record. `news` is false for an
  /// event of a backlog, whose alert may be recorded as late.
  struct Moment {
    Time at;
    model::Offset offset = 0;
    bool news = true;
  };
  Time wall(Time at) const { return at - ahead_; }
  /// Where timers are. When several are due at the same time, rule and key decide the order.
  enum class Source : std::uint8_t { correlator, delay, active_alerts, clocks, gathering };
  /// `rule`: valid until the timer runs; empty if it belongs to no rule.
  struct Timer {
    Time at;
    std::string_view rule;
    Source source;
  };

  void works_for(std::string_view rule) {
    if (meter_) meter_->works_for(rule);
  }

  // The parts of a step, in the order in which step() calls them; each appends to `out`.
  std::optional<Timer> next_timer() const;
  void run_timers(const model::Record& record, std::vector<model::Change>& out);
  void run_delay(Moment moment, std::vector<model::Change>& out);
  Result<void> take(const model::Record& record, std::vector<model::Change>& out);
  Result<void> take(const model::Event& event, const model::Record& record,
                    std::vector<model::Change>& out);
  void take_hits(const model::Event& event, const model::FlatEvent& flat, const model::Hits& hits,
                 correlate::Correlator::Times times, Moment moment,
                 std::vector<model::Change>& out);
  std::optional<Annulments::Id> annulled_by(const rules::Rule& rule, const correlate::Key& key,
                                            const model::FlatEvent& flat, Moment moment);
  void judge_again(const std::vector<Annulments::Id>& targets, Time at);
  void apply(const std::vector<correlate::Decision>& findings, const model::Event* event,
             const model::FlatEvent* flat, Moment moment, std::vector<model::Change>& out);
  void open(const correlate::Decision& finding, const model::FlatEvent& flat, Moment moment,
            std::vector<model::Change>& out, const model::Labels& also = {});
  void roll_up(Moment moment, std::vector<model::Change>& out);
  void open_roll_up(const correlate::Gathering::Verdict& verdict, Moment moment,
                    std::vector<model::Change>& out);
  const model::Alert* firing(const alert::ActiveAlerts::Id& id) const;
  void annotate(const correlate::Decision& finding, const model::FlatEvent& flat, Moment moment,
                std::vector<model::Change>& out);
  void end_by_hand(const model::ResolveAlert& order, Moment moment,
                   std::vector<model::Change>& out);
  void feed(std::size_t first, Moment moment, std::vector<model::Change>& out);
  void tell_degraded(const model::Record& record, std::vector<model::Change>& out);
  void show_time(model::FlatEvent& flat, const model::Event& event, Time when, Time at) const;
  void notify_of_clocks(Moment moment, std::vector<model::Change>& out);
  Result<void> reload(const std::string& hash, const model::Record& record,
                      std::vector<model::Change>& out);
  void adopt();
  void gather_under_new_rules(Time at);

  FindGeneration find_;
  /// What prepare() found, for the record with this offset.
  std::shared_ptr<const match::Generation> found_;
  model::Offset found_for_ = 0;
  std::shared_ptr<const match::Generation> generation_;
  bool had_other_rules_ = false;
  correlate::Correlator correlator_;
  alert::ActiveAlerts active_alerts_;
  correlate::ForTimer delay_;
  Annulments annulments_;
  correlate::Gathering gathering_;
  /// Rules of generation_, and the built-in ones.
  std::unordered_map<std::string, const rules::Rule*> by_name_;
  SenderClocks clocks_;
  SenderClocks::Reading reading_;
  bool feeds_alerts_ = false;       ///< some rule matches alerts
  std::set<std::string> degraded_;  ///< rules for which AlarumRuleDegraded fires
  std::size_t missing_names_ = 0;
  Duration ahead_{};  ///< of the record that is stepped
  bool saving_ = false;
  correlate::RuleMeter* meter_ = nullptr;
};

}  // namespace alarum::engine
