#include "match/wildcard.h"

#include <cstring>

namespace alarum::match {

Wildcard::Wildcard(std::string_view pattern) : parts_(1) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '*') {
      parts_.emplace_back();
    } else {
      if (pattern[at] == '\\') ++at;
      parts_.back() += pattern[at];
    }
  }
}

bool Wildcard::fits(std::string_view text) const {
  const auto& first = parts_.front();
  const auto& last = parts_.back();
  if (parts_.size() == 1) return text == first;
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last)) return false;
  text = text.substr(first.size(), text.size() - first.size() - last.size());
  for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {
    // memmem of the C library is linear where string_view::find is quadratic (`aaaa…b` in `aaaa…`).
    const void* found = memmem(text.data(), text.size(), parts_[i].data(), parts_[i].size());
    if (!found) return false;
    text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + parts_[i].size());
  }
  return true;
}

}  // namespace alarum::match
