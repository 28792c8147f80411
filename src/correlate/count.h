#pragma once
#include <vector>

#include "correlate/window.h"

namespace alarum::correlate {

/// The condition `count`: `threshold` matches within a window, each more than `apart` after the one
/// before it. If matches are closer than that, the window counts the most of its matches of which
/// no two are too close. So the result does not depend on the order of arrival, and one more match
/// never makes it smaller. The matches are found from the newest back, with one binary search for
/// each:
///
///     apart 3     x xx    x  x       three: the newest, the first that is more than 3
///                  ^      ^  ^       before it, and the first that is more than 3 before that
///
/// Memory: 16 bytes a match. Stored are the matches of `within` and lateness; while the condition
/// fires, the newest `threshold` and those up to its start, with twice as many at most between two
/// clean-ups. With `apart` and more than 32 `threshold` + 256 matches, only the first and the last
/// match of each cell are stored, where a cell is a sixteenth of `apart`. So a storm does not grow
/// the memory further, and its condition is true for up to a cell longer or shorter than with all
/// matches.
///
/// Cost: a match in order is O(1). A late one moves the matches behind it by one place and looks at
/// `threshold` of them at most. With `apart` (`threshold` is 1,000 at most then) each match that is
/// looked at costs a binary search.
///
/// Owned by its KeyState, on the engine's thread.
class Count final : public Window {
 public:
  std::size_t size() const override { return entries_.size(); }
  std::vector<Entry> entries() const override { return entries_; }

 private:
  bool insert(const WindowTerms& terms, const Entry& fresh) override;
  std::optional<Span> truth(const WindowTerms& terms, Time from, Time to) override;
  std::optional<Entry> newest() const override {
    return entries_.empty() ? std::nullopt : std::optional(entries_.back());
  }
  std::optional<Time> next(Time from) const override;
  void drop_until(Time until) override;
  void prune(Time bound) override;
  void restore(std::vector<Entry> entries) override { entries_ = std::move(entries); }

  bool insert_apart(const WindowTerms& terms, const Entry& fresh);
  std::optional<std::size_t> oldest_of(const WindowTerms& terms, std::size_t at) const;
  void compact(const WindowTerms& terms);

  std::vector<Entry> entries_;  // by time, then id
};

}  // namespace alarum::correlate
