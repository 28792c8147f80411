#include "match/wildcard.h"

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
    const auto found = text.find(parts_[i]);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + parts_[i].size());
  }
  return true;
}

}  // namespace alarum::match
