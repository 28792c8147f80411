#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
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

/// Finds a generation by the hash that a reload record names. Where it is gone another may stand in
/// for it: the engine then goes on under that one as after a reload. Error: it is not stored, or
/// does not compile.
using FindGeneration =
    std::function<Result<std::shared_ptr<const match::Generation>>(const std::string& hash)>;

/// Match + correlate + alert behind one step: pure, single-threaded, in journal order, no locks, no
/// clock, no I/O. The daemon, rule tests and replay run this same code; they differ only in where
/// records come from and where changes go. Inside all is engine time; the times that an event or a
/// posted alert states are the wall clock's and come in as engine time, what people see of an alert
/// (its start, end, newest match) goes out by the wall clock.
class Engine {
 public:
  explicit Engine(FindGeneration find) : find_(std::move(find)) {}

  /// Before step(), where the record can wait: finds the rules that it names. Error `io_error`:
  /// they cannot be read just now; call it again. Of all else that is the matter with them step()
  /// says.
  Result<void> prepare(const model::Record& record);
  /// First runs every timer due at or before the record's stamp, then the record; adds what changed
  /// to `changes`, by timers also where the record itself is an error. Errors: a reload whose
  /// generation cannot be found (the rules in force stay); `bad_record`, a posted alert that cannot
  /// be read.
  Result<void> step(const model::Record& record, std::vector<model::Change>& changes);
  /// The same, for whom an error ends all.
  Result<std::vector<model::Change>> step(const model::Record& record) {
    std::vector<model::Change> changes;
    if (auto done = step(record, changes); !done) return std::unexpected(done.error());
    return changes;
  }

  /// How far engine time was before the wall clock at the newest record.
  Duration ahead() const { return ahead_; }
  /// When the next timer is due, in engine time.
  std::optional<Time> next_due() const;
  const match::Generation* generation() const { return generation_.get(); }
  /// Once in its life others stood in for the rules that a record or a saved state names.
  bool had_other_rules() const { return had_other_rules_; }
  const alert::ActiveAlerts& active_alerts() const { return active_alerts_; }
  const correlate::Counts& counts() const { return correlator_.counts(); }
  const correlate::Correlator& correlator() const { return correlator_; }
  const correlate::ForTimer& delay() const { return delay_; }
  /// What `unless` annulled: in the newest step, and how often.
  const Annulments& annulments() const { return annulments_; }
  const correlate::Gathering& gathering() const { return gathering_; }
  std::uint64_t missing_names() const { return missing_names_; }
  const SenderClocks& clocks() const { return clocks_; }
  /// What the time of the newest event was worth.
  const SenderClocks::Reading& reading() const { return reading_; }

  /// Acknowledgements that an older checkpoint holds beside the engine's state: they hold, since a
  /// time that is not known, without a change.
  void adopt(const std::vector<model::Acknowledge>& acknowledged) {
    active_alerts_.adopt(acknowledged);
  }

  /// Everything the engine remembers, with a version: what a checkpoint holds
  /// (docs/formats/checkpoint.md). In parts, between steps: what begin_save() and then each
  /// save_some() give, one after the other, until saving() is false. It is what the engine
  /// remembered at begin_save(), whatever it steps meanwhile. A part is of about `bytes`, but for
  /// the first.
  std::string begin_save();
  std::string save_some(std::size_t bytes);
  bool saving() const { return saving_; }
  /// Gives back some `keys` of what rules that are gone remembered. True: nothing is left.
  bool tidy(std::size_t keys) { return correlator_.tidy(keys); }
  /// Error `bad_state`: another version, or damaged. The engine is then unchanged.
  Result<void> restore(const std::string& state);

 private:
  /// When something happens, in engine time, and by which record. `news`: not because of a backlog;
  /// an alert of a backlog may be late.
  struct Moment {
    Time at;
    model::Offset offset = 0;
    bool news = true;
  };
  Time wall(Time at) const { return at - ahead_; }
  enum class Source : std::uint8_t { correlator, delay, active_alerts, clocks, gathering };

  std::optional<std::pair<Time, Source>> next_timer() const;
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
  std::shared_ptr<const match::Generation> found_;  ///< by prepare(), for the record of this offset
  model::Offset found_for_ = 0;
  std::shared_ptr<const match::Generation> generation_;
  bool had_other_rules_ = false;
  correlate::Correlator correlator_;
  alert::ActiveAlerts active_alerts_;
  correlate::ForTimer delay_;
  Annulments annulments_;
  correlate::Gathering gathering_;
  std::unordered_map<std::string, const rules::Rule*> by_name_;  ///< of generation_, and our own
  SenderClocks clocks_;
  SenderClocks::Reading reading_;
  bool feeds_alerts_ = false;       ///< some rule matches alerts
  std::set<std::string> degraded_;  ///< rules that AlarumRuleDegraded stands for
  std::size_t missing_names_ = 0;
  Duration ahead_{};  ///< of the record that is stepped
  bool saving_ = false;
};

}  // namespace alarum::engine
