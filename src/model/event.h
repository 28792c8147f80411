#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::model {

/// The wire format in which an event arrived. The path `format` has the enumerator's spelling. The
/// numbers are on disk and must not change.
enum class Format : std::uint8_t {
  cloudevents = 1,
  ces = 2,
  smn = 3,
  sns = 4,
  eventgrid = 5,
  redfish = 6,
  alertmanager = 7,
  syslog = 8,
  json = 9,
  internal = 10,
  eventbridge = 11  ///< of /ingest/eventbridge; before 0.2 these events had `eventgrid`
};

/// Whether the event reports a fault or its end, in our words; `none` if the format does not say.
enum class Status : std::uint8_t { none = 0, firing = 1, resolved = 2 };

/// In falling order of badness: critical, major, minor, warning, info. `none` if the sender does
/// not say. Greater is worse, so values can be compared.
enum class Severity : std::uint8_t {
  none = 0,
  info = 1,
  warning = 2,
  minor = 3,
  major = 4,
  critical = 5
};

/// What the payload of an event is.
enum class DataKind : std::uint8_t { none = 0, json = 1, text = 2, binary = 3 };

std::string_view to_text(Format);
std::string_view to_text(Status);    ///< "" for none
std::string_view to_text(Severity);  ///< "" for none
/// Our five words in any case, as rules and configs may write them. nullopt for all else.
std::optional<Severity> parse_severity(std::string_view word);
/// As parse_severity(), and the words of senders: Cloud Eye's `1` to `4` and its Chinese words,
/// Redfish's `OK|Warning|Critical`, syslog's (RFC 5424 table 2: `emerg`, `err`, …), and others in
/// use. `none` for an unknown word.
Severity normalise_severity(std::string_view word);
/// `firing|alarm|triggered|problem…` and `resolved|ok|clear|cleared…` in any case. `none` for an
/// unknown word.
Status normalise_status(std::string_view word);

/// What a decoder found in one event, as views into the decoder's memory. Event copies them, so
/// they need to be valid only during its construction.
struct EventFields {
  std::string_view id, source, type, subject, datacontenttype, dataschema, sender;
  std::optional<Time> time;
  /// Extension attributes: name, and the value as a JSON scalar text (`"abc"`, `5`, `true`).
  std::vector<std::pair<std::string, std::string>> extensions;
  DataKind data_kind = DataKind::none;
  /// The payload as it arrived, byte for byte: JSON text for `json`, the decoded text for `text`,
  /// the bytes for `binary`.
  std::string_view data;
  Format format = Format::cloudevents;
  Status status = Status::none;
  Severity severity = Severity::none;
};

/// Whether rules and templates read this name as an attribute that the daemon sets: `status` and
/// `severity` (normalised from what the sender wrote), `sender` (the address that it came from) and
/// `format`. An extension attribute of the name is stored with the event and not read: a sender
/// could otherwise pass for another one.
inline bool is_reserved_extension(std::string_view name) {
  return name == "status" || name == "severity" || name == "sender" || name == "format";
}

/// Memory that the events of one batch share. The events lie in it one behind the other in the form
/// of the journal's records, so the journal can write them without copying. One thread fills it.
/// The events keep its memory alive and may then go to other threads. Blocks have 64 KiB at most,
/// except for a larger event, which has a block of its own.
class EventArena {
 public:
  /// `expected`: the bytes of the events that will come, as far as that is known. It sizes the
  /// first block.
  explicit EventArena(std::size_t expected) : expected_(expected) {}

 private:
  friend class Event;
  char* take(std::size_t bytes);

  std::shared_ptr<char[]> block_;
  std::size_t size_ = 0, used_ = 0;  // of the block
  std::size_t expected_;
};

/// One event: the attributes of CloudEvents 1.0.2 and what arrival adds (sender, format, normalised
/// status and severity). Immutable, in the journal's form: one run of bytes with fixed places for
/// its parts (docs/formats/journal.md "Event"). Its size is less than 4 GiB; ingest has bounded it.
///
/// Copies share the bytes, so a copy is cheap. Views are valid as long as the Event or a copy of it
/// lives. Any number of threads may read it.
class Event {
 public:
  /// An event with memory of its own.
  explicit Event(const EventFields& fields);
  Event(const EventFields& fields, EventArena& arena);
  /// Reads an event from the bytes of a journal record, which are copied. Error `bad_event`: they
  /// are not what Event wrote, because they are damaged or of an unknown layout.
  static Result<Event> decode(std::string_view bytes);

  /// The event as decode() reads it.
  std::string_view bytes() const { return {bytes_, at_[kParts]}; }
  /// A record of the journal begins with its size (4 bytes) and kind (1 byte), then come the bytes
  /// (docs/formats/journal.md "Record"). Both lie before the event in memory.
  static constexpr std::size_t kRecordHead = 5;
  static constexpr std::uint8_t kRecordKind = 1;
  std::string_view record() const { return {bytes_ - kRecordHead, kRecordHead + at_[kParts]}; }

  /// The size of the memory block that this event keeps alive, which other events may share. Queues
  /// count with it what they hold.
  std::size_t block_size() const { return block_size_; }
  bool shares_block_with(const Event& other) const { return block_ == other.block_; }
  /// A copy with memory of its own. Use it to store one event of a batch for a long time, because
  /// it would keep the whole block alive otherwise.
  Event alone() const;

  std::string_view id() const { return part(kId); }
  std::string_view source() const { return part(kSource); }
  std::string_view type() const { return part(kType); }
  std::string_view subject() const { return part(kSubject); }
  std::string_view datacontenttype() const { return part(kDataContentType); }
  std::string_view dataschema() const { return part(kDataSchema); }
  std::string_view sender() const { return part(kSender); }
  std::string_view data() const { return part(kData); }
  DataKind data_kind() const;
  std::optional<Time> time() const;
  Format format() const;
  Status status() const;
  Severity severity() const;
  /// Extension attributes in the order in which they arrived: name, and the value as a JSON scalar
  /// text.
  std::vector<std::pair<std::string_view, std::string_view>> extensions() const;

 private:
  // The parts in the order in which they lie in the bytes.
  enum Part {
    kId,
    kSource,
    kType,
    kSubject,
    kDataContentType,
    kDataSchema,
    kSender,
    kExtensions,
    kData,
    kParts
  };
  Event() = default;
  char* place(EventArena& arena, std::size_t size);
  Result<void> index(std::string_view all);
  std::string_view part(Part p) const { return {bytes_ + at_[p], at_[p + 1] - at_[p]}; }

  std::shared_ptr<const char[]> block_;
  const char* bytes_ = nullptr;  // in block_
  std::uint32_t block_size_ = 0;
  std::array<std::uint32_t, kParts + 1>
      /// Where each part begins, in bytes_; the last number is where all of it ends.
      at_{};
};

}  // namespace alarum::model
