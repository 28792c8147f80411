#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/record.h"
#include "tests/simulation/catalogue.h"

namespace alarum::simulation {

/// An alert that must exist, by docs/rules.md.
struct ModelAlert {
  std::string rule, key;
  std::string id;               ///< computed independently (alert_id_of())
  model::Offset opened_by = 0;  ///< the record in whose step it fired
  Time starts_at;               ///< by the wall clock
  std::uint64_t count = 1;      ///< matches so far; of windows not known: 0
  std::string reason;           ///< how it ended, in the words of the API; empty: it fires
  model::Offset ended_by = 0;   ///< the record in whose step it ended
  unsigned severity = 0;        ///< 1 (info) to 5 (critical)
};

/// A second implementation of the simple rules of the catalogue, written from docs/rules.md without
/// any code of the engine and as plainly as possible: each key stores all its matches, and each
/// match looks at all of them. check_model() compares it with the bridge.
///
/// There are cases that it does not understand, for example events of senders whose clocks are off,
/// or windows whose numbers a reload changed. Then it gives up that key for good; such keys are
/// left out of the comparison, and counted. Pure.
class Model {
 public:
  /// The rules of a generation by its hash; nullptr if they are not known, and then the model gives
  /// up all keys.
  using FindRules = std::function<const std::vector<SimpleRule>*(const std::string& hash)>;
  explicit Model(FindRules find) : find_(std::move(find)) {}

  /// Takes the next record of the journal, in order from the first one on. After a gap in the
  /// offsets it gives up all keys.
  void take(const model::Record& record);

  /// Whether its alerts of this rule and key can be compared.
  bool knows(const std::string& rule, const std::string& key) const;
  /// The alerts that fire, by (rule, key), and those that have ended, in order; also of keys that
  /// it has given up.
  const std::map<std::pair<std::string, std::string>, ModelAlert>& firing() const {
    return firing_;
  }
  const std::vector<ModelAlert>& ended() const { return ended_; }
  /// Whether it has given up all keys.
  bool blind() const { return blind_; }
  /// How many keys it has given up.
  std::size_t left_out() const { return left_out_.size(); }
  /// Whether the wall clock was ever stepped; then starts of alerts cannot be compared.
  bool stepped() const { return stepped_; }

 private:
  using Id = std::pair<std::string, std::string>;  // rule, key
  struct Report {
    Time when;     // event time as it counts, in engine time
    Time arrived;  // engine time
    std::string sender;
    Time said;         // by the sender's clock
    std::string name;  // source and id
    bool odd = false;  // its time says what the model does not understand
  };
  struct Window {
    std::map<std::pair<Time, std::string>, std::string> matches;  // (when, source and id) → sender
    Time cleared = Time::min();
    std::optional<std::pair<Time, Time>> live;  // the stretch that fires
  };
  struct Plain {
    std::optional<Report> fault;  // the newest by its time, while it fires
    std::vector<Report> recoveries;
  };
  struct Absence {
    Time heard;
    bool fires = false;
  };
  struct Due {
    Time at;
    Id id;
    int kind = 0;  // 0 the window drains, 1 the absent is missed, 2 `resolve_after`
  };

  void run_timers(const model::Record& record);
  std::optional<Due> next_due() const;
  void take_event(const model::Event& event, const model::Record& record);
  void take_hit(const SimpleRule& rule, bool ends, const Report& report, const model::Event& event,
                const model::Record& record);
  void fault(const SimpleRule& rule, const std::string& key, const Report& report,
             const model::Record& record);
  void recovery(const SimpleRule& rule, const std::string& key, const Report& report,
                const model::Record& record);
  bool is_over(const Id& id, const Report& fault);
  void match(const SimpleRule& rule, const std::string& key, const Report& report,
             const model::Record& record);
  void recover(const SimpleRule& rule, const std::string& key, const Report& report,
               const model::Record& record);
  void judge(const SimpleRule& rule, const std::string& key, const model::Record& record,
             bool fresh);
  void hear(const SimpleRule& rule, const std::string& key, bool ends, const model::Record& record);
  void reload(const std::string& hash, const model::Record& record);
  void open(const SimpleRule& rule, const std::string& key, Time starts, Time at,
            const model::Record& record, bool counts);
  void end(const Id& id, const std::string& reason, const model::Record& record);
  void leave_out(const Id& id) { left_out_.insert(id); }
  const SimpleRule* rule_of(const std::string& name) const;

  FindRules find_;
  std::vector<SimpleRule> rules_;
  std::map<Id, ModelAlert> firing_;
  std::map<Id, Time> matched_;  // engine time of the newest match of what fires
  std::vector<ModelAlert> ended_;
  std::map<Id, Plain> plain_;
  std::map<Id, Window> windows_;
  std::map<Id, Absence> absences_;
  std::set<std::string> odd_senders_;
  std::set<Id> left_out_;
  std::optional<model::Offset> next_;
  std::optional<Duration> ahead_;
  bool blind_ = false, stepped_ = false;
};

/// The id of the alert that the record at `offset` opened: FNV-1a over rule, a zero byte, key, a
/// zero byte and the offset in digits. If one record opens several alerts of a rule and key, those
/// after the first have a zero byte and their number (1, 2, …) appended.
std::string alert_id_of(const std::string& rule, const std::string& key, model::Offset offset,
                        std::size_t number = 0);

/// The value of a member of a JSON object as text; for arrays and objects their JSON. nullopt if it
/// is missing or null.
std::optional<std::string> member_of(std::string_view json, std::string_view name);

}  // namespace alarum::simulation
