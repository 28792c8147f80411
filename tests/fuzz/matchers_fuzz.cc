#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model/matcher.h"

// One text through both grammars of matchers. What must hold: no crash, no hang, and what was read reads the same again when it is
// written out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
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
