#include "model/identity_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace alarum::model {
namespace {

constexpr std::size_t kPartIds = 8192;  // in a part, when the table has `max`
constexpr unsigned kForEver = 15;

std::size_t parts_for(std::size_t max) {
  return std::bit_ceil(max / kPartIds + 1);
}

// A part gets more than its share by chance. The standard deviation is the square root, and three
// of them are enough.
double share_of(double ids) {
  return ids + 3 * std::sqrt(ids);
}

}  // namespace

IdentityTable::IdentityTable(std::size_t max)
    : parts_(parts_for(max)),
      part_buckets_(static_cast<std::uint32_t>(
          share_of(static_cast<double>(max) / static_cast<double>(parts_.size())) * 5 / 4 / kSlots +
          1)) {}

void IdentityTable::Part::put(Tag tag, std::uint32_t number) {
  auto at = home(tag);
  for (; buckets[at].filled == kSlots; at = next(at)) {
    if (buckets[at].passed != kForEver) ++buckets[at].passed;
  }
  auto& bucket = buckets[at];
  bucket.set(bucket.filled, tag, number);
  ++bucket.filled;
  ++used;
}

// Buckets are in the order of tags, so both tables are walked nearly from end to end.
void IdentityTable::Part::resize(std::uint32_t size) {
  const auto before = std::exchange(buckets, std::make_unique<Bucket[]>(size));
  const auto count_before = std::exchange(count, size);
  used = 0;
  for (std::uint32_t at = 0; at < count_before; ++at) {
    const auto& bucket = before[at];
    for (std::size_t slot = 0; slot < bucket.filled; ++slot)
      put(bucket.tag(slot), bucket.numbers[slot]);
  }
}

void IdentityTable::add(const Identity& identity, std::uint32_t number) {
  auto& part = part_of(identity);
  if (part.full()) {
    // A part that has its full size grows a little if it gets more than its share.
    const auto size = part.count;
    part.resize(size < part_buckets_ ? std::min(part_buckets_, size + size / 2 + 1)
                                     : size + size / 16 + 1);
  }
  part.put(Tag(identity), number);
}

bool IdentityTable::remove(const Identity& identity, std::uint32_t number) {
  auto& part = part_of(identity);
  const Tag tag(identity);
  const auto is = [&](std::uint32_t one) { return one == number; };
  const auto [bucket, slot] = part.look(tag, is);
  if (!bucket) return false;
  const auto last = --bucket->filled;
  bucket->set(slot, bucket->tag(last), bucket->numbers[last]);
  for (auto at = part.home(tag); &part.buckets[at] != bucket; at = part.next(at)) {
    if (part.buckets[at].passed != kForEver) --part.buckets[at].passed;
  }
  --part.used;
  return true;
}

}  // namespace alarum::model
