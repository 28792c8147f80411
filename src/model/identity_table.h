#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "model/identity.h"

namespace alarum::model {

/// A hash table from identities to numbers, for millions of entries. A bucket is one cache line
/// with nine entries, so a look-up usually reads one line, whether the identity is there or not.
///
/// - If a bucket is full, an entry goes to a later one, and each bucket that it passed counts that
///   (as folly's F14 does). So a look-up ends at a bucket that nothing has passed, and nothing is
///   moved when an entry is removed.
/// - The table stores 24 bits of an identity. The caller compares the rest by the number.
/// - It has a part for about each 8,192 of `max`. Each part grows by itself, so no call moves more
///   than that.
/// - Memory: at least 7.1 bytes an identity, 8.9 at the bound, 14 where a part has just grown.
///
/// One thread. DedupSet owns it.
class IdentityTable {
 public:
  /// `max`: the number of identities that it is made for. More are possible, but slower.
  explicit IdentityTable(std::size_t max);

  /// The number of an identity, which the caller may change; nullptr if it is not there. Calls
  /// `same(number)` for each entry that may be the identity.
  template <class Same>
  std::uint32_t* find(const Identity& identity, Same same) {
    auto& part = part_of(identity);
    const auto [bucket, slot] = part.look(Tag(identity), same);
    return bucket ? &bucket->numbers[slot] : nullptr;
  }
  template <class Same>
  const std::uint32_t* find(const Identity& identity, Same same) const {
    return const_cast<IdentityTable&>(*this).find(identity, same);
  }
  /// Adds an identity that is not in the table.
  void add(const Identity& identity, std::uint32_t number);
  /// Removes an identity that has this number. False if there is none.
  bool remove(const Identity& identity, std::uint32_t number);
  /// Makes the processor fetch what a look for this identity will read.
  void prefetch(const Identity& identity) const {
    const auto& part = part_of(identity);
    if (part.count == 0) return;
    __builtin_prefetch(&part.buckets[part.home(Tag(identity))]);
    // Of a function that only prefetches GCC believes that it does nothing, and drops the call.
    asm volatile("");
  }

 private:
  static constexpr std::size_t kSlots = 9;
  // 24 bits of an identity. They also decide the bucket, so that a part can grow without the
  // identities.
  struct Tag {
    explicit Tag(const Identity& identity)
        : high(static_cast<std::uint16_t>(identity[0] >> 8)),
          low(static_cast<std::uint8_t>(identity[0])) {}
    Tag(std::uint16_t high_bits, std::uint8_t low_bits) : high(high_bits), low(low_bits) {}
    std::uint16_t high;
    std::uint8_t low;
  };
  struct alignas(64) Bucket {
    std::array<std::uint32_t, kSlots> numbers;
    std::array<std::uint16_t, kSlots> highs;
    std::array<std::uint8_t, kSlots> lows;
    std::uint8_t filled : 4;  // how many slots are in use, from the first on
    /// How many entries belong to this or an earlier bucket but went to a later one. 15 stays for
    /// ever.
    std::uint8_t passed : 4;

    /// The slot with this tag for which `same` returns true; kSlots if there is none.
    template <class Same>
    std::size_t find(Tag tag, Same& same) const {
      // Compares eight low bytes at once: where one is equal, the top bit of its byte is set. The
      // byte above an equal one may be reported by mistake, so each hit is checked again.
      constexpr std::uint64_t kOnes = 0x0101010101010101;
      std::uint64_t eight;
      std::memcpy(&eight, lows.data(), sizeof eight);
      const auto other = eight ^ (kOnes * tag.low);
      for (auto some = (other - kOnes) & ~other & (kOnes << 7); some != 0; some &= some - 1) {
        const auto slot = static_cast<std::size_t>(std::countr_zero(some)) / 8;
        if (is(slot, tag) && same(numbers[slot])) return slot;
      }
      return is(kSlots - 1, tag) && same(numbers[kSlots - 1]) ? kSlots - 1 : kSlots;
    }
    bool is(std::size_t slot, Tag tag) const {
      return lows[slot] == tag.low && highs[slot] == tag.high && slot < filled;
    }
    void set(std::size_t slot, Tag tag, std::uint32_t number) {
      numbers[slot] = number, highs[slot] = tag.high, lows[slot] = tag.low;
    }
    Tag tag(std::size_t slot) const { return {highs[slot], lows[slot]}; }
  };
  struct Place {
    Bucket* bucket = nullptr;  // nullptr: not found
    std::size_t slot = 0;
  };
  struct Part {
    std::unique_ptr<Bucket[]> buckets;
    std::uint32_t count = 0, used = 0;

    std::size_t home(Tag tag) const {
      return ((std::uint64_t{tag.high} << 8 | tag.low) * count) >> 24;
    }
    std::size_t next(std::size_t at) const { return at + 1 == count ? 0 : at + 1; }
    bool full() const { return (used + 1) * 5ULL > std::uint64_t{count} * kSlots * 4; }
    template <class Same>
    Place look(Tag tag, Same& same) const {
      auto at = home(tag);
      for (std::size_t seen = 0; seen < count; ++seen, at = next(at)) {
        auto& bucket = buckets[at];
        const auto slot = bucket.find(tag, same);
        if (slot < kSlots) return {&bucket, slot};
        if (bucket.passed == 0) break;
      }
      return {};
    }
    void put(Tag tag, std::uint32_t number);
    void resize(std::uint32_t size);
  };

  const Part& part_of(const Identity& identity) const {
    return parts_[identity[1] & (parts_.size() - 1)];
  }
  Part& part_of(const Identity& identity) { return parts_[identity[1] & (parts_.size() - 1)]; }

  std::vector<Part> parts_;     // their number is a power of two
  std::uint32_t part_buckets_;  // buckets of each part when the table has `max` identities
};

}  // namespace alarum::model
