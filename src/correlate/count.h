#pragma once
#include <vector>

#include "correlate/window.h"

namespace alarum::correlate {

/// `count`: `threshold` matches within a window, each more than `apart` after the one before it. In
/// a window that is the most of its matches of which no two lie closer: so it does not depend on
/// the order in which they come, and one more match never makes it fewer. Found from the newest
/// back, with a search for each.
///
///     apart 3     x xx    x  x       three: the newest, the first that is more than 3 before it,
///     the first that is more than 3 before that
///                  ^      ^  ^
///
/// Where there are plenty (32 `threshold` + 256), of those within one cell, a sixteenth of `apart`
/// on the time line, the first and the last are stored: a storm grows no further, and its condition
/// is true up to a cell more or less than with all of them. `apart` has a search for each of
/// `threshold` (1,000 at most) and match it looks at.
///
/// A match in order costs O(1); a late one moves the matches after it by one place and looks at
/// no more than `threshold` of them, plain memory both. 16 bytes a match; kept are those of
/// `within` and lateness, while it fires the newest `threshold` and those up to its start, twice as
/// many at most between two clean-ups.
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
