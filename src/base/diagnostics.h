#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum {

/// A place in a file, for messages. Lines and columns count from 1, and columns count bytes. Line 0
/// means the file as a whole.
struct Place {
  std::string file;  ///< as the user named it
  int line = 0;
  int column = 0;
};

/// One fault or warning about a rule, table or config file. The message names the thing, its value,
/// and what would be accepted.
struct Diagnostic {
  enum class Level { error, warning };
  Level level = Level::error;
  Place place;
  std::string message;
};

/// Collects the faults of one run of a reader or compiler, so that a user sees all of them at once.
/// A reader adds to it and goes on; the caller checks ok() at the end and uses nothing if it is
/// false. Warnings do not change ok(). One thread; it grows with the number of faults, without a
/// bound.
class Diagnostics {
 public:
  void error(const Place& place, std::string message);
  void warning(const Place& place, std::string message);

  bool ok() const { return errors_ == 0; }
  std::size_t error_count() const { return errors_; }
  /// All diagnostics in the order of file, line and column. Those of one place stay in the order in
  /// which they were added.
  std::vector<Diagnostic> sorted() const;
  /// For people, one line each: `rules/npu.yaml:14:5: error: unknown key "cuont" in rule "EccStorm"
  /// (did you mean "count"?)`. The line and the column are left out for a place with line 0.
  std::string text() const;
  /// For programs: `[{"level","file","line","column","message"}]`, in the order of sorted(). Bytes
  /// that are not UTF-8 become U+FFFD.
  std::string json() const;

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

/// The number of bytes that must be changed, inserted or removed to turn `a` into `b`
/// (Levenshtein). If two words differ in nothing but two exchanged letters, the distance is one,
/// because that is one slip of the fingers. Costs a.size() * b.size() steps.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// ` (did you mean "count"?)` with the candidate that is nearest to `word`, to be appended to a
/// message. Returns "" if none is near enough: the distance may be a third of the length of `word`,
/// rounded down, plus one. Of equally near candidates the first one wins.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace alarum
