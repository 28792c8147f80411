#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alert/active_alerts.h"
#include "alert/notification_log.h"
#include "alert/router.h"
#include "alert/waiting.h"
#include "model/record.h"

namespace alarum::alert {

/// Alerts that are notified together: those of one route whose `group_by` labels have the same
/// values.
struct Group {
  struct Member {
    ActiveAlerts::Id id;
    model::Change::Kind kind = model::Change::Kind::fired;
    model::Offset offset = 0;  ///< of the change that `kind` names
    Time at;
    bool news = false;  ///< its stage changed, and nobody was notified yet
    /// Of its oldest transition that was neither notified nor recorded as suppressed; 0: none
    model::Offset owed = 0;
    std::uint8_t recorded = 0;  ///< why it was suppressed, as last recorded: Why * 2 + resolved
    std::unique_ptr<model::Change> ended;  ///< once it has resolved: until that was notified
  };

  std::size_t node = 0;
  std::string receiver;
  /// `{}/{team="a"}:{alertname="b"}`, or `Rule{key}` for a single alert at the root.
  std::string key;
  model::Labels labels;  ///< of a real group; of an alert by itself made when it is notified
  std::map<std::string, Member> members;  ///< by alert id
  NotificationLog log;
  bool flushed = false;      ///< it was flushed once, so `group_interval` applies
  std::optional<Time> next;  ///< engine time of its next flush
  std::uint64_t order = 0;   ///< among groups with the same `next`
  std::uint64_t number = 0;  ///< rises in the order in which groups were made
  /// A flush found that every target was notified of everything and that nothing is suppressed.
  /// Until `until`, as long as no member changes and `epoch` is still the Dispatcher's, a flush
  /// would find the same, so it is skipped: large groups are flushed often. Not saved.
  struct Quiet {
    std::uint64_t epoch = 0;
    Time until;
  };
  std::optional<Quiet> quiet;

  std::string text() const { return receiver + '\n' + key; }
  bool is_own() const { return key.starts_with(model::kOwnGroups); }
};

/// All groups: by place, by when they are looked at next, by what suppresses their members, and
/// which transitions nobody was notified of yet. Decides nothing. Engine time; lives beside the
/// dispatcher, on the engine's thread. O(log n) a step.
class Groups {
 public:
  using All = std::unordered_map<std::string, std::unique_ptr<Group>>;

  /// By Place::text(), in no order: sort before anything depends on it.
  const All& all() const { return all_; }
  Group* find(const std::string& place) const;
  /// The group there, made where there is none; a group without members follows the place's route.
  Group& find_or_add(const Place& place, const RouteNode& node, const model::Labels& labels);
  void erase(const Group& group);
  /// Receivers of groups that have a built-in alert: each is notified of its end. O(groups).
  std::set<std::string> holders_of_own() const;
  /// A group from before; none of its place is there.
  void put_back(std::unique_ptr<Group> group);
  /// All groups, which are then no more; timers and the rest are empty.
  All take_all();

  /// Looks at it then, and not before; nullopt: not by itself.
  void schedule(Group& group, std::optional<Time> when);
  /// Then, or before where that is its time already.
  void look_by(Group& group, Time when);
  /// At once; of a crowd so much later that the changes of some time are one look.
  void look_soon(Group& group, Time now);
  /// At once, or at the next tick where it has an `interval`. Ticks are left out as long as nothing
  /// happens: this one is not.
  void look_next(Group& group, Duration interval, Time now);
  /// The times that the groups have by themselves become timers, in their order.
  void schedule_all();
  std::optional<Time> next_due() const;
  /// The group that is due next; it has no timer then.
  Group& take_due();

  /// A transition of the member, by that record, is to be notified or recorded as suppressed.
  void owe(Group::Member& member, model::Offset offset);
  void settle(Group::Member& member);
  /// The member came with the transition that it owes from a group that is gone.
  void still_owes(const Group::Member& member);
  /// The oldest record with a transition that is owed; nullopt: there is none.
  std::optional<model::Offset> owed_from() const;

  /// What groups without a tick of their own wait for.
  Waiting& waiting() { return waiting_; }
  const Waiting& waiting() const { return waiting_; }

  /// A checkpoint's part, in two: silences stand behind it.
  void save(ByteWriter& out) const;
  static Groups load(ByteReader& in, std::uint64_t version);

 private:
  All all_;
  std::map<std::pair<Time, std::uint64_t>, Group*> timers_;
  Waiting waiting_;
  std::multiset<model::Offset> owed_;  // of all members that owe
  std::uint64_t next_order_ = 1, next_number_ = 1;
};

/// Why members were suppressed, as last recorded; by what is seen at the next look. An acknowledged
/// one may be suppressed by anything else as well: any end may be the one that its group waits for,
/// but not before its first look, which has its own time.
std::set<Waiting::Cause> unknown_causes(const Group& group);

}  // namespace alarum::alert
