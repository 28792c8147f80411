#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/flat_event.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// Many patterns compiled together. Immutable; any number of threads may call `match` at once.
/// Today it looks at the patterns one by one; an index over all of them will keep this interface.
class Matcher {
 public:
  /// Pattern i is reported as i.
  explicit Matcher(std::vector<rules::Pattern> patterns);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// Appends the numbers of the patterns that fit, ascending, each once.
  void match(const model::FlatEvent& event, std::vector<std::uint32_t>& out) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace alarum::match
