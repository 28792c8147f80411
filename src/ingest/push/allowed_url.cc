#include "ingest/push/allowed_url.h"

#include <algorithm>

#include "base/ascii.h"

namespace alarum::ingest {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kRegion = "<region>";

bool is_small_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// Whether the word has only letters. The last word may also have letters and then digits, or only
// digits.
bool is_region_word(std::string_view word, bool last) {
  const auto letters =
      static_cast<std::size_t>(std::ranges::find_if_not(word, is_small_letter) - word.begin());
  return !word.empty() &&
         (letters == word.size() || (last && std::ranges::all_of(word.substr(letters), is_digit)));
}

bool fits_label(std::string_view pattern, std::string_view label) {
  const auto at = pattern.find(kRegion);
  if (at == pattern.npos) return fits_field(pattern, label);
  const auto before = pattern.substr(0, at), after = pattern.substr(at + kRegion.size());
  if (label.size() < before.size() + after.size() || !label.starts_with(before) ||
      !label.ends_with(after))
    return false;
  return is_region(label.substr(at, label.size() - before.size() - after.size()));
}

}  // namespace

bool is_region(std::string_view text) {
  const auto first = text.substr(0, text.find('-'));
  if (first.size() == text.size() || !std::ranges::all_of(first, is_small_letter) ||
      (first.size() != 2 && first != "eusc"))
    return false;
  for (auto rest = text.substr(first.size() + 1);;) {
    const auto end = rest.find('-');
    if (!is_region_word(rest.substr(0, end), end == rest.npos)) return false;
    if (end == rest.npos) return true;
    rest.remove_prefix(end + 1);
  }
}

bool fits_field(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // Match each literal part as early as possible, and the last one at the end.
  while (pattern.find('*') != std::string_view::npos) {
    const auto part = pattern.substr(0, pattern.find('*'));
    const auto found = text.find(part);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + part.size());
    pattern.remove_prefix(part.size() + 1);
  }
  return text.ends_with(pattern);
}

bool is_host(std::string_view pattern, std::string_view host) {
  for (;;) {
    const auto a = pattern.substr(0, pattern.find('.')), h = host.substr(0, host.find('.'));
    if (h.empty() || !fits_label(a, h)) return false;
    const bool last = a.size() == pattern.size();
    if (last || h.size() == host.size()) return last && h.size() == host.size();
    pattern.remove_prefix(a.size() + 1);
    host.remove_prefix(h.size() + 1);
  }
}

std::string_view place_of(std::string_view url) {
  if (!url.starts_with(kScheme) ||
      std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c >= 0x7F || c == '\\'; }))
    return {};
  url.remove_prefix(kScheme.size());
  const auto place = url.substr(0, url.find_first_of("/?#"));
  return place.find_first_of("@%[") == std::string_view::npos && place.size() < url.size()
             ? place
             : std::string_view();
}

std::string_view rest_of(std::string_view url) {
  const auto place = place_of(url);
  return place.empty() ? place : url.substr(kScheme.size() + place.size());
}

bool is_allowed_url(std::string_view url, const std::vector<std::string>& hosts) {
  auto place = lowered(place_of(url));
  if (place.ends_with(":443")) place.resize(place.size() - 4);
  return !place.empty() &&
         std::ranges::any_of(hosts, [&](const auto& host) { return is_host(host, place); });
}

}  // namespace alarum::ingest
