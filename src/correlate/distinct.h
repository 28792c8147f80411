#pragma once
#include <memory>
#include <vector>

#include "correlate/presence.h"
#include "correlate/window.h"

namespace alarum::correlate {

/// The condition `distinct`: `threshold` different values within a window. A match's `id` is the
/// hash of its value.
///
/// Up to kFew matches are walked over, as the definition says (16 bytes each). More matches have an
/// index (Presence, about 200 bytes each), in which each match costs O(log n), late ones too. How
/// the matches are stored never changes the result.
///
/// Bounds: with more than plenty() matches, a value that repeats keeps only the matches that say
/// when it was present. The condition is as true as with all of them, but a recovery that arrives
/// after later matches may move the start of what is left. There are at most most() matches; then
/// the oldest ones are forgotten, which no match in order needs any more.
///
/// Owned by its KeyState, on the engine's thread.
class Distinct final : public Window {
 public:
  static constexpr std::size_t kFew = 32;
  static constexpr std::size_t plenty(std::uint32_t threshold) {
    return 2 * std::size_t{threshold} + 256;
  }
  /// In a window lie what plenty() left, and of each of `threshold` values no more than two.
  static constexpr std::size_t most(std::uint32_t threshold) {
    return 4 * std::size_t{threshold} + 4'096;
  }

  std::size_t size() const override { return many_ ? many_->size() : few_.size(); }
  std::vector<Entry> entries() const override;
  /// Nodes of the index visited so far, for the tests that count the work.
  std::uint64_t visits() const { return many_ ? many_->present().visits() : 0; }

 private:
  bool insert(const WindowTerms& terms, const Entry& fresh) override;
  std::optional<Span> truth(const WindowTerms& terms, Time from, Time to) override;
  std::optional<Entry> newest() const override;
  std::optional<Time> next(Time from) const override;
  void drop_until(Time until) override;
  void prune(Time bound) override;
  void restore(std::vector<Entry> entries) override { few_ = std::move(entries); }

  bool add_few(const Entry& fresh);
  std::optional<Span> truth_of_few(const WindowTerms& terms, Time from, Time to) const;
  std::optional<Time> since(const WindowTerms& terms, std::size_t at) const;
  Presence* index(Duration within);
  std::size_t old(Time bound, std::size_t most) const;

  std::vector<Entry> few_;          // by time, then id; empty where there are many
  std::unique_ptr<Presence> many_;  // made for the `within` of the newest match
};

}  // namespace alarum::correlate
