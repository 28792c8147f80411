#include "tools/conjunctions.h"

#include <algorithm>

#include "match/conjunction.h"

namespace alarum::tools {

std::vector<Tests> conjunctions(const rules::Clause& clause) {
  auto all = match::conjunctions_of(clause);
  for (auto& tests : all)
    std::ranges::sort(tests, {}, [](const auto* test) { return test->order; });
  return all;
}

}  // namespace alarum::tools
