#include "match/compiler.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace alarum::match {

Compiler::Compiler(const std::vector<rules::Pattern>& patterns,
                   const std::vector<std::string>& more_paths)
    : fields_(index_.atoms) {
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    for (auto& tests : conjunctions_of(patterns[i])) {
      Branch branch{i, std::move(tests), {}};
      for (const auto* test : branch.tests) branch.slots.push_back(index_.paths.add(test->path));
      branches_.push_back(std::move(branch));
    }
  }
  for (const auto& path : more_paths) index_.paths.add(path);
}

Index Compiler::build() {
  // Compile all fields first: the plan depends on how many atoms each slot has.
  for (const auto& branch : branches_) {
    for (std::size_t i = 0; i < branch.tests.size(); ++i)
      (void)fields_.compile(*branch.tests[i], branch.slots[i]);
  }
  std::vector<std::vector<FieldFacts>> facts;
  for (const auto& branch : branches_) {
    auto& fields = facts.emplace_back();
    for (std::size_t i = 0; i < branch.tests.size(); ++i)
      fields.push_back(fields_.facts(*branch.tests[i], branch.slots[i]));
  }
  const auto planned = plan(facts, index_.paths.slots());
  for (std::size_t i = 0; i < branches_.size(); ++i) enter(branches_[i], planned.ways[i], planned);
  index_.predicates = fields_.take_predicates();
  lay_out_slots();
  lay_out_entries();
  return std::move(index_);
}

void Compiler::enter(const Branch& branch, const EntryPoint& way, const Plan& plan) {
  const auto entrance = [&](std::uint32_t field) {
    return fields_.entrance(*branch.tests[field], branch.slots[field],
                            plan.search_slots[branch.slots[field]]);
  };
  const auto first = entrance(way.first);
  FieldCompiler::Entrance second{{0}, false};
  if (way.second >= 0) second = entrance(static_cast<std::uint32_t>(way.second));
  std::uint32_t proven = 0;
  if (first.proves && way.first < 32) proven |= 1U << way.first;
  if (second.proves && way.second >= 0 && way.second < 32) proven |= 1U << way.second;
  const auto code_at = write_code(branch, proven);
  for (const auto a : first.atoms) {
    for (const auto b : second.atoms) placed_.push_back({a, b, code_at});
  }
}

std::uint32_t Compiler::write_code(const Branch& branch, std::uint32_t proven) {
  auto& code = index_.code;
  const auto at = static_cast<std::uint32_t>(code.size());
  code.insert(code.end(),
              {branch.pattern, static_cast<std::uint32_t>(branch.tests.size()), proven});
  for (std::size_t i = 0; i < branch.tests.size(); ++i) {
    const auto field = fields_.compile(*branch.tests[i], branch.slots[i]);
    code.insert(code.end(),
                {field.slot, field.may_be_absent, static_cast<std::uint32_t>(field.atoms.size()),
                 static_cast<std::uint32_t>(field.predicates.size())});
    code.insert(code.end(), field.atoms.begin(), field.atoms.end());
    code.insert(code.end(), field.predicates.begin(), field.predicates.end());
  }
  return at;
}

void Compiler::lay_out_slots() {
  const auto& atoms = index_.atoms;
  auto& slots = index_.slots;
  slots.resize(index_.paths.slots());
  std::vector<bool> absent(atoms.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> partners;
  for (const auto& [first, second, unused] : placed_) {
    const bool of_absence = atoms.kind(first) == AtomKind::absent;
    if (!of_absence) slots[atoms.slot(first)].enters = true;
    if (second == 0) slots[atoms.slot(first)].enters_alone = true;
    if (of_absence && !absent[first]) index_.absent_atoms.push_back(first);
    absent[first] = of_absence;
    if (second != 0) partners.emplace(atoms.slot(first), atoms.slot(second));
  }
  for (const auto& [first, second] : partners) slots[first].partners.push_back(second);
  const auto search = [&](std::uint32_t slot) -> Index::Search& {
    if (!slots[slot].search) slots[slot].search = std::make_unique<Index::Search>();
    return *slots[slot].search;
  };
  for (auto& [slot, found] : fields_.windows())
    search(slot).windows = std::make_unique<Windows>(std::move(found));
  for (auto& [slot, found] : fields_.ranges())
    search(slot).ranges = std::make_unique<Ranges>(found);
}

void Compiler::lay_out_entries() {
  std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.first, a.second, a.code_at) < std::tie(b.first, b.second, b.code_at);
  });
  const auto end_of_pair = [&](std::size_t i) {
    auto end = i + 1;
    while (end < placed_.size() && placed_[end].first == placed_[i].first &&
           placed_[end].second == placed_[i].second)
      ++end;
    return end;
  };
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < placed_.size(); i = end_of_pair(i)) pairs += placed_[i].second != 0;
  index_.pairs = PairTable(pairs);
  for (std::size_t i = 0, end = 0; i < placed_.size(); i = end) {
    end = end_of_pair(i);
    const auto& [first, second, code_at] = placed_[i];
    const auto count = static_cast<std::uint32_t>(end - i);
    if (second != 0)
      index_.pairs.add(first, second, count == 1 ? code_at : static_cast<std::uint32_t>(i), count);
  }
  index_.entries_at.assign(index_.atoms.size() + 1, 0);
  index_.entries.reserve(placed_.size());
  for (const auto& [first, second, code_at] : placed_) {
    ++index_.entries_at[first + 1];
    index_.entries.push_back({second, code_at});
  }
  for (std::size_t i = 1; i < index_.entries_at.size(); ++i)
    index_.entries_at[i] += index_.entries_at[i - 1];
}

}  // namespace alarum::match
