#include "match/consistency.h"

#include <algorithm>
#include <unordered_map>

namespace alarum::match {
namespace {

using Fields = std::vector<std::uint32_t>;  // sorted, few

constexpr std::size_t kExtraVisits = 1'000'000;  // see the header

void insert(Fields& fields, std::uint32_t field) {
  const auto at = std::lower_bound(fields.begin(), fields.end(), field);
  if (at == fields.end() || *at != field) fields.insert(at, field);
}

bool has(const Fields& fields, std::uint32_t field) {
  return std::binary_search(fields.begin(), fields.end(), field);
}

// Which fields have leaves at a place: leaves that pass, and, for fields that may be absent, any
// leaves.
struct Present {
  Fields passing, any;
};

struct Array {
  Present below;
  std::unordered_map<std::uint32_t, std::size_t> node_of;  // element → node
  std::vector<std::size_t> nodes;
};

// The event as a whole, or one element of an array.
struct ArrayNode {
  Present here;
  // Usually one. Duplicate keys, or several fields, make more.
  std::vector<std::pair<std::uint32_t, Array>> arrays;

  Array& array(std::uint32_t number) {
    const auto found = std::find_if(arrays.begin(), arrays.end(),
                                    [&](const auto& a) { return a.first == number; });
    return found != arrays.end() ? found->second : arrays.emplace_back(number, Array()).second;
  }
};

// How a field must hold: by a leaf, by absence, or by either. `free`: it holds by a leaf right
// here, but a leaf further down may be chosen instead, so that a later field counts as absent in
// the other elements.
enum class Mode { leaf, absence, either, free };

struct Want {
  std::uint32_t field;
  Mode mode;
};
using Wants = std::vector<Want>;  // sorted by field

class Tree {
 public:
  Tree() : nodes_(1) {}

  void add(std::span<const model::ArrayStep> steps, std::uint32_t field, Fields Present::*kind) {
    std::size_t at = 0;
    for (const auto& [number, element] : steps) {
      auto& array = nodes_[at].array(number);
      insert(array.below.*kind, field);
      const auto [child, fresh] = array.node_of.try_emplace(element, nodes_.size());
      at = child->second;
      if (!fresh) continue;
      array.nodes.push_back(at);
      nodes_.emplace_back();  // ends `array`
    }
    insert(nodes_[at].here.*kind, field);
  }

  bool covers(std::size_t at, const Wants& wants) {
    if (visits_++ > nodes_.size() + kExtraVisits) return false;
    const auto& node = nodes_[at];
    Wants rest;
    for (auto [field, mode] : wants) {
      const bool any_here = has(node.here.any, field);
      if (mode == Mode::absence && any_here) return false;
      if (mode == Mode::either && any_here) mode = Mode::leaf;
      if (mode != Mode::leaf && arrays_with(node, field, &Present::any).empty()) continue;
      if (mode != Mode::absence && has(node.here.passing, field)) mode = Mode::free;
      rest.push_back({field, mode});
    }
    drop_idle(rest);
    std::vector<Wants> shares(node.arrays.size());
    return rest.empty() || assign(node, rest, 0, shares);
  }

 private:
  // A free field matters only if another field may hold by absence.
  static void drop_idle(Wants& rest) {
    const bool absence = std::any_of(rest.begin(), rest.end(), [](const Want& w) {
      return w.mode == Mode::absence || w.mode == Mode::either;
    });
    if (!absence) std::erase_if(rest, [](const Want& w) { return w.mode == Mode::free; });
  }

  // Chooses for each field of `rest`, from number `next` on, the arrays in which it must hold. Then
  // checks the arrays.
  bool assign(const ArrayNode& node, const Wants& rest, std::size_t next,
              std::vector<Wants>& shares) {
    if (next == rest.size()) return all_covered(node, shares);
    const auto [field, mode] = rest[next];
    const auto try_in = [&](const std::vector<std::size_t>& arrays, Mode in_array) {
      for (const auto array : arrays) shares[array].push_back({field, in_array});
      const bool good = assign(node, rest, next + 1, shares);
      for (const auto array : arrays) shares[array].pop_back();
      return good;
    };
    if (mode == Mode::free && try_in({}, mode)) return true;
    const bool by_leaf = mode == Mode::leaf || mode == Mode::free;
    const auto standing =
        by_leaf ? std::vector<std::size_t>() : arrays_with(node, field, &Present::any);
    const bool may_be_absent = !by_leaf && std::all_of(standing.begin(), standing.end(),
                                                       [&](auto a) { return settled(shares[a]); });
    // The field lies in one array, and an earlier field chooses the element there. That element
    // decides whether this field holds by a leaf or by absence.
    if (mode == Mode::either && may_be_absent && standing.size() == 1)
      return try_in(standing, mode);
    if (mode != Mode::absence) {
      for (const auto array : arrays_with(node, field, &Present::passing)) {
        if (try_in({array}, Mode::leaf)) return true;
      }
    }
    return may_be_absent && try_in(standing, Mode::absence);
  }

  // Whether an earlier field chooses the element of an array. If none does, all its elements count,
  // and a field that any of them has is not absent.
  static bool settled(const Wants& share) {
    return std::any_of(share.begin(), share.end(),
                       [](const Want& w) { return w.mode == Mode::leaf; });
  }

  bool all_covered(const ArrayNode& node, const std::vector<Wants>& shares) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const auto& nodes = node.arrays[i].second.nodes;
      const bool good = shares[i].empty() || std::any_of(nodes.begin(), nodes.end(), [&](auto at) {
                          return covers(at, shares[i]);
                        });
      if (!good) return false;
    }
    return true;
  }

  static std::vector<std::size_t> arrays_with(const ArrayNode& node, std::uint32_t field,
                                              Fields Present::*kind) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < node.arrays.size(); ++i) {
      if (has(node.arrays[i].second.below.*kind, field)) out.push_back(i);
    }
    return out;
  }

  std::vector<ArrayNode> nodes_;
  std::size_t visits_ = 0;
};

}  // namespace

bool consistent(const FieldValues& event, std::span<const Choice> choices) {
  Tree tree;
  Wants wants;
  for (std::uint32_t field = 0; field < choices.size(); ++field) {
    const auto& choice = choices[field];
    for (const auto* leaf : choice.candidates)
      tree.add(event.steps(*leaf), field, &Present::passing);
    for (const auto* leaf : choice.leaves_if_absent)
      tree.add(event.steps(*leaf), field, &Present::any);
    wants.push_back({field, choice.leaves_if_absent.empty() ? Mode::leaf : Mode::either});
  }
  return tree.covers(0, wants);
}

}  // namespace alarum::match
