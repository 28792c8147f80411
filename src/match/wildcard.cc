#include "match/wildcard.h"

#include <cstring>

#include "match/frequency.h"

namespace alarum::match {
namespace {

std::uint32_t rarest_of(std::string_view part) {
  std::size_t found = 0;
  for (std::size_t i = 1; i < part.size(); ++i) {
    if (frequency(part[i]) < frequency(part[found])) found = i;
  }
  return static_cast<std::uint32_t>(found);
}

}  // namespace

Wildcard::Wildcard(std::string_view pattern) : parts_(1) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '*') {
      parts_.push_back({static_cast<std::uint32_t>(text_.size()), 0, 0});
    } else {
      if (pattern[at] == '\\') ++at;
      text_ += pattern[at];
      ++parts_.back().size;
    }
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].rarest = rarest_of(part(i));
}

bool Wildcard::fits(std::string_view text) const {
  const auto first = part(0), last = part(parts_.size() - 1);
  if (parts_.size() == 1) return text == first;
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last))
    return false;
  text = text.substr(first.size(), text.size() - first.size() - last.size());
  for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {
    const auto at = find(text, i);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + parts_[i].size);
  }
  return true;
}

// Searching for a rare byte is many times faster than searching for the whole part. If the text has
// this byte often, memmem takes over: it is linear where string_view::find is quadratic (`aaaa…b`
// in `aaaa…`).
std::size_t Wildcard::find(std::string_view text, std::size_t number) const {
  constexpr int kTries = 8;
  const auto wanted = part(number);
  if (wanted.empty()) return 0;
  const auto rarest = parts_[number].rarest;
  std::size_t at = 0;
  for (int i = 0; i < kTries; ++i, ++at) {
    if (text.size() - at < wanted.size()) return std::string_view::npos;
    const auto* const from = text.data() + at + rarest;
    const void* const found =
        std::memchr(from, wanted[rarest], text.size() - at - wanted.size() + 1);
    if (!found) return std::string_view::npos;
    at += static_cast<std::size_t>(static_cast<const char*>(found) - from);
    if (std::memcmp(text.data() + at, wanted.data(), wanted.size()) == 0) return at;
  }
  const void* const found =
      memmem(text.data() + at, text.size() - at, wanted.data(), wanted.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data())
               : std::string_view::npos;
}

}  // namespace alarum::match
