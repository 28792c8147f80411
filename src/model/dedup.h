#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/identity.h"
#include "model/identity_table.h"

namespace alarum::model {

/// The events that were taken within the window: what makes a second copy a duplicate, in the
/// daemon's journal and in rule tests. Of an identity whose content counts it knows the last one.
/// Bounded: above `max` the oldest go.
///
/// Entries stand in the order in which they came, 20 bytes each, and 8 more of those whose content
/// counts; a flat table leads to them (model/identity_table.h), 9 bytes each at the bound. No step
/// pays for all that is there.
class DedupSet {
 public:
  DedupSet(Duration window, std::size_t max) : window_(window), max_(max), table_(max) {}

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
  /// Makes the processor fetch what a look for this identity will read: of a batch all, before the
  /// first is looked for.
  void prefetch(const Identity& identity) const { table_.prefetch(identity); }
  std::size_t size() const { return known_; }
  /// How far back the set reaches: the window, or less where `max` cut it.
  Duration reach(Time now) const;

 private:
  // Entries by their number, which goes on for ever: those in between `first` and `end` are there.
  class Order {
   public:
    const Identity& identity(std::uint64_t number) const {
      return piece(number).identities[number % kPiece];
    }
    std::uint64_t content(std::uint64_t number) const {
      const auto& contents = piece(number).contents;
      return contents ? (*contents)[number % kPiece] : 0;
    }
    Time first_at() const;
    std::uint64_t first() const { return first_; }
    std::uint64_t end() const { return end_; }
    std::size_t size() const { return end_ - first_; }
    bool empty() const { return first_ == end_; }
    void push(const SeenEvent& event);
    void pop();

   private:
    static constexpr std::size_t kPiece = 1024;
    template <class T>
    using Each = std::array<T, kPiece>;
    struct Piece {
      Each<Identity> identities;
      Each<std::uint32_t> after;  // microseconds since the base time
      std::unique_ptr<Each<std::uint64_t>> contents;
    };
    // From this entry on times are counted from here: 32 bits of microseconds are 71 minutes.
    struct Base {
      std::uint64_t from;
      Time at;
    };
    const Piece& piece(std::uint64_t number) const {
      return *pieces_[number / kPiece - first_ / kPiece];
    }

    std::deque<std::unique_ptr<Piece>> pieces_;
    std::deque<Base> bases_;
    std::uint64_t first_ = 0, end_ = 0;
  };

  // What the table has for an entry's number: 32 bits of it, where 0 is none.
  static std::uint32_t short_of(std::uint64_t number);
  std::uint64_t number_of(std::uint32_t short_number) const;
  auto is(const Identity& identity) const {
    return [&](std::uint32_t number) { return order_.identity(number_of(number)) == identity; };
  }
  void forget_oldest();

  Duration window_;
  std::size_t max_;
  IdentityTable table_;
  Order order_;  // oldest first, at most `max_`; an entry whose identity has a later one says
                 // nothing any more
  std::size_t known_ = 0;
  bool cut_ = false;  // `max` has sent something away before its time
};

}  // namespace alarum::model
