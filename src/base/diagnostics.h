#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum {

/// Where a thing stands in a file: lines and columns count from 1; line 0 means the file as a
/// whole.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One fault of a rule, table or config file.
struct Diagnostic {
  enum class Level { error, warning };
  Level level = Level::error;
  Place place;
  std::string message;
};

/// Gathers every fault of a run, so that all are shown in one go.
class Diagnostics {
 public:
  void error(const Place& place, std::string message);
  void warning(const Place& place, std::string message);

  bool ok() const { return errors_ == 0; }
  std::size_t error_count() const { return errors_; }
  /// In order of file, line and column.
  std::vector<Diagnostic> sorted() const;
  /// A line each: `rules/npu.yaml:14:5: error: unknown key "cuont" in rule "EccStorm" (did you mean
  /// "count"?)`
  std::string text() const;
  /// `[{"level","file","line","column","message"}]`
  std::string json() const;

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

/// How many letters must be changed, added or taken away to make `b` of `a`; two letters that
/// changed places count as one.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// ` (did you mean "count"?)` for the nearest candidate within a third of the word's length, else
/// nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace alarum
