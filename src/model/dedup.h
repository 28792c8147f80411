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

/// The events that were accepted within a window of time. A second copy of one of them is a
/// duplicate. The journal's writer has one, and rule tests have one. For an identity whose content
/// counts (see SeenEvent) it knows the last content.
///
/// - Bounds: `window` (time) and `max` (entries). Above `max` the oldest entries are forgotten, so
///   an older copy is then accepted again; reach() says how far back the set goes.
/// - Memory: 20 bytes an entry, 8 more if contents count, and about 9 in the table
///   (model/identity_table.h).
/// - Costs: constant for each call on average; no call pays for everything in the set.
/// - One thread. Nothing can fail but for std::bad_alloc.
class DedupSet {
 public:
  /// A window of zero remembers events of the same moment only.
  DedupSet(Duration window, std::size_t max) : window_(window), max_(max), table_(max) {}

  /// The content of an identity's last event; 0 if the name is all that counts. nullopt if the
  /// identity is not known.
  std::optional<std::uint64_t> content(const Identity& identity) const;
  /// Whether the event is a duplicate: its identity is known, with the same content.
  bool contains(const SeenEvent& event) const { return content(event.identity) == event.content; }
  /// Whether one of the identities by which an event is recognised is a duplicate.
  bool contains(const SeenAs& seen) const;
  /// Remembers an event. `event.at` must not go back from call to call. If it is there already with
  /// the same content, its entry keeps its age. Another content of the same identity replaces it.
  void add(const SeenEvent& event);
  /// Forgets the entries that are older than `now` less the window.
  void expire(Time now);
  /// Makes the processor fetch what a look-up of this identity will read. Call it for all events of
  /// a batch before the first look-up.
  void prefetch(const Identity& identity) const { table_.prefetch(identity); }
  /// How many identities are known.
  std::size_t size() const { return known_; }
  /// How far back from `now` the set knows all events: the window, or less if `max` has cut it.
  Duration reach(Time now) const;

 private:
  // The entries in the order of their arrival. An entry is known by its number, which counts on for
  // ever; those from first() to end() exist. They lie in pieces of 1,024, so that growing copies
  // nothing.
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
    // Times are stored as 32 bits of microseconds, which are 71 minutes. A Base says from which
    // entry on they count from which time.
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

  // The table stores 32 bits of an entry's number; 0 means none. number_of() is the inverse, for
  // the entries that exist.
  static std::uint32_t short_of(std::uint64_t number);
  std::uint64_t number_of(std::uint32_t short_number) const;
  auto is(const Identity& identity) const {
    return [&](std::uint32_t number) { return order_.identity(number_of(number)) == identity; };
  }
  void forget_oldest();

  Duration window_;
  std::size_t max_;
  IdentityTable table_;
  // Oldest first, at most `max_`. An entry whose identity has a later one means nothing any more.
  Order order_;
  // nothing any more
  std::size_t known_ = 0;
  bool cut_ = false;  // whether `max` has removed an entry before its time
};

}  // namespace alarum::model
