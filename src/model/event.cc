#include "model/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace alarum::model {
namespace {

// Layout 1: five one-byte words, the time, a 32-bit length for each part, then the parts in the order of Event::Part.
// Extensions are one part: for each a 32-bit name length, a 32-bit value length, name, value.
constexpr std::uint8_t kLayout = 1;
constexpr std::size_t kTimeAt = 6;
constexpr std::size_t kLengthsAt = kTimeAt + 8;
constexpr std::size_t kPadding = 64;
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

template <class T>
void put(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string pack(const std::vector<std::pair<std::string, std::string>>& extensions) {
  std::string out;
  for (const auto& [name, value] : extensions) {
    put(out, static_cast<std::uint32_t>(name.size()));
    put(out, static_cast<std::uint32_t>(value.size()));
    out += name;
    out += value;
  }
  return out;
}

bool is_packed(std::string_view block) {
  while (!block.empty()) {
    if (block.size() < 8) return false;
    const auto size = std::uint64_t{8} + get<std::uint32_t>(block, 0) + get<std::uint32_t>(block, 4);
    if (size > block.size()) return false;
    block.remove_prefix(size);
  }
  return true;
}

}  // namespace

Event::Event(const EventFields& f) {
  const auto extensions = pack(f.extensions);
  const std::array<std::string_view, kParts> parts{f.id,         f.source, f.type,     f.subject, f.datacontenttype,
                                                   f.dataschema, f.sender, extensions, f.data};
  std::size_t total = kLengthsAt + 4 * kParts;
  for (const auto part : parts) total += part.size();
  bytes_.reserve(total + kPadding);
  for (const auto word : {kLayout, static_cast<std::uint8_t>(f.format), static_cast<std::uint8_t>(f.status),
                          static_cast<std::uint8_t>(f.severity), static_cast<std::uint8_t>(f.data_kind), std::uint8_t{0}}) {
    put(bytes_, word);
  }
  put(bytes_, f.time ? f.time->time_since_epoch().count() : kNoTime);
  for (const auto part : parts) put(bytes_, static_cast<std::uint32_t>(part.size()));
  for (const auto part : parts) bytes_ += part;
  size_ = bytes_.size();
  bytes_.append(kPadding, '\0');
  (void)index();
}

Result<Event> Event::decode(std::string_view bytes) {
  Event event;
  event.bytes_.reserve(bytes.size() + kPadding);
  event.bytes_ = bytes;
  event.size_ = bytes.size();
  event.bytes_.append(kPadding, '\0');
  if (auto whole = event.index(); !whole) return std::unexpected(whole.error());
  return event;
}

Result<void> Event::index() {
  const auto all = bytes();
  if (all.size() < kLengthsAt + 4 * kParts) return fail("bad_event", "event record is too short");
  if (static_cast<std::uint8_t>(all[0]) != kLayout) return fail("bad_event", fmt::format("event layout {} is not known", int{all[0]}));
  std::uint64_t at = kLengthsAt + 4 * kParts;
  for (std::size_t p = 0; p < kParts; ++p) {
    at_[p] = static_cast<std::uint32_t>(at);
    length_[p] = get<std::uint32_t>(all, kLengthsAt + 4 * p);
    at += length_[p];
  }
  const bool words = all[1] >= 1 && all[1] <= 10 && all[2] >= 0 && all[2] <= 2 && all[3] >= 0 && all[3] <= 5 && all[4] >= 0 && all[4] <= 3;
  if (at != all.size() || !words || !is_packed(part(kExtensions))) return fail("bad_event", "event record is inconsistent");
  return {};
}

DataKind Event::data_kind() const { return static_cast<DataKind>(bytes_[4]); }
Format Event::format() const { return static_cast<Format>(bytes_[1]); }
Status Event::status() const { return static_cast<Status>(bytes_[2]); }
Severity Event::severity() const { return static_cast<Severity>(bytes_[3]); }

std::optional<Time> Event::time() const {
  const auto count = get<std::int64_t>(bytes_, kTimeAt);
  return count == kNoTime ? std::nullopt : std::optional(Time(Duration(count)));
}

std::vector<std::pair<std::string_view, std::string_view>> Event::extensions() const {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (auto block = part(kExtensions); !block.empty();) {
    const auto name = get<std::uint32_t>(block, 0);
    const auto value = get<std::uint32_t>(block, 4);
    out.emplace_back(block.substr(8, name), block.substr(8 + name, value));
    block.remove_prefix(std::size_t{8} + name + value);
  }
  return out;
}

}  // namespace alarum::model
