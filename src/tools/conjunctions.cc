#include "tools/conjunctions.h"

#include <algorithm>
#include <map>

namespace alarum::tools {
namespace {

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

Tests settled(const Tests& tests) {
  std::map<std::string_view, const rules::FieldTest*> by_path;
  for (const auto* test : tests) {
    auto& kept = by_path[test->path];
    if (!kept || kept->order <= test->order) kept = test;
  }
  Tests out;
  for (const auto& [path, test] : by_path) out.push_back(test);
  std::ranges::sort(out, {}, [](const auto* test) { return test->order; });
  return out;
}

}  // namespace

std::vector<Tests> conjunctions(const rules::Clause& clause) {
  auto all = multiplied(clause);
  for (auto& tests : all) tests = settled(tests);
  return all;
}

}  // namespace alarum::tools
