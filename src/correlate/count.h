#pragma once
#include <vector>

#include "correlate/window.h"

namespace alarum::correlate {

/// `count`: `threshold` matches within a window. A match in order costs O(1); a late one moves the matches after it by one place and looks at
/// no more than `threshold` of them, plain memory both. 16 bytes a match; kept are those of `within` and lateness, while it fires
/// the newest `threshold` and those up to its start, twice as many at most between two clean-ups.
class Count final : public Window {
 public:
  std::size_t size() const override { return entries_.size(); }
  std::vector<Entry> entries() const override { return entries_; }

 private:
  bool insert(const WindowTerms& terms, const Entry& fresh) override;
  std::optional<Span> truth(const WindowTerms& terms, Time from, Time to) override;
  std::optional<Entry> newest() const override { return entries_.empty() ? std::nullopt : std::optional(entries_.back()); }
  std::optional<Time> next(Time from) const override;
  void drop_until(Time until) override;
  void prune(Time bound) override;
  void restore(std::vector<Entry> entries) override { entries_ = std::move(entries); }

  bool holds(const WindowTerms& terms, std::size_t at) const;
  void compact(const WindowTerms& terms);

  std::vector<Entry> entries_;  // by time, then id
};

}  // namespace alarum::correlate
