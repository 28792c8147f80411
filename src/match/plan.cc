#include "match/plan.h"

#include <algorithm>

namespace alarum::match {
namespace {

// The cost of a search in an event, counted in checks of a conjunction: about 100 ns each if they
// are not in the caches.
constexpr double kSearchCost = 1.5;
// If more than this many checks an event are expected at one slot, its conjunctions get a second
// field.
constexpr double kPairWorth = 1;
// A field that more events pass than this rejects too few to be a second field.
constexpr double kSecondShare = 0.6;
// The most entries of one conjunction, which has one for each pair of alternatives.
constexpr std::size_t kMostEntries = 64;

template <class Share>
std::uint32_t best(const std::vector<FieldFacts>& fields, const Share& share) {
  std::uint32_t found = 0;
  for (std::uint32_t i = 1; i < fields.size(); ++i) {
    const auto a = share(fields[i]), b = share(fields[found]);
    if (a < b || (a == b && fields[i].atoms < fields[found].atoms)) found = i;
  }
  return found;
}

double free_share(const FieldFacts& field) {
  return field.share;
}

std::vector<bool> worth_a_search(const std::vector<std::vector<FieldFacts>>& conjunctions,
                                 std::uint32_t slots) {
  std::vector<double> saved(slots);
  for (const auto& fields : conjunctions) {
    const auto without = fields[best(fields, free_share)].share;
    const auto with = best(fields, [](const FieldFacts& f) { return f.searched_share; });
    if (fields[with].can_search)
      saved[fields[with].slot] += std::max(0.0, without - fields[with].searched_share);
  }
  std::vector<bool> out(slots);
  for (std::uint32_t slot = 0; slot < slots; ++slot) out[slot] = saved[slot] > kSearchCost;
  return out;
}

std::int32_t second_field(const std::vector<FieldFacts>& fields, std::uint32_t first) {
  std::int32_t found = -1;
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const bool usable = i != first && fields[i].exact && fields[i].share <= kSecondShare &&
                        fields[i].atoms * fields[first].atoms <= kMostEntries;
    if (usable && (found < 0 || fields[i].share < fields[static_cast<std::size_t>(found)].share))
      found = static_cast<std::int32_t>(i);
  }
  return found;
}

}  // namespace

Plan plan(const std::vector<std::vector<FieldFacts>>& conjunctions, std::uint32_t slots) {
  Plan out;
  out.search_slots = worth_a_search(conjunctions, slots);
  const auto share = [&](const FieldFacts& f) {
    return f.can_search && out.search_slots[f.slot] ? f.searched_share : f.share;
  };
  std::vector<double> looks(slots);
  for (const auto& fields : conjunctions) {
    const auto first = best(fields, share);
    out.ways.push_back({first, -1});
    looks[fields[first].slot] += share(fields[first]);
  }
  for (std::size_t i = 0; i < conjunctions.size(); ++i) {
    auto& way = out.ways[i];
    if (looks[conjunctions[i][way.first].slot] > kPairWorth)
      way.second = second_field(conjunctions[i], way.first);
  }
  return out;
}

}  // namespace alarum::match
