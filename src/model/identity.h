#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "model/event.h"

namespace alarum::model {

/// What an event is recognised by: the first 16 bytes of the SHA-256 of source, a zero byte and id
/// (docs/formats/journal.md "Identity of an event"). CloudEvents 1.0.2 demands that (source, id) is
/// unique for each event. The digest is on disk and must not change.
using Identity = std::array<std::uint64_t, 2>;
Identity identity_of(std::string_view source, std::string_view id);

/// An accepted event as the DedupSet remembers it.
struct SeenEvent {
  Identity identity{};
  Time at;  ///< engine time of its commit
  /// 0: the identity alone tells two events apart. Otherwise a digest of the content: the same
  /// identity with another content is a new event.
  std::uint64_t content = 0;
};

/// The identities by which one event is recognised: none (posted alerts), its name, or its name and
/// the place where it was read. A value without allocations.
class SeenAs {
 public:
  void add(const SeenEvent& one) { all_[count_++] = one; }
  /// Sets the time of the commit, which is not known when the event is parsed.
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

/// The identities of an event; `at` is the engine time of its commit. Mapped JSON, and alerts of
/// Alertmanager without a `startsAt`, have ids that name what the event is about and not the
/// message. For these the content counts: everything that the event says, except for who sent it.
/// Pure.
SeenAs seen_of(const Event& event, Time at);

/// An extension attribute of events of the format `json` that were read from a file or an event
/// stream: where the line stood. If the line is read again after a crash, it is recognised by its
/// place, even if its id had other contents since.
constexpr std::string_view kPlaceMark = "place";

}  // namespace alarum::model
