#include "model/matcher_check.h"

#include <algorithm>

namespace alarum::model {

std::optional<std::string> contradiction(const Matchers& matchers) {
  for (const auto& one : matchers) {
    if (one.op() != Matcher::Op::equal) continue;
    for (const auto& other : matchers) {
      if (other.name() == one.name() && !other.matches(one.value()))
        return one.text() + " and " + other.text() + " contradict each other: no alert has both";
    }
  }
  return std::nullopt;
}

bool covers(const Matchers& wide, const Matchers& narrow) {
  return std::ranges::all_of(wide, [&](const Matcher& wanted) {
    return std::ranges::any_of(narrow, [&](const Matcher& one) {
      return one == wanted || (one.name() == wanted.name() && one.op() == Matcher::Op::equal &&
                               wanted.matches(one.value()));
    });
  });
}

}  // namespace alarum::model
