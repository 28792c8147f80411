#include "base/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace alarum {

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {}
JsonIndex::~JsonIndex() = default;
JsonIndex::JsonIndex(JsonIndex&&) noexcept = default;
JsonIndex& JsonIndex::operator=(JsonIndex&&) noexcept = default;

bool JsonIndex::read(std::string_view text) {
  constexpr std::size_t kLeast = 64 * 1024;
  tokens_ = {};
  if (text.empty() || text.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  const bool too_large = capacity_ > kKept && text.size() <= kKept;
  if (!parser_->stages || text.size() > capacity_ || too_large) {
    const auto wanted = std::max(text.size(), kLeast);
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(
            wanted, 1, parser_->stages) != simdjson::SUCCESS)
      return false;
    capacity_ = wanted;
  }
  auto& stages = *parser_->stages;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (stages.stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS)
    return false;
  stages.structural_indexes[stages.n_structural_indexes] = static_cast<std::uint32_t>(text.size());
  tokens_ = {stages.structural_indexes.get(), stages.n_structural_indexes};
  return true;
}

}  // namespace alarum
