#include <algorithm>
#include <cstdint>

#include "alert/codec.h"
#include "engine/engine.h"
#include "tests/fuzz/target.h"

// Texts that the book and checkpoints hold, damaged. What must hold: no crash, no hang.
namespace fuzz::saved_target {

using namespace alarum;

// Whatever generation a state names, it is this one: a rule of each kind of memory.
std::shared_ptr<const match::Generation> generation() {
  static const auto one = [] {
    const rules::Sources sources{{{"r.yaml", R"(rules:
- {alert: P, match: {type: [fault]}, until: {type: [well]}, by: [subject], severity: major, resolve_after: 1h, for: 1m}
- {alert: C, match: {type: [hit]}, count: 3, within: 5m, by: [subject], severity: minor}
- {alert: H, match: {type: [beat]}, absent: 1h, by: [subject], severity: minor}
)"}},
                                 {}};
    Diagnostics out;
    auto set = rules::compile(sources, out);
    if (!set) std::abort();
    return std::make_shared<const match::Generation>(std::move(*set));
  }();
  return one;
}

std::string saved_by(engine::Engine& engine) {
  auto state = engine.begin_save();
  while (engine.saving()) state += engine.save_some(1 << 20);
  return state;
}

std::string sorted(std::string text) {
  std::ranges::sort(text);
  return text;
}

}  // namespace fuzz::saved_target

ALARUM_FUZZ(saved) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)alert::parse_alert(text);
  (void)alert::parse_message(text);
  engine::Engine engine([](const std::string&) { return generation(); });
  if (!engine.restore(text)) return 0;
  const auto saved = saved_by(engine);
  engine::Engine again([](const std::string&) { return generation(); });
  // Keys come in any order.
  if (!again.restore(saved) || sorted(saved_by(again)) != sorted(saved)) std::abort();
  return 0;
}
