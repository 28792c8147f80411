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

/// Many patterns compiled into one index (docs/index.md). The cost of matching an event depends on
/// its size and on what it matches, and hardly on the number of patterns.
///
/// It owns the index. Immutable: any number of threads may call match(), each with FieldValues of
/// its own.
class Matcher {
 public:
  /// Compiles the patterns, which are not needed afterwards. match() reports pattern i as i.
  /// `more_paths`: further paths for which FieldValues are to be filled.
  explicit Matcher(const std::vector<rules::Pattern>& patterns,
                   const std::vector<std::string>& more_paths = {});
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// The paths that the patterns read, with `more_paths`. FieldValues::begin() needs them.
  const PathTrie& paths() const;
  /// Appends the numbers of the matching patterns, ascending, each once. `leaves` were begun with
  /// paths().
  void match(const FieldValues& leaves, std::vector<std::uint32_t>& out) const;
  /// Matches any JSON object as it is, without the attributes of an event: for `alarum match` and
  /// the conformance tests. Errors: those of check_json() (base/json.h), or `not_an_object`.
  Result<void> match_json(std::string_view event, std::vector<std::uint32_t>& out) const;

 private:
  std::unique_ptr<const Index> index_;
};

}  // namespace alarum::match
