#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace alarum::simulation {

/// Which kind of fault happened while which part of the bridge had its turn, and how often. What is
/// expected and never happened is listed.
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
  /// A table: a fault a line.
  std::string text() const;
  /// For a process that adds up what others counted: a line each, and back.
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
