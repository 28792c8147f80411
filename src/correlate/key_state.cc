#include "correlate/key_state.h"

namespace alarum::correlate {

void Absence::save(ByteWriter& out) const {
  out.time(last);
  out.number((firing ? 1U : 0U) + (annulled ? 2U : 0U));
}

void Absence::load(ByteReader& in) {
  last = in.time();
  const auto flags = in.number();
  firing = (flags & 1) != 0;
  annulled = (flags & 2) != 0;
}

State initial_state(rules::Condition condition) {
  switch (condition) {
    case rules::Condition::distinct:
      return Distinct();
    case rules::Condition::sequence:
      return SequenceState();
    case rules::Condition::absent:
      return Absence();
    case rules::Condition::count:
    case rules::Condition::each:
    case rules::Condition::gather:  // neither has keys
      break;
  }
  return Count();
}

void save(const State& state, ByteWriter& out) {
  std::visit([&](const auto& one) { one.save(out); }, state);
}

void load(State& state, ByteReader& in) {
  std::visit([&](auto& one) { one.load(in); }, state);
}

}  // namespace alarum::correlate
