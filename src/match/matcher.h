#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "match/field_values.h"
#include "rules/pattern.h"

namespace alarum::match {

struct Index;

/// Many patterns compiled together into one index (docs/index.md). An event pays for what it is and
/// for what it matches, hardly for what is loaded. Immutable; any number of threads may ask at
/// once, each with FieldValues of its own.
class Matcher {
 public:
  /// Pattern i is reported as i. `more_paths` are paths that somebody else wants to read from the
  /// leaves.
  explicit Matcher(const std::vector<rules::Pattern>& patterns,
                   const std::vector<std::string>& more_paths = {});
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// The paths that leaves are to be read for.
  const PathTrie& paths() const;
  /// Appends the numbers of the patterns that fit, ascending, each once. `leaves` were begun with
  /// paths().
  void match(const FieldValues& leaves, std::vector<std::uint32_t>& out) const;
  /// Any JSON object as it stands. Errors of check_json, or `not_an_object`.
  Result<void> match_json(std::string_view event, std::vector<std::uint32_t>& out) const;

 private:
  std::unique_ptr<const Index> index_;
};

}  // namespace alarum::match
