#pragma once
#include <map>
#include <set>
#include <string>

#include "engine/engine.h"

namespace alarum::engine {

/// What a reload does to a rule's alerts.
struct Effect {
  std::size_t firing = 0;  ///< alerts that fire now
  std::size_t ends = 0;    ///< of those, how many the reload resolves as `rule_changed`
};
/// By rule; rules of which nothing fires are not in it
using Effects = std::map<std::string, Effect>;

/// Foresees what Engine::step would do with a reload, without doing it: nothing is copied, and only
/// alerts of rules that wait for the rows of a table are looked at one by one. Made once, on any
/// thread; asked on the engine's.
class Preview {
 public:
  explicit Preview(const rules::RuleSet& next);
  Effects of(const Engine& engine) const;

 private:
  struct Fate {
    std::string signature;
    bool expects = false;
    bool holds = false;             ///< what ends stays for a while
    std::set<std::string> members;  ///< keys that it waits for
  };
  std::size_t ends(const Fate& fate, const std::string& rule, std::size_t firing,
                   const alert::ActiveAlerts& active_alerts) const;

  std::map<std::string, Fate> next_;
};

}  // namespace alarum::engine
