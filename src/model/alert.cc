#include "model/alert.h"

#include <array>

#include "base/hash.h"

namespace alarum::model {

std::uint64_t fingerprint(const Labels& labels) {
  auto sum = kFnvOffset;
  for (const auto& [name, value] : labels) {
    sum = fnv1a(name, sum);
    sum = fnv1a("\xFF", sum);
    sum = fnv1a(value, sum);
    sum = fnv1a("\xFF", sum);
  }
  return sum;
}

std::string_view to_text(AlertState state) {
  return state == AlertState::firing ? "firing" : "resolved";
}

std::string_view to_text(EndReason reason) {
  constexpr std::array<std::string_view, 8> names{"",       "recovered", "drained",      "timeout",
                                                  "manual", "escalated", "rule_changed", "lost"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view to_text(Change::Kind kind) {
  constexpr std::array<std::string_view, 10> names{
      "",         "fired",        "repeated",       "stage_changed", "resolved",
      "released", "acknowledged", "unacknowledged", "reminded",      "unconfirmed"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace alarum::model
