#include "match/windows.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "match/frequency.h"

namespace alarum::match {
namespace {

constexpr std::size_t kWide = 8, kNarrow = 4;

std::uint64_t window_at(const char* at, std::size_t width) {
  return width == kWide ? load8(at) : load4(at);
}
std::uint64_t spread(std::uint64_t bytes) {
  return bytes * 0x9E3779B97F4A7C15ULL;
}

std::size_t width_of(const Wildcard& wildcard) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < wildcard.parts(); ++i)
    longest = std::max(longest, wildcard.part(i).size());
  return longest >= kWide ? kWide : longest >= kNarrow ? kNarrow : 0;
}

template <class Visit>
void each_window(const Wildcard& wildcard, std::size_t width, const Visit& visit) {
  for (std::size_t i = 0; i < wildcard.parts(); ++i) {
    const auto part = wildcard.part(i);
    for (std::size_t at = 0; at + width <= part.size(); ++at)
      visit(window_at(part.data() + at, width));
  }
}

}  // namespace

bool Windows::can_hold(const Wildcard& wildcard) {
  return width_of(wildcard) > 0;
}

Windows::Windows(std::vector<Entry> entries) : entries_(std::move(entries)) {
  // How many times each window occurs in all wildcards, by width.
  std::unordered_map<std::uint64_t, std::uint32_t> shared[2];
  for (const auto& entry : entries_) {
    const auto width = width_of(entry.wildcard);
    each_window(entry.wildcard, width,
                [&](std::uint64_t bytes) { ++shared[width == kWide][bytes]; });
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> chosen[2];
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const auto width = width_of(entries_[i].wildcard);
    std::uint64_t best = 0;
    std::uint32_t best_count = ~std::uint32_t{0};
    each_window(entries_[i].wildcard, width, [&](std::uint64_t bytes) {
      const auto count = shared[width == kWide][bytes];
      if (count < best_count) best = bytes, best_count = count;
    });
    chosen[width == kWide].emplace_back(best, i);
  }
  narrow_.build(kNarrow, std::move(chosen[0]), order_);
  wide_.build(kWide, std::move(chosen[1]), order_);
}

void Windows::Table::build(std::size_t bytes,
                           std::vector<std::pair<std::uint64_t, std::uint32_t>> windows,
                           std::vector<std::uint32_t>& order) {
  if (windows.empty()) return;
  width = bytes;
  std::sort(windows.begin(), windows.end());
  choose_anchor(windows);
  unsigned bits = 9;
  // At most 32 KiB, which the first-level cache can hold.
  while ((std::size_t{1} << bits) < windows.size() * 16 && bits < 18) ++bits;
  shift = 64 - bits;
  filter.resize((std::size_t{1} << bits) / 64);
  std::size_t size = 16;
  while (size < windows.size() * 2) size *= 2;
  places.resize(size);
  place_shift = static_cast<unsigned>(std::countl_zero(size)) + 1;
  for (std::size_t i = 0; i < windows.size();) {
    const auto key = windows[i].first;
    const auto hash = spread(key);
    auto at = hash >> place_shift;
    while (places[at].begin != places[at].end) at = (at + 1) & (size - 1);
    places[at] = {key, static_cast<std::uint32_t>(order.size()), 0};
    for (; i < windows.size() && windows[i].first == key; ++i) order.push_back(windows[i].second);
    places[at].end = static_cast<std::uint32_t>(order.size());
    filter[hash >> shift >> 6] |= std::uint64_t{1} << (hash >> shift & 63);
  }
}

void Windows::Table::choose_anchor(
    const std::vector<std::pair<std::uint64_t, std::uint32_t>>& windows) {
  // Of a thousand bytes: with more, checking the anchor byte first saves nothing.
  unsigned least = 250;
  anchors.fill(true);
  for (std::size_t at = 0; at < width; ++at) {
    std::array<bool, 256> bytes{};
    for (const auto& [window, unused] : windows) bytes[window >> 8 * at & 0xFF] = true;
    unsigned sum = 0;
    for (std::size_t c = 0; c < bytes.size(); ++c)
      sum += bytes[c] ? frequency(static_cast<char>(c)) : 0;
    if (sum < least) anchors = bytes, anchor = at, least = sum;
  }
}

const Windows::Place* Windows::Table::find(std::uint64_t bytes, std::uint64_t hash) const {
  for (auto at = hash >> place_shift;; at = (at + 1) & (places.size() - 1)) {
    const auto& place = places[at];
    if (place.begin == place.end) return nullptr;
    if (place.bytes == bytes) return &place;
  }
}

void Windows::matched(std::string_view text, std::vector<Atom>& out) const {
  if (wide_.width > 0) scan<kWide>(wide_, text, out);
  if (narrow_.width > 0) scan<kNarrow>(narrow_, text, out);
}

template <std::size_t width>
void Windows::scan(const Table& table, std::string_view text, std::vector<Atom>& out) const {
  if (text.size() < width) return;
  const auto* const filter = table.filter.data();
  const auto shift = table.shift;
  // The wildcards of a window are tested once, however often the text has the window.
  thread_local std::vector<std::uint64_t> seen;
  thread_local std::uint64_t round = 0;
  ++round;
  if (seen.size() < table.places.size()) seen.resize(table.places.size());
  for (std::size_t at = 0; at + width <= text.size(); ++at) {
    if (!table.anchors[static_cast<unsigned char>(text[at + table.anchor])]) continue;
    const auto bytes = window_at(text.data() + at, width);
    const auto hash = spread(bytes);
    if (!(filter[hash >> shift >> 6] >> (hash >> shift & 63) & 1)) continue;
    const auto* place = table.find(bytes, hash);
    if (!place) continue;
    auto& mark = seen[static_cast<std::size_t>(place - table.places.data())];
    if (std::exchange(mark, round) != round) test(*place, text, out);
  }
}

void Windows::test(const Place& place, std::string_view text, std::vector<Atom>& out) const {
  for (auto i = place.begin; i < place.end; ++i) {
    const auto& entry = entries_[order_[i]];
    if (entry.wildcard.fits(text)) out.push_back(entry.atom);
  }
}

}  // namespace alarum::match
