#include "match/field.h"

#include <algorithm>

#include "base/ip_block.h"
#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

using rules::Predicate;
using Op = Predicate::Op;

struct Key {
  AtomKind kind;
  std::string text;
};

Key number_literal(const std::string& text) {
  const auto value = rules::comparable_number(text);
  return value ? Key{AtomKind::number, number_key(*value)} : Key{AtomKind::long_number, text};
}

std::vector<Key> text_literal(const Predicate& predicate) {
  std::vector<Key> keys{{AtomKind::text, predicate.text}};
  const auto address = predicate.flag ? std::nullopt : IpAddress::parse(predicate.text);
  if (address) keys.push_back({AtomKind::address, std::string(address->written())});
  return keys;
}

// The keys of atoms of which any one satisfies the predicate; none if it must be evaluated on
// leaves.
std::vector<Key> keys_of(const Predicate& predicate) {
  switch (predicate.op) {
    case Op::null:
      return {{AtomKind::null, ""}};
    case Op::boolean:
      return {{predicate.flag ? AtomKind::yes : AtomKind::no, ""}};
    case Op::number:
      return {number_literal(predicate.text)};
    case Op::string:
      return text_literal(predicate);
    case Op::prefix:
      return {{AtomKind::prefix, predicate.text}};
    case Op::suffix:
      return {{AtomKind::suffix, predicate.text}};
    case Op::equals_ignore_case:
      if (auto folded = folded_key(predicate.text)) return {{AtomKind::folded, std::move(*folded)}};
      return {};
    case Op::cidr: {
      const auto block = IpBlock::parse(predicate.text);
      return {
          {AtomKind::block, block_key(block->base.written(), static_cast<unsigned>(block->bits))}};
    }
    case Op::exists:
      return {{AtomKind::present, ""}};
    case Op::wildcard:
    case Op::prefix_ignore_case:
    case Op::suffix_ignore_case:
    case Op::numeric:
    case Op::anything_but_values:
    case Op::anything_but_prefix:
    case Op::anything_but_suffix:
    case Op::anything_but_ignore_case:
    case Op::anything_but_wildcard:
      break;
  }
  return {};
}

bool is_absence(const Predicate& predicate) {
  return predicate.op == Op::exists && !predicate.flag;
}

bool can_search(const Predicate& predicate) {
  return predicate.op == Op::numeric ||
         (predicate.op == Op::wildcard && Windows::can_hold(Wildcard(predicate.text)));
}

void write_form(const Predicate& predicate, std::string& out) {
  const auto number = [&](const auto& bound) {
    out += bound ? (bound->inclusive ? 'i' : 'x') : '-';
    if (bound) out += number_key(bound->value);
  };
  out += static_cast<char>(predicate.op);
  out += predicate.flag ? '1' : '0';
  out += std::to_string(predicate.text.size()) + ':' + predicate.text;
  number(predicate.low);
  number(predicate.high);
  for (const auto& operand : predicate.operands) write_form(operand, out);
}

}  // namespace

std::vector<Atom> FieldCompiler::exact_atoms(const Predicate& predicate, std::uint32_t slot) {
  std::vector<Atom> out;
  for (const auto& [kind, text] : keys_of(predicate))
    out.push_back(atoms_.intern(slot, kind, text));
  return out;
}

std::uint32_t FieldCompiler::predicate(const Predicate& predicate, std::uint32_t slot) {
  std::string form = std::to_string(slot) + '/';
  write_form(predicate, form);
  const auto [at, fresh] =
      known_.try_emplace(std::move(form), static_cast<std::uint32_t>(predicates_.size()));
  if (fresh) {
    predicates_.emplace_back(predicate);
    if (can_search(predicate)) ++searchable_[{slot, predicate.op}];
  }
  return at->second;
}

Field FieldCompiler::compile(const rules::FieldTest& test, std::uint32_t slot) {
  Field field;
  field.slot = slot;
  for (const auto& alternative : test.any) {
    if (is_absence(alternative)) {
      field.may_be_absent = true;
      continue;
    }
    const auto atoms = exact_atoms(alternative, slot);
    field.atoms.insert(field.atoms.end(), atoms.begin(), atoms.end());
    if (atoms.empty()) field.predicates.push_back(predicate(alternative, slot));
  }
  std::sort(field.atoms.begin(), field.atoms.end());
  field.atoms.erase(std::unique(field.atoms.begin(), field.atoms.end()), field.atoms.end());
  return field;
}

FieldFacts FieldCompiler::facts(const rules::FieldTest& test, std::uint32_t slot) const {
  // Guessed shares of alternatives that have no values to count.
  constexpr double kAbsent = 0.5, kPresent = 0.9, kInRange = 0.2;
  FieldFacts out{slot, 0, 0, false, true, test.any.size()};
  for (const auto& alternative : test.any) {
    const auto keys = is_absence(alternative) ? std::vector<Key>() : keys_of(alternative);
    double share = is_absence(alternative) ? kAbsent : kPresent;
    if (!keys.empty() && alternative.op != Op::exists)
      share = 1.0 / (1 + atoms_.count(slot, keys.front().kind));
    const bool search = can_search(alternative);
    const auto others = search ? searchable_.find({slot, alternative.op}) : searchable_.end();
    out.share += share;
    out.searched_share += !search                         ? share
                          : alternative.op == Op::numeric ? kInRange
                                                          : 1.0 / (1 + others->second);
    out.can_search = out.can_search || search;
    out.exact = out.exact && !keys.empty();
  }
  out.share = std::min(out.share, 1.0);
  out.searched_share = std::min(out.searched_share, 1.0);
  return out;
}

bool FieldCompiler::search_atom(const Predicate& predicate, std::uint32_t slot,
                                std::vector<Atom>& out) {
  if (!can_search(predicate)) return false;
  const bool wildcard = predicate.op == Op::wildcard;
  std::string form;
  write_form(predicate, form);
  const auto known = atoms_.size();
  const auto atom = atoms_.intern(slot, wildcard ? AtomKind::wildcard : AtomKind::range, form);
  out.push_back(atom);
  if (atom < known) return true;
  if (wildcard) {
    windows_[slot].push_back({Wildcard(predicate.text), atom});
  } else {
    ranges_[slot].push_back({predicate.low, predicate.high, atom});
  }
  return true;
}

FieldCompiler::Entrance FieldCompiler::entrance(const rules::FieldTest& test, std::uint32_t slot,
                                                bool search) {
  Entrance out;
  for (const auto& alternative : test.any) {
    if (is_absence(alternative)) {
      out.atoms.push_back(atoms_.intern(slot, AtomKind::absent, ""));
      // In arrays a field is absent only from the elements that other fields choose, so this proves
      // nothing.
      out.proves = false;
      continue;
    }
    const auto atoms = exact_atoms(alternative, slot);
    out.atoms.insert(out.atoms.end(), atoms.begin(), atoms.end());
    if (!atoms.empty() || (search && search_atom(alternative, slot, out.atoms))) continue;
    out.atoms.push_back(atoms_.intern(slot, AtomKind::present, ""));
    out.proves = false;
  }
  std::sort(out.atoms.begin(), out.atoms.end());
  out.atoms.erase(std::unique(out.atoms.begin(), out.atoms.end()), out.atoms.end());
  return out;
}

}  // namespace alarum::match
