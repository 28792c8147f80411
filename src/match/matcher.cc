#include "match/matcher.h"

#include <algorithm>
#include <map>

#include "match/consistency.h"
#include "match/predicate.h"

namespace alarum::match {
namespace {

struct Field {
  std::string path;
  std::vector<CompiledPredicate> any;
};
/// A conjunction without `$or`: the branches have been multiplied out.
using Conjunction = std::vector<Field>;

using Tests = std::vector<const rules::FieldTest*>;

std::vector<Tests> multiplied(const rules::Clause& clause) {
  std::vector<Tests> out(1);
  for (const auto& field : clause.fields) out[0].push_back(&field);
  for (const auto& group : clause.or_groups) {
    std::vector<Tests> product;
    for (const auto& branch : group) {
      for (const auto& tail : multiplied(branch)) {
        for (auto head : out) {
          head.insert(head.end(), tail.begin(), tail.end());
          product.push_back(std::move(head));
        }
      }
    }
    out = std::move(product);
  }
  return out;
}

// `{"name": ["a"], "$or": [{"name": ["b"]}, …]}`: as in the reference, the later test of a path replaces the earlier one. Ordered by
// path, which is the order in which the reference settles fields.
std::map<std::string, const rules::FieldTest*> settled(const Tests& tests) {
  std::map<std::string, const rules::FieldTest*> out;
  for (const auto* test : tests) {
    auto& kept = out[test->path];
    if (!kept || kept->order <= test->order) kept = test;
  }
  return out;
}

std::vector<Conjunction> compile(const rules::Pattern& pattern) {
  std::vector<Conjunction> out;
  for (const auto& clause : pattern.alternatives) {
    for (const auto& tests : multiplied(clause)) {
      Conjunction conjunction;
      for (const auto& [path, test] : settled(tests)) {
        conjunction.push_back({path, {}});
        for (const auto& predicate : test->any) conjunction.back().any.emplace_back(predicate);
      }
      out.push_back(std::move(conjunction));
    }
  }
  return out;
}

bool passes(const Field& field, const model::Leaf& leaf) {
  return std::any_of(field.any.begin(), field.any.end(), [&](const auto& p) { return !p.wants_absence() && p.passes(leaf); });
}

bool may_be_absent(const Field& field) {
  return std::any_of(field.any.begin(), field.any.end(), [](const auto& p) { return p.wants_absence(); });
}

bool holds(const Conjunction& conjunction, const model::FlatEvent& event) {
  std::vector<Choice> choices;
  bool in_arrays = false;
  for (const auto& field : conjunction) {
    const auto leaves = event.at(field.path);
    const bool absent = may_be_absent(field);
    if (leaves.empty() && absent) continue;
    Choice choice{{}, absent ? leaves : std::span<const model::Leaf>()};
    for (const auto& leaf : leaves) {
      if (passes(field, leaf)) choice.candidates.push_back(&leaf);
      in_arrays = in_arrays || leaf.steps > 0;
    }
    if (choice.candidates.empty() && !(absent && in_arrays)) return false;
    choices.push_back(std::move(choice));
  }
  return !in_arrays || choices.size() < 2 ? std::all_of(choices.begin(), choices.end(), [](const Choice& c) { return !c.candidates.empty(); })
                                          : consistent(event, choices);
}

}  // namespace

struct Matcher::Compiled {
  std::vector<std::vector<Conjunction>> patterns;
};

Matcher::Matcher(std::vector<rules::Pattern> patterns) {
  auto compiled = std::make_unique<Compiled>();
  for (const auto& pattern : patterns) compiled->patterns.push_back(compile(pattern));
  compiled_ = std::move(compiled);
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::match(const model::FlatEvent& event, std::vector<std::uint32_t>& out) const {
  for (std::uint32_t i = 0; i < compiled_->patterns.size(); ++i) {
    const auto& alternatives = compiled_->patterns[i];
    if (std::any_of(alternatives.begin(), alternatives.end(), [&](const auto& c) { return holds(c, event); })) out.push_back(i);
  }
}

}  // namespace alarum::match
