#include "match/atoms.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/ip_block.h"
#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

using model::LeafKind;

void insert_size(std::vector<std::uint32_t>& sizes, std::size_t size) {
  const auto value = static_cast<std::uint32_t>(size);
  const auto at = std::lower_bound(sizes.begin(), sizes.end(), value);
  if (at == sizes.end() || *at != value) sizes.insert(at, value);
}

}  // namespace

std::string number_key(double value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::optional<std::string> folded_key(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    c = to_lower(c);
  }
  return out;
}

std::string block_key(std::string_view address_bytes, unsigned bits) {
  std::string key(1, static_cast<char>(bits));
  key += address_bytes;
  for (unsigned bit = bits; bit < address_bytes.size() * 8; ++bit) {
    key[1 + bit / 8] = static_cast<char>(key[1 + bit / 8] & ~(0x80 >> bit % 8));
  }
  return key;
}

Atoms::Atoms() : atoms_(1), places_(16), mask_(15) {}

std::uint64_t Atoms::hash(std::uint32_t slot, AtomKind kind, std::string_view key) {
  if (kind == AtomKind::suffix) return AffixHash<true>(key, seed(slot, kind)).of(key.size());
  if (kind == AtomKind::prefix) return AffixHash<false>(key, seed(slot, kind)).of(key.size());
  return hash_of(key, seed(slot, kind));
}

Atom Atoms::find(std::uint32_t slot, AtomKind kind, std::string_view key) const {
  return lookup(hash(slot, kind, key), slot, kind, key);
}

std::uint32_t Atoms::count(std::uint32_t slot, AtomKind kind) const {
  return slot < sizes_.size() ? sizes_[slot].counts[static_cast<unsigned>(kind)] : 0;
}

Atom Atoms::intern(std::uint32_t slot, AtomKind kind, std::string_view key) {
  const auto code = hash(slot, kind, key);
  if (const auto known = lookup(code, slot, kind, key)) return known;
  if (3 * atoms_.size() > places_.size()) grow();
  const auto atom = static_cast<Atom>(atoms_.size());
  atoms_.push_back({slot, kind});
  auto at = code & mask_;
  while (places_[at].atom != 0) at = (at + 1) & mask_;
  places_[at] = {code, atom, static_cast<std::uint32_t>(texts_.size())};
  const auto front = head(slot, kind, key.size());
  const char* const front_bytes = reinterpret_cast<const char*>(&front);
  texts_.insert(texts_.end(), front_bytes, front_bytes + sizeof front);
  texts_.insert(texts_.end(), key.begin(), key.end());
  note(slot, kind, key, atom);
  return atom;
}

void Atoms::note(std::uint32_t slot, AtomKind kind, std::string_view key, Atom atom) {
  if (slots_.size() <= slot) slots_.resize(slot + 1), sizes_.resize(slot + 1);
  auto& info = slots_[slot];
  auto& sizes = sizes_[slot];
  info.kinds |= 1U << static_cast<unsigned>(kind);
  ++sizes.counts[static_cast<unsigned>(kind)];
  if (kind == AtomKind::prefix) insert_size(sizes.prefixes, key.size());
  if (kind == AtomKind::suffix) insert_size(sizes.suffixes, key.size());
  if (kind == AtomKind::block)
    insert_size(key.size() > 5 ? sizes.blocks6 : sizes.blocks4, static_cast<unsigned char>(key[0]));
  if (kind == AtomKind::present) info.present = atom;
  if (kind == AtomKind::null) info.null = atom;
  if (kind == AtomKind::yes) info.yes = atom;
  if (kind == AtomKind::no) info.no = atom;
}

void Atoms::grow() {
  HugeVector<Place> old(places_.size() * 2);
  old.swap(places_);
  mask_ = places_.size() - 1;
  for (const auto& place : old) {
    if (place.atom == 0) continue;
    auto at = place.hash & mask_;
    while (places_[at].atom != 0) at = (at + 1) & mask_;
    places_[at] = place;
  }
}

void Atoms::more_texts(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const {
  const auto& info = slots_[slot];
  if (info.has(AtomKind::folded)) {
    thread_local std::string folded;
    folded.assign(text);
    std::transform(folded.begin(), folded.end(), folded.begin(), to_lower);
    if (const auto atom = find(slot, AtomKind::folded, folded)) out.push_back(atom);
  }
  if (info.has(AtomKind::address) || info.has(AtomKind::block)) addresses(slot, text, out);
}

void Atoms::others(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const {
  if (leaf.kind == LeafKind::number) return numbers(slot, leaf.text, out);
  const auto& info = slots_[slot];
  const auto atom = leaf.kind == LeafKind::null ? info.null
                    : leaf.text == "true"       ? info.yes
                                                : info.no;
  if (atom != 0) out.push_back(atom);
}

void Atoms::addresses(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const {
  const auto address = IpAddress::parse(text);
  if (!address) return;
  const auto bytes = address->written();
  if (const auto atom = find(slot, AtomKind::address, bytes)) out.push_back(atom);
  for (const auto bits : address->v6 ? sizes_[slot].blocks6 : sizes_[slot].blocks4) {
    if (const auto atom = find(slot, AtomKind::block, block_key(bytes, bits))) out.push_back(atom);
  }
}

void Atoms::numbers(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const {
  if (!slots_[slot].has(AtomKind::number) && !slots_[slot].has(AtomKind::long_number)) return;
  const auto value = rules::comparable_number(text);
  const auto atom =
      value ? find(slot, AtomKind::number, {reinterpret_cast<const char*>(&*value), sizeof *value})
            : find(slot, AtomKind::long_number, text);
  if (atom != 0) out.push_back(atom);
}

}  // namespace alarum::match
