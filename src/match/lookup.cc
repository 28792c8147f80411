#include "match/lookup.h"

#include <algorithm>

#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

constexpr std::size_t kFew = 8;
constexpr std::size_t kManySeconds = 16;
constexpr std::size_t kKept = 64 * 1024;  // atoms of what one large event satisfied, no more is kept for the next

void sort_distinct(std::vector<Atom>& atoms, std::size_t from) {
  const auto begin = atoms.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, atoms.end());
  atoms.erase(std::unique(begin, atoms.end()), atoms.end());
}

// `sorted` only where it has more than kFew.
bool meets(std::span<const Atom> few, std::span<const Atom> sorted) {
  for (const auto atom : few) {
    if (sorted.size() <= kFew ? std::find(sorted.begin(), sorted.end(), atom) != sorted.end() : std::binary_search(sorted.begin(), sorted.end(), atom)) return true;
  }
  return false;
}

// A field's code: {slot, may_be_absent, number of atoms, number of predicates, atoms…, predicates…}.
std::span<const Atom> atoms_of(const std::uint32_t* field) { return {field + kFieldHead, field[2]}; }
std::span<const std::uint32_t> predicates_of(const std::uint32_t* field) { return {field + kFieldHead + field[2], field[3]}; }
const std::uint32_t* next(const std::uint32_t* field) { return field + kFieldHead + field[2] + field[3]; }

}  // namespace

void Lookup::run(const Index& index, const Leaves& leaves, std::vector<std::uint32_t>& out) {
  index_ = &index;
  leaves_ = &leaves;
  out_ = &out;
  begin();
  const auto from = static_cast<std::ptrdiff_t>(out.size());
  prepare();
  collect_firsts();
  collect_absent();
  for (const auto& first : firsts_) collect_pairs(first);
  for (const auto& first : firsts_) take_alone(first);
  take_pairs();
  if (entered_.empty()) return;
  consider_all();
  std::sort(out.begin() + from, out.end());
  out.erase(std::unique(out.begin() + from, out.end()), out.end());
}

void Lookup::begin() {
  ++event_;
  if (known_.size() < index_->slots.size()) known_.resize(index_->slots.size());
  if (asked_.size() < index_->predicates.size()) asked_.resize(index_->predicates.size());
  entering_.clear();
  firsts_.clear();
  pairs_.clear();
  entered_.clear();
  known_atoms_.clear();
  if (known_atoms_.capacity() > kKept) known_atoms_.shrink_to_fit();
}

void Lookup::prepare() {
  for (const auto slot : leaves_->touched()) {
    if (!index_->slots[slot].enters) continue;
    const auto& at = leaves_->at(slot);
    entering_.push_back({slot, at.count > 1 ? 0 : index_->atoms.prepare(slot, leaves_->entry(at.first).leaf)});
  }
}

void Lookup::collect_firsts() {
  for (const auto& [slot, hint] : entering_) {
    const auto& info = index_->slots[slot];
    const auto add = [&](std::span<const Atom> atoms) {
      for (const auto atom : atoms) {
        if (info.enters_alone) __builtin_prefetch(&index_->entries_at[atom]);
        firsts_.push_back({atom, slot});
      }
    };
    add(atoms_at(slot, hint));
    if (!info.search) continue;
    found_.clear();
    search(*info.search, leaves_->at(slot));
    add(found_);
  }
}

void Lookup::collect_absent() {
  for (const auto atom : index_->absent_atoms) {
    const auto slot = index_->atoms.slot(atom);
    const auto* at = leaves_->find(slot);
    // What lies in arrays may be absent from the element that the other fields choose.
    if (!at || at->in_arrays) firsts_.push_back({atom, slot});
  }
}

void Lookup::search(const Index::Search& search, const Leaves::Slot& slot) {
  leaves_->any(slot, [&](const model::Leaf& leaf) {
    if (search.windows && leaf.kind == model::LeafKind::string) search.windows->matched(leaf.text, found_);
    if (search.ranges && leaf.kind == model::LeafKind::number) {
      if (const auto value = rules::comparable_number(leaf.text)) search.ranges->matched(*value, found_);
    }
    return false;
  });
  if (found_.size() > 1) sort_distinct(found_, 0);
}

// Those that want no second atom stand in front.
void Lookup::take_alone(const First& first) {
  if (!index_->slots[first.slot].enters_alone) return;
  for (const auto& entry : index_->entries_of(first.atom)) {
    if (entry.second != 0) break;
    entered_.push_back(entry.code_at);
  }
}

void Lookup::collect_pairs(const First& first) {
  for (const auto partner : index_->slots[first.slot].partners) {
    if (!leaves_->find(partner)) continue;
    const auto seconds = atoms_at(partner);
    if (seconds.size() > kManySeconds) {
      walk_entries(first.atom, seconds);
      continue;
    }
    for (const auto second : seconds) {
      index_->pairs.prefetch(first.atom, second);
      pairs_.push_back({first.atom, second});
    }
  }
}

// Large arrays on both sides: the product of what they satisfy would be too many pairs, the entries are as many as there are rules.
void Lookup::walk_entries(Atom first, std::span<const Atom> seconds) {
  for (const auto& entry : index_->entries_of(first)) {
    if (entry.second != 0 && std::binary_search(seconds.begin(), seconds.end(), entry.second)) entered_.push_back(entry.code_at);
  }
}

void Lookup::take_pairs() {
  for (const auto& [first, second] : pairs_) {
    const auto begin = index_->pairs.find(first, second);
    if (begin == PairTable::kNone) continue;
    for (auto i = begin; i < index_->entries_at[first + 1] && index_->entries[i].second == second; ++i) entered_.push_back(index_->entries[i].code_at);
  }
}

// The code of a large index lies in far memory: it is asked for a few conjunctions ahead.
void Lookup::consider_all() {
  constexpr std::size_t kAhead = 4;
  const auto* code = index_->code.data();
  for (std::size_t i = 0; i < entered_.size(); ++i) {
    if (i + kAhead < entered_.size()) __builtin_prefetch(code + entered_[i + kAhead]);
    const auto* conjunction = code + entered_[i];
    if (holds(conjunction)) out_->push_back(conjunction[0]);
  }
}

bool Lookup::holds(const std::uint32_t* code) {
  const auto fields = code[1], proven = code[2];
  const auto* field = code + kConjunctionHead;
  unsigned in_arrays = 0;
  bool open = false;
  for (std::uint32_t i = 0; i < fields; ++i, field = next(field)) {
    const auto* slot = leaves_->find(field[0]);
    if (!slot) {
      if (!field[1]) return false;
      continue;
    }
    in_arrays += slot->in_arrays;
    if ((i < 32 && proven >> i & 1) || passes(field, *slot)) continue;
    // Not by a leaf; perhaps by absence from the elements that the others choose.
    if (!field[1] || !slot->in_arrays) return false;
    open = true;
  }
  return in_arrays < 2 ? !open : holds_consistently(code);
}

bool Lookup::holds_consistently(const std::uint32_t* code) {
  choices_.clear();
  const auto* field = code + kConjunctionHead;
  for (std::uint32_t i = 0; i < code[1]; ++i, field = next(field)) {
    const auto* slot = leaves_->find(field[0]);
    if (!slot) continue;
    auto& choice = choices_.emplace_back();
    leaves_->any(*slot, [&](const model::Leaf& leaf) {
      if (leaf_passes(field, leaf)) choice.candidates.push_back(&leaf);
      if (field[1]) choice.leaves_if_absent.push_back(&leaf);
      return false;
    });
  }
  return consistent(*leaves_, choices_);
}

bool Lookup::passes(const std::uint32_t* field, const Leaves::Slot& slot) {
  if (field[2] > 0 && meets(atoms_at(field[0]), atoms_of(field))) return true;
  for (const auto number : predicates_of(field)) {
    auto& asked = asked_[number];
    if (asked / 2 != event_) {
      const auto& predicate = index_->predicates[number];
      asked = event_ * 2 + leaves_->any(slot, [&](const model::Leaf& leaf) { return predicate.passes(leaf); });
    }
    if (asked & 1) return true;
  }
  return false;
}

bool Lookup::leaf_passes(const std::uint32_t* field, const model::Leaf& leaf) {
  leaf_atoms_.clear();
  if (field[2] > 0) index_->atoms.matched(field[0], leaf, 0, leaf_atoms_);
  if (meets(leaf_atoms_, atoms_of(field))) return true;
  const auto predicates = predicates_of(field);
  return std::any_of(predicates.begin(), predicates.end(), [&](auto number) { return index_->predicates[number].passes(leaf); });
}

// What the leaves at `slot` satisfy: worked out once an event; many are in order. Valid until the next call for another slot.
std::span<const Atom> Lookup::atoms_at(std::uint32_t slot, std::uint64_t hint) {
  auto& known = known_[slot];
  if (known.event != event_) learn(known, slot, hint);
  return {known_atoms_.data() + known.begin, known.end - known.begin};
}

void Lookup::learn(Known& known, std::uint32_t slot, std::uint64_t hint) {
  const auto begin = known_atoms_.size();
  const auto& at = leaves_->at(slot);
  leaves_->any(at, [&](const model::Leaf& leaf) {
    index_->atoms.matched(slot, leaf, hint, known_atoms_);
    return false;
  });
  if (at.count > 1 || known_atoms_.size() - begin > kFew) sort_distinct(known_atoms_, begin);
  known = {event_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(known_atoms_.size())};
}

}  // namespace alarum::match
