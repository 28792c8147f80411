#pragma once
#include <set>
#include <string>

#include "correlate/keyed_condition.h"
#include "correlate/last_seen.h"

namespace alarum::correlate {

/// `absent: d`: the rule fires for a key that was not seen for `d`, and with `expect` also for
/// members of a table that were never seen. If most of a source falls silent at once, one
/// SourceSilent alert stands for all its keys. Runs on engine time. An event costs O(1); a change
/// of `absent` or `expect` costs all keys of the rule.
class AbsentCondition final : public KeyedCondition {
 public:
  explicit AbsentCondition(const rules::Rule& rule) : KeyedCondition(rule), seen_(rule.absent) {}

  void leave(Time now, std::vector<Decision>& out) const override;
  Look look(const KeyState& key) const override;
  void listen_again(Time now) override { seen_.rearm(now, now); }
  void wait_again(const std::string& key, Time now) override;
  Whole save_whole() const override { return {silent_, seen_.rearmed()}; }
  void restore_whole(Whole whole) override;

 private:
  void match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
             Context& context) override;
  bool end(KeyState& key, const Key& named, const Arrival& in, Context& context) override;
  std::optional<Time> run(KeyState& key, Time now, Context& context) override;
  Time due_of(const KeyState& key) const override;
  void changed(const rules::Rule& before, Time now, Context& context) override;
  void alert_ended(KeyState& key) override;
  void restored(const KeyState& key) override;
  /// What was never seen is not waited for.
  bool remembers_ends() const override { return false; }

  void see(KeyState& key, Time now);
  bool is_quiet_together(Time now) const;
  void source_returned(Time now, std::vector<Decision>& out);
  void change_span();
  void change_members(const rules::Rule& before, Time now, Context& context);
  void drop_member(const KeyState& key, Time now, Context& context);

  LastSeen seen_;        // of keys that are waited for
  bool silent_ = false;  // SourceSilent fires for all keys together
};

}  // namespace alarum::correlate
