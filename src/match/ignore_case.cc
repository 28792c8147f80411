#include "match/ignore_case.h"

#include <algorithm>
#include <iterator>

namespace alarum::match {
namespace {

struct CasePair {
  char32_t character;
  const char* lower;
  const char* upper;
};
constexpr CasePair kPairs[] = {
#include "match/case_pairs.inc"
};

// The length of the UTF-8 character whose first byte this is. The text is valid.
std::size_t length_of(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

char32_t decoded(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  char32_t value = first & (0xFF >> (character.size() + 1));
  for (const char c : character.substr(1))
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return value;
}

// Adds a place at which a run of forms may end, once. There are few places at any time.
void add(std::vector<std::size_t>& places, std::size_t place) {
  if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
}

}  // namespace

IgnoreCase::IgnoreCase(std::string_view text) {
  while (!text.empty()) {
    const auto character = text.substr(0, length_of(static_cast<unsigned char>(text[0])));
    text.remove_prefix(character.size());
    Forms forms{std::string(character), std::string(character)};
    if (character.size() == 1) {
      const char c = character[0];
      if (c >= 'A' && c <= 'Z') forms.lower = std::string(1, static_cast<char>(c + 32));
      if (c >= 'a' && c <= 'z') forms.upper = std::string(1, static_cast<char>(c - 32));
    } else {
      const auto code = decoded(character);
      const auto* pair =
          std::lower_bound(std::begin(kPairs), std::end(kPairs), code,
                           [](const CasePair& p, char32_t wanted) { return p.character < wanted; });
      if (pair != std::end(kPairs) && pair->character == code) forms = {pair->lower, pair->upper};
    }
    characters_.push_back(std::move(forms));
  }
}

namespace {

template <class Characters>
std::vector<std::size_t> ends_of_run(const Characters& characters, std::string_view text) {
  std::vector<std::size_t> places{0};
  for (const auto& [lower, upper] : characters) {
    std::vector<std::size_t> next;
    for (const auto place : places) {
      if (text.substr(place).starts_with(lower)) add(next, place + lower.size());
      if (text.substr(place).starts_with(upper)) add(next, place + upper.size());
    }
    places = std::move(next);
    if (places.empty()) break;
  }
  return places;
}

}  // namespace

bool IgnoreCase::equals(std::string_view text) const {
  const auto places = ends_of_run(characters_, text);
  return std::find(places.begin(), places.end(), text.size()) != places.end();
}

bool IgnoreCase::begins(std::string_view text) const {
  return !ends_of_run(characters_, text).empty();
}

bool IgnoreCase::ends(std::string_view text) const {
  std::vector<std::size_t> places{text.size()};
  for (auto it = characters_.rbegin(); it != characters_.rend(); ++it) {
    std::vector<std::size_t> next;
    for (const auto place : places) {
      const auto before = text.substr(0, place);
      if (before.ends_with(it->lower)) add(next, place - it->lower.size());
      if (before.ends_with(it->upper)) add(next, place - it->upper.size());
    }
    places = std::move(next);
    if (places.empty()) return false;
  }
  return true;
}

}  // namespace alarum::match
