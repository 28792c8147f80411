#include <fmt/format.h>

#include "base/ascii.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {

Result<std::string_view> required_member(const Object& object, std::string_view name,
                                         std::string_view path) {
  const auto text = object.scalar(name);
  if (!text.empty()) return text;
  return fail("missing_member",
              fmt::format("\"{}\" is missing, empty, or no text or number", path));
}

Result<model::Status> status_of_words(std::string_view word, std::string_view path,
                                      std::string_view firing, std::string_view resolved) {
  if (same_name(word, firing)) return model::Status::firing;
  if (same_name(word, resolved)) return model::Status::resolved;
  return fail("bad_member", fmt::format("\"{}\" must be {} or {}, not \"{}\"", path, firing,
                                        resolved, word.substr(0, 64)));
}

}  // namespace alarum::ingest
