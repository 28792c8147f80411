#include "match/consistency.h"

#include <algorithm>
#include <map>

namespace alarum::match {
namespace {

using Fields = std::vector<std::uint32_t>;  // sorted

constexpr std::size_t kMostSteps = 100'000;  // spent on choices that only duplicate keys can bring

struct Node {
  Fields direct;  // fields with a candidate right here
  Fields below;   // fields with a candidate here or deeper
  std::map<std::uint32_t, std::map<std::uint32_t, std::size_t>> arrays;  // array, element → node
};

void insert(Fields& fields, std::uint32_t field) {
  const auto at = std::lower_bound(fields.begin(), fields.end(), field);
  if (at == fields.end() || *at != field) fields.insert(at, field);
}

bool has(const Fields& fields, std::uint32_t field) { return std::binary_search(fields.begin(), fields.end(), field); }
bool has_all(const Fields& fields, const Fields& wanted) { return std::includes(fields.begin(), fields.end(), wanted.begin(), wanted.end()); }

class Tree {
 public:
  Tree() : nodes_(1) {}

  void add(const model::FlatEvent& event, std::uint32_t field, const model::Leaf& leaf) {
    std::size_t at = 0;
    insert(nodes_[at].below, field);
    for (const auto& [array, element] : event.steps(leaf)) {
      const auto [child, fresh] = nodes_[at].arrays[array].try_emplace(element, nodes_.size());
      at = child->second;
      if (fresh) nodes_.emplace_back();
      insert(nodes_[at].below, field);
    }
    insert(nodes_[at].direct, field);
  }

  bool covers(std::size_t at, const Fields& wanted) {
    const auto& node = nodes_[at];
    if (!has_all(node.below, wanted)) return false;
    Fields rest;
    std::set_difference(wanted.begin(), wanted.end(), node.direct.begin(), node.direct.end(), std::back_inserter(rest));
    if (rest.empty()) return true;
    std::map<std::uint32_t, Fields> shares;
    return assign(node, rest, 0, shares);
  }

 private:
  // Gives each field of `rest` from number `next` on to one of the arrays that have it, then asks the arrays.
  bool assign(const Node& node, const Fields& rest, std::size_t next, std::map<std::uint32_t, Fields>& shares) {
    if (next == rest.size()) {
      return std::all_of(shares.begin(), shares.end(), [&](const auto& share) { return share.second.empty() || covered(node, share); });
    }
    for (const auto array : arrays_with(node, rest[next])) {
      if (steps_++ > kMostSteps) return false;
      shares[array].push_back(rest[next]);
      if (assign(node, rest, next + 1, shares)) return true;
      shares[array].pop_back();
    }
    return false;
  }

  bool covered(const Node& node, const std::pair<const std::uint32_t, Fields>& share) {
    const auto& elements = node.arrays.at(share.first);
    return std::any_of(elements.begin(), elements.end(), [&](const auto& element) { return covers(element.second, share.second); });
  }

  std::vector<std::uint32_t> arrays_with(const Node& node, std::uint32_t field) const {
    std::vector<std::uint32_t> out;
    for (const auto& [array, elements] : node.arrays) {
      const auto holds = [&](const auto& element) { return has(nodes_[element.second].below, field); };
      if (node.arrays.size() == 1 || std::any_of(elements.begin(), elements.end(), holds)) out.push_back(array);
    }
    return out;
  }

  std::vector<Node> nodes_;
  std::size_t steps_ = 0;
};

// Settles the fields in order, each on a leaf that stands with those before it, or on there being none.
class Search {
 public:
  Search(const model::FlatEvent& event, std::span<const Choice> choices) : event_(event), choices_(choices) {}

  bool settle(std::size_t field) {
    if (field == choices_.size()) return true;
    const auto& choice = choices_[field];
    for (const auto* leaf : choice.candidates) {
      if (steps_++ > kMostSteps) return false;
      if (!stands(*leaf)) continue;
      const auto before = chosen_;
      for (const auto& [array, element] : event_.steps(*leaf)) chosen_[array] = element;
      if (settle(field + 1)) return true;
      chosen_ = before;
    }
    const auto& leaves = choice.leaves_if_absent;
    const bool absent = !leaves.empty() && std::none_of(leaves.begin(), leaves.end(), [&](const auto& leaf) { return stands(leaf); });
    return absent && settle(field + 1);
  }

 private:
  bool stands(const model::Leaf& leaf) const {
    const auto steps = event_.steps(leaf);
    return std::all_of(steps.begin(), steps.end(), [&](const model::ArrayStep& step) {
      const auto found = chosen_.find(step.array);
      return found == chosen_.end() || found->second == step.element;
    });
  }

  const model::FlatEvent& event_;
  std::span<const Choice> choices_;
  std::map<std::uint32_t, std::uint32_t> chosen_;
  std::size_t steps_ = 0;
};

}  // namespace

bool consistent(const model::FlatEvent& event, std::span<const Choice> choices) {
  const bool absence = std::any_of(choices.begin(), choices.end(), [](const Choice& c) { return !c.leaves_if_absent.empty(); });
  if (absence) return Search(event, choices).settle(0);
  Tree tree;
  Fields wanted;
  for (std::uint32_t field = 0; field < choices.size(); ++field) {
    wanted.push_back(field);
    for (const auto* leaf : choices[field].candidates) tree.add(event, field, *leaf);
  }
  return tree.covers(0, wanted);
}

}  // namespace alarum::match
