#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/inhibition.h"
#include "alert/instances.h"
#include "alert/route_tree.h"
#include "alert/routing.h"
#include "alert/silences.h"
#include "model/record.h"

namespace alarum::alert {

/// Alerts that are told together: those of one route whose `group_by` labels have the same values.
struct Group {
  struct Member {
    Instances::Id id;
    model::Change::Kind kind = model::Change::Kind::fired;
    model::Offset offset = 0;  ///< of the change that `kind` names
    Time at;
    bool news = false;         ///< its stage changed, and nobody was told yet
    model::Offset owed = 0;    ///< of its oldest transition that was neither told nor recorded as kept back; 0: none
    std::uint8_t recorded = 0; ///< why it was kept back, as last recorded: Why * 2 + resolved
    std::unique_ptr<model::Change> ended;  ///< once it has resolved: until it was told
  };
  /// What one target knows: ids of alerts, as numbers, sorted.
  struct Told {
    std::uint64_t target = 0;  ///< hash of its name
    std::vector<std::uint64_t> firing, resolved;
    Time at;
  };

  std::size_t node = 0;
  std::string receiver;
  std::string key;       ///< `{}/{team="a"}:{alertname="b"}`; of an alert by itself at the root `Rule{key}`
  model::Labels labels;  ///< of a real group; of an alert by itself it is made when it is told
  std::map<std::string, Member> members;  ///< by alert id
  std::vector<Told> told;
  bool flushed = false;
  std::optional<Time> next;   ///< when it is looked at again
  std::uint64_t order = 0;    ///< among those of the same time
  std::uint64_t number = 0;   ///< in the order in which groups were made
};

/// From alerts to messages: routes, groups, inhibition, mute times, silences, acknowledgements and reminders, with Alertmanager's words and
/// meaning (Alertmanager 0.31, dispatch and notify; docs/routing.md says where we differ). A pure state machine in engine time: what it
/// decides depends on the records and the config alone. Lives beside the engine, on its thread.
class Groups {
 public:
  using Why = model::Suppressed::Why;
  struct Config {
    std::shared_ptr<const config::Routing> routing;
    std::vector<Target> targets;
  };
  struct Output {
    std::vector<Routed> messages;
    std::vector<model::Suppressed> suppressed;
    std::vector<std::uint32_t> owes;  ///< of each change: how many targets are to be told. Each is, or it is recorded why not.
  };
  /// The receivers that the alert's rule names in place of its route's; nullptr: none.
  using Receivers = std::function<const std::vector<std::string>*(const model::Alert&)>;

  Groups(const Instances& instances, Receivers receivers) : instances_(instances), receivers_(std::move(receivers)) {}

  /// From now on this config holds. Who was told of what stays known where group and receiver stay; firing alerts that come to another group
  /// are told there.
  void configure(Config config, Time now);
  /// One record, after the engine has stepped it and made `changes` of it.
  void step(const model::Record& record, const std::vector<model::Change>& changes, Output& out);
  /// When the next group is to be told, or the next silence ends.
  std::optional<Time> next_due() const;
  /// All transitions of records below it have been told or recorded; nullopt: all there are.
  std::optional<model::Offset> owed_from() const { return owed_.empty() ? std::nullopt : std::optional(*owed_.begin()); }

  const Silences& silences() const { return silences_; }
  const RouteTree& tree() const { return *tree_; }

  /// Whom an alert is routed to, and what keeps it back at `now`.
  struct Status {
    std::vector<std::string> receivers, silenced_by, inhibited_by, muted_by;
    std::optional<model::Acknowledge> acknowledged;
  };
  Status status(const model::Alert& alert, Time now) const;
  /// What tells a group from others; in the order in which they are shown.
  struct Name {
    std::size_t node = 0;
    std::string receiver, key;
    auto operator<=>(const Name&) const = default;
  };
  /// Of all groups that have members, in no order: whoever asks sorts them where it holds nobody up.
  std::vector<Name> names() const;
  const Group* find(const Name& name) const;
  /// The labels that a group is known by.
  model::Labels labels_of(const Group& group) const;

  /// What a checkpoint holds of it, and back; to be followed by configure(). Error `bad_state`.
  std::string save() const;
  Result<void> restore(std::string_view state);

 private:
  struct Place {
    std::size_t node;
    std::string receiver, key;
    std::string text() const { return receiver + '\n' + key; }
  };
  struct Kept {
    Why why;
    std::vector<std::string> by;
  };
  struct Telling;
  using All = std::unordered_map<std::string, std::unique_ptr<Group>>;

  std::vector<Place> places(const model::Alert& alert) const;
  Group& group_at(const Place& place, const model::Alert& alert);
  std::vector<Group::Told> known_targets(std::vector<Group::Told> told, const std::string& receiver) const;
  void adopt(const model::Alert& alert, std::unique_ptr<model::Change> ended, All& old, Time now);
  std::uint32_t take(const model::Change& change, Output& out);
  void obey(const model::Record& record, Output& out);
  void acknowledge(const model::Acknowledge& ack, const model::Record& record, Output& out);
  void note_end(const model::Change& change);
  std::uint32_t join(Group& group, const model::Change& change);
  std::uint32_t targets_of(const std::string& receiver) const;
  void owe(Group::Member& member, model::Offset offset);
  void settle(Group::Member& member);
  void reroute(const All& old, const std::vector<Target>& before);
  static void leave_out(const Group& group, const Target& target, const Telling& telling, const model::Message& message, Time now, model::Offset offset, Output& out);
  void schedule(Group& group, std::optional<Time> when);
  void run_timers(Time until, bool inclusive, model::Offset offset, Output& out);
  void look_again(Why why, Time now);
  void flush(Group& group, Time now, model::Offset offset, Output& out);
  Telling gather(Group& group, Time now, model::Offset offset, Output& out);
  void tell(Group& group, const Target& target, const Telling& telling, Time now, model::Offset offset, Output& out);
  void rest(Group& group, const Telling& telling, Time now);
  std::optional<model::Change> state_of(const std::string& alert_id, const Group::Member& member) const;
  std::optional<Kept> keep_back(const model::Change& change, const std::vector<std::string>& muted, Time now) const;
  std::vector<std::string> muting(const RouteNode& node, Time now) const;
  static void keep(const Group& group, const std::string& alert_id, Group::Member& member, Kept kept, Time now, model::Offset offset, Output& out);

  const Instances& instances_;
  const Receivers receivers_;
  Config config_;
  std::shared_ptr<const RouteTree> tree_;
  Inhibition inhibition_;
  Silences silences_;
  std::map<std::string, model::Acknowledge> acknowledged_;  // by alert id
  All groups_;
  std::map<std::pair<Time, std::uint64_t>, Group*> timers_;
  std::map<std::uint64_t, Group*> waiting_;  // by number: without a tick of their own, and with an alert that is kept back
  std::multiset<model::Offset> owed_;        // of all members that owe
  std::vector<model::Suppressed> rerouted_;  // to be recorded in the next step
  std::uint64_t next_order_ = 1, next_number_ = 1;
  std::map<std::string, const model::Change*> ending_;  // resolved in the step that runs
};

}  // namespace alarum::alert
