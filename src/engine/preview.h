#pragma once
#include <map>
#include <set>
#include <string>

#include "engine/engine.h"

namespace alarum::engine {

/// What a reload would do to the alerts of one rule.
struct Effect {
  std::size_t firing = 0;  ///< alerts that fire now
  std::size_t ends = 0;    ///< how many of them the reload would resolve as `rule_changed`
};
/// By rule. A rule of which nothing fires is not in it.
using Effects = std::map<std::string, Effect>;

/// Predicts what Engine::step() would do to alerts at a reload, for the plan that people are shown.
/// It changes and copies nothing of the engine. O(1) for each rule; only for rules that expect the
/// rows of a table are their alerts looked at one by one. Make it on any thread, with the rules to
/// come; call of() on the engine's thread.
class Preview {
 public:
  explicit Preview(const rules::RuleSet& next);
  /// For the alerts that fire now. Posted and built-in alerts are left out, because a reload does
  /// not end them.
  Effects of(const Engine& engine) const;

  // What decides whether the alerts of one rule of the coming rules stay.
 private:
  struct Fate {
    std::string signature;          ///< ActiveAlerts::signature_of()
    bool expects = false;           ///< an `absent` rule that expects the rows of a table
    bool holds = false;             ///< `keep_firing_for`: an alert that ends stays for a while
    std::set<std::string> members;  ///< keys of the rows that it expects
  };
  std::size_t ends(const Fate& fate, const std::string& rule, std::size_t firing,
                   const alert::ActiveAlerts& active_alerts) const;

  std::map<std::string, Fate> next_;
};

}  // namespace alarum::engine
