#include "match/conjunction.h"

#include <algorithm>
#include <iterator>

namespace alarum::match {
namespace {

std::vector<Conjunction> multiplied(const rules::Clause& clause) {
  std::vector<Conjunction> out(1);
  for (const auto& field : clause.fields) out[0].push_back(&field);
  for (const auto& group : clause.or_groups) {
    std::vector<Conjunction> product;
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

// Sorts the tests, and keeps the later one of two tests of one path, as in `{"name": ["a"], "$or":
// [{"name": ["b"]}, …]}`.
void settle(Conjunction& tests) {
  std::sort(tests.begin(), tests.end(), [](const auto* a, const auto* b) {
    return a->path != b->path ? a->path < b->path : a->order > b->order;
  });
  tests.erase(std::unique(tests.begin(), tests.end(),
                          [](const auto* a, const auto* b) { return a->path == b->path; }),
              tests.end());
}

}  // namespace

std::vector<Conjunction> conjunctions_of(const rules::Clause& clause) {
  auto out = multiplied(clause);
  for (auto& tests : out) settle(tests);
  return out;
}

std::vector<Conjunction> conjunctions_of(const rules::Pattern& pattern) {
  std::vector<Conjunction> out;
  for (const auto& clause : pattern.alternatives) {
    auto some = conjunctions_of(clause);
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace alarum::match
