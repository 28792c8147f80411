#include "model/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace alarum::model {
namespace {

// Layout 1: six bytes (layout, format, status, severity, data kind, 0), the time, a 32-bit length
// for each part, then the parts in the order of Event::Part. Extensions are one part: for each a
// 32-bit name length, a 32-bit value length, name, value.
constexpr std::uint8_t kLayout = 1;
constexpr std::size_t kTimeAt = 6;
constexpr std::size_t kLengthsAt = kTimeAt + 8;
// The most bytes of an arena's block. A larger event has a block of its own.
constexpr std::size_t kArenaBlock = 64 * 1024;
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

// Writes to memory that is large enough; it does not check.
struct Writer {
  char* to;

  template <class T>
  void number(T value) {
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
  }
  void text(std::string_view text) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
};

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::size_t packed_size(const std::vector<std::pair<std::string, std::string>>& extensions) {
  std::size_t size = 0;
  for (const auto& [name, value] : extensions) size += 8 + name.size() + value.size();
  return size;
}

void pack(const std::vector<std::pair<std::string, std::string>>& extensions, Writer& out) {
  for (const auto& [name, value] : extensions) {
    out.number(static_cast<std::uint32_t>(name.size()));
    out.number(static_cast<std::uint32_t>(value.size()));
    out.text(name);
    out.text(value);
  }
}

bool is_packed(std::string_view block) {
  while (!block.empty()) {
    if (block.size() < 8) return false;
    const auto size =
        std::uint64_t{8} + get<std::uint32_t>(block, 0) + get<std::uint32_t>(block, 4);
    if (size > block.size()) return false;
    block.remove_prefix(size);
  }
  return true;
}

}  // namespace

char* EventArena::take(std::size_t bytes) {
  if (used_ + bytes > size_) {
    size_ = std::max(bytes, std::min(expected_, kArenaBlock));
    used_ = 0;
    block_ = std::make_shared_for_overwrite<char[]>(size_);
  }
  expected_ -= std::min(expected_, bytes);
  return block_.get() + std::exchange(used_, used_ + bytes);
}

// Takes memory for an event of `size` bytes and writes the head of its record before it.
char* Event::place(EventArena& arena, std::size_t size) {
  Writer out{arena.take(kRecordHead + size)};
  out.number(static_cast<std::uint32_t>(size));
  out.number(kRecordKind);
  bytes_ = out.to;
  block_ = arena.block_;
  block_size_ = static_cast<std::uint32_t>(arena.size_);
  return out.to;
}

Event::Event(const EventFields& f) {
  EventArena arena(0);
  *this = Event(f, arena);
}

Event::Event(const EventFields& f, EventArena& arena) {
  const std::array<std::size_t, kParts> sizes{
      f.id.size(),      f.source.size(),           f.type.size(),
      f.subject.size(), f.datacontenttype.size(),  f.dataschema.size(),
      f.sender.size(),  packed_size(f.extensions), f.data.size()};
  std::uint32_t end = kLengthsAt + 4 * kParts;
  for (std::size_t p = 0; p < kParts; ++p) {
    at_[p] = end;
    end += static_cast<std::uint32_t>(sizes[p]);
  }
  at_[kParts] = end;
  Writer out{place(arena, end)};
  for (const auto word :
       {kLayout, static_cast<std::uint8_t>(f.format), static_cast<std::uint8_t>(f.status),
        static_cast<std::uint8_t>(f.severity), static_cast<std::uint8_t>(f.data_kind),
        std::uint8_t{0}}) {
    out.number(word);
  }
  out.number(f.time ? f.time->time_since_epoch().count() : kNoTime);
  for (const auto size : sizes) out.number(static_cast<std::uint32_t>(size));
  for (const auto part :
       {f.id, f.source, f.type, f.subject, f.datacontenttype, f.dataschema, f.sender})
    out.text(part);
  pack(f.extensions, out);
  out.text(f.data);
}

Result<Event> Event::decode(std::string_view bytes) {
  Event event;
  if (auto whole = event.index(bytes); !whole) return std::unexpected(whole.error());
  EventArena arena(0);
  Writer{event.place(arena, bytes.size())}.text(bytes);
  return event;
}

Event Event::alone() const {
  auto copy = *this;
  EventArena arena(0);
  Writer{copy.place(arena, bytes().size())}.text(bytes());
  return copy;
}

Result<void> Event::index(std::string_view all) {
  if (all.size() < kLengthsAt + 4 * kParts) return fail("bad_event", "event record is too short");
  if (static_cast<std::uint8_t>(all[0]) != kLayout)
    return fail("bad_event", fmt::format("event layout {} is not known", int{all[0]}));
  std::uint64_t at = kLengthsAt + 4 * kParts;
  for (std::size_t p = 0; p < kParts; ++p) {
    at_[p] = static_cast<std::uint32_t>(at);
    at += get<std::uint32_t>(all, kLengthsAt + 4 * p);
  }
  at_[kParts] = static_cast<std::uint32_t>(at);
  constexpr auto kLastFormat = static_cast<char>(Format::eventbridge);
  const bool words = all[1] >= 1 && all[1] <= kLastFormat && all[2] >= 0 && all[2] <= 2 &&
                     all[3] >= 0 && all[3] <= 5 && all[4] >= 0 && all[4] <= 3;
  const auto extensions = [&] {
    return all.substr(at_[kExtensions], at_[kData] - at_[kExtensions]);
  };
  if (at != all.size() || !words || !is_packed(extensions()))
    return fail("bad_event", "event record is inconsistent");
  return {};
}

DataKind Event::data_kind() const {
  return static_cast<DataKind>(bytes_[4]);
}
Format Event::format() const {
  return static_cast<Format>(bytes_[1]);
}
Status Event::status() const {
  return static_cast<Status>(bytes_[2]);
}
Severity Event::severity() const {
  return static_cast<Severity>(bytes_[3]);
}

std::optional<Time> Event::time() const {
  const auto count = get<std::int64_t>(bytes(), kTimeAt);
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
