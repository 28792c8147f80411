#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "model/event.h"

namespace alarum::model {

/// A name that events are recognised by: the first half of SHA-256 over source, a zero byte and id
/// (docs/formats/journal.md "Identity of an event").
using Identity = std::array<std::uint64_t, 2>;
Identity identity_of(std::string_view source, std::string_view id);

struct SeenEvent {
  Identity identity{};
  Time at;
  /// 0: the name alone is the message's identity. Else of the name's last message: only the same
  /// one again is a duplicate.
  std::uint64_t content = 0;
};

/// What one event is recognised by: nothing (posted alerts), its name, or its name and the place
/// where it was read.
class SeenAs {
 public:
  void add(const SeenEvent& one) { all_[count_++] = one; }
  /// When it was committed, where that was not known before.
  void set_time(Time at) {
    for (auto& one : all_) one.at = at;
  }
  std::size_t size() const { return count_; }
  const SeenEvent* begin() const { return all_.data(); }
  const SeenEvent* end() const { return all_.data() + count_; }

 private:
  std::array<SeenEvent, 2> all_{};
  std::size_t count_ = 0;
};

/// `at`: when it was committed. Mapped JSON, and Alertmanager's alerts without a `startsAt`, have
/// ids that name what an event is about and not the message: there the content counts (all that the
/// event says but for who sent it).
SeenAs seen_of(const Event& event, Time at);

/// The extension attribute of an event of format `json` that was read from a file or an event
/// stream: where it stood. What is read again after a crash is known by it, however often its id
/// had other contents since.
constexpr std::string_view kPlaceMark = "place";

}  // namespace alarum::model
