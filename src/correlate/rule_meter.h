#pragma once
#include <string_view>

namespace alarum::correlate {

/// Learns for which rule the engine works, so that somebody outside who has a clock can say how
/// much time each rule takes. The engine decides nothing by it. Called on the engine's thread.
class RuleMeter {
 public:
  virtual ~RuleMeter() = default;
  /// The work from now on is for that rule, until the next call; empty: for no rule.
  virtual void works_for(std::string_view rule) = 0;
};

}  // namespace alarum::correlate
