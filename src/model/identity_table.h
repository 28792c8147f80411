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

/// From identities to numbers: a flat table of buckets that are a cache line each, so that a look
/// reads one line, as a rule, whether the identity is there or not. What finds its bucket full
/// stands in one behind it, and each bucket that it passed counts that (as folly's F14 does): a
/// look ends at a bucket that nothing has passed, and nothing is moved when something goes.
///
/// It holds 24 bits of each identity; who asks knows the rest by the number. The table has a part
/// for about each 8,192 of `max`, and each part grows by itself: no step moves more than that.
/// At least 7.1 bytes an identity, 8.9 at the bound, 14 where a part has just grown.
class IdentityTable {
 public:
  /// `max`: how many it is made for. More are slower.
  explicit IdentityTable(std::size_t max);

  /// The number of an identity, which may be changed; null for one that is not there. Asks
  /// `same(number)` of what looks like it.
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
  /// One that is not there.
  void add(const Identity& identity, std::uint32_t number);
  /// False: it is not there under this number.
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
  // 24 bits of an identity: they say its bucket too, so that a part can grow by itself.
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
    std::uint8_t filled : 4;  // the first so many slots are
    std::uint8_t passed : 4;  // how many stand behind that were at home here or before; 15 for ever

    // The slot that has this tag and that `same` takes; kSlots: none.
    template <class Same>
    std::size_t find(Tag tag, Same& same) const {
      // The low bytes of eight at once: where one is equal, the top bit of its byte is set. The
      // byte above an equal one may be taken for one too; all is looked at once more.
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
    Bucket* bucket = nullptr;  // null: there is none
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

  std::vector<Part> parts_;     // a power of two of them
  std::uint32_t part_buckets_;  // of each part at the bound
};

}  // namespace alarum::model
