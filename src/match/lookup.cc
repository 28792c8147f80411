#include "match/lookup.h"

#include <algorithm>

#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

constexpr std::size_t kFew = 8;
constexpr std::size_t kManySeconds = 16;
// Memory for more atoms than this is given back before the next event.
constexpr std::size_t kKept = 64 * 1024;

void sort_distinct(std::vector<Atom>& atoms, std::size_t from) {
  const auto begin = atoms.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, atoms.end());
  atoms.erase(std::unique(begin, atoms.end()), atoms.end());
}

// Whether the two have an atom in common. `sorted` needs to be in order only if it has more than
// kFew.
bool meets(std::span<const Atom> few, std::span<const Atom> sorted) {
  for (const auto atom : few) {
    if (sorted.size() <= kFew ? std::find(sorted.begin(), sorted.end(), atom) != sorted.end()
                              : std::binary_search(sorted.begin(), sorted.end(), atom))
      return true;
  }
  return false;
}

// The run of a field in Index::code: {slot, may_be_absent, number of atoms, number of predicates,
// atoms…, predicates…}.
std::span<const Atom> atoms_of(const std::uint32_t* field) {
  return {field + kFieldHead, field[2]};
}
std::span<const std::uint32_t> predicates_of(const std::uint32_t* field) {
  return {field + kFieldHead + field[2], field[3]};
}
const std::uint32_t* next(const std::uint32_t* field) {
  return field + kFieldHead + field[2] + field[3];
}

}  // namespace

void Lookup::run(const Index& index, const FieldValues& leaves, std::vector<std::uint32_t>& out) {
  index_ = &index;
  leaves_ = &leaves;
  out_ = &out;
  begin();
  const auto from = static_cast<std::ptrdiff_t>(out.size());
  if (index.atoms.are_far()) probe(), learn_probed();
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
  probes_.clear();
  probed_.clear();
  firsts_.clear();
  pairs_.clear();
  entered_.clear();
  known_atoms_.clear();
  if (known_atoms_.capacity() > kKept) known_atoms_.shrink_to_fit();
  if (probes_.capacity() > kKept) probes_.shrink_to_fit();
}

void Lookup::probe() {
  for (const auto slot : leaves_->touched()) {
    const auto& at = leaves_->at(slot);
    if (!index_->slots[slot].enters || at.count > kFew) continue;
    const auto known = probes_.size();
    leaves_->any(at, [&](const model::Leaf& leaf) {
      return index_->atoms.probe(slot, leaf, probes_), false;
    });
    probed_.push_back({slot, static_cast<std::uint32_t>(probes_.size() - known)});
  }
  for (auto& probe : probes_) index_->atoms.approach(probe);
}

void Lookup::learn_probed() {
  const auto* probe = probes_.data();
  for (const auto& [slot, probes] : probed_) {
    const auto& at = leaves_->at(slot);
    const auto begin = known_atoms_.size();
    leaves_->any(at, [&](const model::Leaf& leaf) {
      return index_->atoms.near(slot, leaf, known_atoms_), false;
    });
    for (const auto* const end = probe + probes; probe != end; ++probe) {
      if (const auto atom = index_->atoms.settle(slot, *probe)) known_atoms_.push_back(atom);
    }
    note(known_[slot], begin, at.count > 1);
  }
}

void Lookup::collect_firsts() {
  for (const auto slot : leaves_->touched()) {
    const auto& info = index_->slots[slot];
    if (!info.enters) continue;
    const auto add = [&](std::span<const Atom> atoms) {
      for (const auto atom : atoms) {
        if (info.enters_alone) __builtin_prefetch(&index_->entries_at[atom]);
        firsts_.push_back({atom, slot});
      }
    };
    add(atoms_at(slot));
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
    // A path in arrays may be absent from the element that the other fields choose.
    if (!at || at->in_arrays) firsts_.push_back({atom, slot});
  }
}

void Lookup::search(const Index::Search& search, const FieldValues::Slot& slot) {
  leaves_->any(slot, [&](const model::Leaf& leaf) {
    if (search.windows && leaf.kind == model::LeafKind::string)
      search.windows->matched(leaf.text, found_);
    if (search.ranges && leaf.kind == model::LeafKind::number) {
      if (const auto value = rules::comparable_number(leaf.text))
        search.ranges->matched(*value, found_);
    }
    return false;
  });
  if (found_.size() > 1) sort_distinct(found_, 0);
}

// Entries without a second atom come first.
void Lookup::take_alone(const First& first) {
  if (!index_->slots[first.slot].enters_alone) return;
  for (const auto& entry : index_->entries_of(first.atom)) {
    if (entry.second != 0) break;
    enter(entry.code_at);
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

// With large arrays on both sides there would be too many pairs of atoms. The entries are at most
// as many as the conjunctions.
void Lookup::walk_entries(Atom first, std::span<const Atom> seconds) {
  for (const auto& entry : index_->entries_of(first)) {
    if (entry.second != 0 && std::binary_search(seconds.begin(), seconds.end(), entry.second))
      enter(entry.code_at);
  }
}

void Lookup::take_pairs() {
  for (const auto& [first, second] : pairs_) {
    const auto* const pair = index_->pairs.find(first, second);
    if (!pair) continue;
    if (pair->count == 1) {
      enter(pair->at);
    } else {
      for (std::uint32_t i = 0; i < pair->count; ++i) enter(index_->entries[pair->at + i].code_at);
    }
  }
}

// In a large index the code is not in the processor's caches.
void Lookup::enter(std::uint32_t code_at) {
  __builtin_prefetch(index_->code.data() + code_at);
  entered_.push_back(code_at);
}

void Lookup::consider_all() {
  const auto* const code = index_->code.data();
  for (const auto at : entered_) {
    if (holds(code + at)) out_->push_back(code[at]);
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
    // No leaf passes. The field may still be absent from the elements that the other fields choose.
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

bool Lookup::passes(const std::uint32_t* field, const FieldValues::Slot& slot) {
  if (field[2] > 0 && meets(atoms_at(field[0]), atoms_of(field))) return true;
  for (const auto number : predicates_of(field)) {
    auto& asked = asked_[number];
    if (asked / 2 != event_) {
      const auto& predicate = index_->predicates[number];
      asked = event_ * 2 +
              leaves_->any(slot, [&](const model::Leaf& leaf) { return predicate.passes(leaf); });
    }
    if (asked & 1) return true;
  }
  return false;
}

bool Lookup::leaf_passes(const std::uint32_t* field, const model::Leaf& leaf) {
  leaf_atoms_.clear();
  if (field[2] > 0) index_->atoms.matched(field[0], leaf, leaf_atoms_);
  if (meets(leaf_atoms_, atoms_of(field))) return true;
  const auto predicates = predicates_of(field);
  return std::any_of(predicates.begin(), predicates.end(),
                     [&](auto number) { return index_->predicates[number].passes(leaf); });
}

// The atoms that the leaves at `slot` satisfy, looked up once an event. More than kFew are in
// order. Valid until the next call for another slot.
std::span<const Atom> Lookup::atoms_at(std::uint32_t slot) {
  auto& known = known_[slot];
  if (known.event != event_) learn(known, slot);
  return {known_atoms_.data() + known.begin, known.end - known.begin};
}

void Lookup::learn(Known& known, std::uint32_t slot) {
  const auto begin = known_atoms_.size();
  const auto& at = leaves_->at(slot);
  leaves_->any(at, [&](const model::Leaf& leaf) {
    return index_->atoms.matched(slot, leaf, known_atoms_), false;
  });
  note(known, begin, at.count > 1);
}

void Lookup::note(Known& known, std::size_t begin, bool many_leaves) {
  if (many_leaves || known_atoms_.size() - begin > kFew) sort_distinct(known_atoms_, begin);
  known = {event_, static_cast<std::uint32_t>(begin),
           static_cast<std::uint32_t>(known_atoms_.size())};
}

}  // namespace alarum::match
