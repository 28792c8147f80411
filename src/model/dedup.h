#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/identity.h"

namespace alarum::model {

/// Half a SHA-256 is spread already.
struct IdentityHash {
  std::size_t operator()(const Identity& identity) const { return identity[0]; }
};

/// The events that were taken within the window: what makes a second copy a duplicate, in the
/// daemon's journal and in rule tests. Of an identity whose content counts it knows the last one.
/// Bounded: above `max` the oldest go.
///
/// A flat table (open addressing, linear probing) leads to the entries, which stand in the order in
/// which they came: 24 bytes each and 10 for the table. A look for what is not known reads one
/// place of the table, as a rule.
class DedupSet {
 public:
  DedupSet(Duration window, std::size_t max) : window_(window), max_(max) {}

  /// The content of an identity's last event (0: the name is all that counts); nullopt for one that
  /// is not known.
  std::optional<std::uint64_t> content(const Identity& identity) const;
  bool contains(const SeenEvent& event) const { return content(event.identity) == event.content; }
  bool contains(const SeenAs& seen) const;
  /// `at` never goes back from call to call. What is there already keeps its place; another content
  /// of its identity takes it.
  void add(const SeenEvent& event);
  /// Forgets what is older than the window.
  void expire(Time now);
  /// Makes the processor fetch what a look for this identity will read.
  void prefetch(const Identity& identity) const;
  std::size_t size() const { return known_; }
  /// How far back the set reaches: the window, or less where `max` cut it.
  Duration reach(Time now) const;

 private:
  struct Entry {
    Identity identity{};
    Time at;
  };
  // Entries by their number, which goes on for ever: those in between `first` and `end` are there.
  class Order {
   public:
    Entry& operator[](std::uint64_t number) {
      return (*pieces_[number / kPiece - first_ / kPiece])[number % kPiece];
    }
    const Entry& operator[](std::uint64_t number) const {
      return const_cast<Order&>(*this)[number];
    }
    std::uint64_t first() const { return first_; }
    std::uint64_t end() const { return end_; }
    std::size_t size() const { return end_ - first_; }
    bool empty() const { return first_ == end_; }
    void push(const Entry& entry);
    void pop();

   private:
    static constexpr std::size_t kPiece = 1024;
    std::deque<std::unique_ptr<std::array<Entry, kPiece>>> pieces_;
    std::uint64_t first_ = 0, end_ = 0;
  };
  // Half of an identity's first word, and the number of its entry in 32 bits, where 0 is none.
  struct Slot {
    std::uint32_t tag = 0, number = 0;
  };

  std::size_t home(std::uint32_t tag) const { return (std::uint64_t{tag} * slots_.size()) >> 32; }
  std::size_t next(std::size_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }
  static std::uint32_t tag_of(const Identity& identity) {
    return static_cast<std::uint32_t>(identity[0]);
  }
  static std::uint32_t short_of(std::uint64_t number);
  std::uint64_t number_of(const Slot& slot) const;
  std::size_t find(const Identity& identity) const;
  std::uint64_t content_of(std::uint64_t number) const;
  void grow();
  void put(Slot slot);
  void erase(std::size_t slot);
  void forget_oldest();

  Duration window_;
  std::size_t max_;
  std::vector<Slot> slots_;  // a quarter more than entries, or up to twice that
  Order order_;  // oldest first, at most `max_`; an entry whose identity has a later one says
                 // nothing any more
  // Of entries that have one, by their number: few formats do.
  std::unordered_map<std::uint64_t, std::uint64_t> contents_;
  std::size_t known_ = 0;
  bool cut_ = false;  // `max` has sent something away before its time
};

}  // namespace alarum::model
