#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace alarum::simulation {

/// Counts which kind of fault happened while which part of the bridge had its turn. The table shows
/// which combinations the lives have not reached yet.
class Coverage {
 public:
  void count(std::string_view fault, std::string_view stage) {
    auto found = counts_.find(std::pair(fault, stage));
    if (found == counts_.end())
      found = counts_.emplace(std::pair(std::string(fault), std::string(stage)), 0).first;
    ++found->second;
  }
  void add(const Coverage& other) {
    for (const auto& [key, count] : other.counts_) counts_[key] += count;
  }
  bool empty() const { return counts_.empty(); }
  /// A table with a line for each fault; faults that never happened are listed.
  std::string text() const;
  /// The counts as lines, for a process that adds up those of others by add_line().
  std::string lines() const;
  void add_line(const std::string& line);

 private:
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::pair<std::string_view, std::string_view>(a.first, a.second) <
             std::pair<std::string_view, std::string_view>(b.first, b.second);
    }
  };
  std::map<std::pair<std::string, std::string>, std::uint64_t, Less> counts_;
};

}  // namespace alarum::simulation
