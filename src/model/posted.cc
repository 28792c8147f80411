#include "model/posted.h"

#include <algorithm>

namespace alarum::model {

bool is_posted(const Event& event) {
  if (event.format() != Format::alertmanager) return false;
  return std::ranges::any_of(event.extensions(),
                             [](const auto& one) { return one.first == kPostedMark; });
}

}  // namespace alarum::model
