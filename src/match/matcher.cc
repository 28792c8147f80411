#include "match/matcher.h"

#include "match/compiler.h"
#include "match/index.h"
#include "match/lookup.h"

namespace alarum::match {

Matcher::Matcher(const std::vector<rules::Pattern>& patterns,
                 const std::vector<std::string>& more_paths)
    : index_(std::make_unique<const Index>(Compiler(patterns, more_paths).build())) {}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

const PathTrie& Matcher::paths() const {
  return index_->paths;
}

void Matcher::match(const FieldValues& leaves, std::vector<std::uint32_t>& out) const {
  thread_local Lookup lookup;
  lookup.run(*index_, leaves, out);
}

Result<void> Matcher::match_json(std::string_view event, std::vector<std::uint32_t>& out) const {
  thread_local FieldValues leaves;
  leaves.begin(index_->paths);
  if (!leaves.read(event, PathTrie::kRoot, true)) {
    if (auto valid = check_json(event); !valid) return valid;
    return fail("not_an_object", "an event is a JSON object");
  }
  match(leaves, out);
  return {};
}

}  // namespace alarum::match
