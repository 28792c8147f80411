#pragma once
#include <array>
#include <map>
#include <set>
#include <string>

#include "alert/group_flush.h"

namespace alarum::alert {

/// Makes what groups know of their targets, and what is recorded of notifications, the same again:
/// after a replay, which sends old records through the present config, and where a target comes
/// back. Groups that must be looked at are returned by their numbers, so that looks come in the
/// same order each time. Lives beside the dispatcher, on the engine's thread.
class Reconciliation {
 public:
  using Changed = std::map<std::uint64_t, Group*>;
  Reconciliation(Groups& groups, const Router& router, const AlertStates& alerts)
      : groups_(groups), router_(router), alerts_(alerts) {}

  /// Of the alerts in `recorded` these targets know those that they were notified of, and no
  /// others. Of an acknowledged alert a target that was notified in another group is not notified
  /// again.
  Changed agree(const RecordedRecipients& recorded, const std::set<std::string>& targets, Time now);
  /// Recorded reasons why somebody was not notified: receiver, group, reason, state.
  using Reasons = std::set<std::array<std::string, 4>>;
  /// Why alerts are suppressed and what `recorded` does not have is recorded at the next look.
  Changed record_again(const std::map<std::string, Reasons>& recorded);
  /// Reminders of that target in the group of this key count from `now`.
  void count_reminders_from(Time now, const std::string& target, const std::string& group_key);
  /// Records that are about to come will end these alerts. Until then nobody is notified that they
  /// fire. Each comes with the recipients who must be notified of the end; all others were.
  void expect_ends(const RecordedRecipients& ending);
  /// That alert fires on: records that the damage left have hit it again.
  void expect_no_end(const std::string& id) { expected_ends_.erase(id); }
  /// Those, for ever. Not saved: a start asks again.
  const RecordedRecipients& expected_ends() const { return expected_ends_; }

 private:
  bool agree(Group& group, const Target& target, const RecordedRecipients& recorded, Time now);
  bool agree(Group& group, const Target& target, const std::string& id, Group::Member& member,
             const std::vector<Recipient>& recipients, std::set<std::uint64_t>& knows);
  bool was_notified(const Group& group, const std::string& id, const Recipient& one) const;
  void owe_again(const std::string& id, Group::Member& member);

  Groups& groups_;
  const Router& router_;
  const AlertStates& alerts_;
  RecordedRecipients expected_ends_;
};

}  // namespace alarum::alert
