#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model/matcher.h"
#include "tests/fuzz/target.h"

// One text through both grammars of matchers. What must hold: no crash, no hang, and what was read
// reads the same again when it is written out.
ALARUM_FUZZ(matchers) {
  using namespace alarum::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_matchers_classic(text);
  (void)parse_matchers(text);
  const auto read = parse_matchers_utf8(text);
  if (!read) return 0;
  const auto again = parse_matchers_utf8(to_text(*read));
  if (!again || !(*again == *read)) std::abort();
  (void)all_match(*read, {{"foo", "bar"}});
  return 0;
}
