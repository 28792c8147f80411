#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "match/matcher.h"
#include "tests/fuzz/target.h"
#include "tests/support/naive_matcher.h"

// Lines: patterns, and last an event. What must hold: the index of all patterns gives for each what
// the naive twin gives, and reads what check_json takes.
namespace fuzz::match_target {

using namespace alarum;

constexpr std::size_t kSmall = 400;  // the twin is exponential

std::optional<rules::Pattern> pattern_of(std::string_view text) {
  Diagnostics faults;
  const auto node = parse_json(text, "fuzz", faults);
  auto clause = node ? rules::parse_pattern(*node, faults) : std::nullopt;
  if (!clause) return std::nullopt;
  return rules::Pattern{{std::move(*clause)}};
}

}  // namespace fuzz::match_target

ALARUM_FUZZ(match) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<rules::Pattern> patterns;
  std::vector<std::string_view> texts;
  for (auto end = text.find('\n'); end != std::string_view::npos && patterns.size() < 16;
       end = text.find('\n')) {
    if (auto pattern = pattern_of(text.substr(0, end))) {
      patterns.push_back(std::move(*pattern));
      texts.push_back(text.substr(0, end));
    }
    text.remove_prefix(end + 1);
  }
  const match::Matcher matcher(patterns);
  std::vector<std::uint32_t> found;
  const bool read = matcher.match_json(text, found).has_value();
  const auto start = text.find_first_not_of(" \t\r\n");
  must(read ==
       (check_json(text).has_value() && start != std::string_view::npos && text[start] == '{'));
  if (!read || size > kSmall) return 0;
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const auto wanted = support::naive_match(texts[i], text);
    if (wanted) must(*wanted == std::binary_search(found.begin(), found.end(), i));
  }
  return 0;
}
