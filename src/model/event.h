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

/// The wire format that an event came in: the path `format`, spelled as the enumerator.
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
  internal = 10
};

/// Normalised; `none` where the format does not say.
enum class Status : std::uint8_t { none = 0, firing = 1, resolved = 2 };

/// Our five words in falling order of badness are critical, major, minor, warning, info; `none`
/// where nobody said.
enum class Severity : std::uint8_t {
  none = 0,
  info = 1,
  warning = 2,
  minor = 3,
  major = 4,
  critical = 5
};

enum class DataKind : std::uint8_t { none = 0, json = 1, text = 2, binary = 3 };

std::string_view to_text(Format);
std::string_view to_text(Status);    ///< "" for none
std::string_view to_text(Severity);  ///< "" for none
/// Our words in any case only: what a rule may write.
std::optional<Severity> parse_severity(std::string_view word);
/// Also what senders write: `1..4`, `Informational`, Redfish's `OK|Warning|Critical`, syslog's
/// words (`emerg`, `err`, …). none: unknown.
Severity normalise_severity(std::string_view word);
/// `firing|alarm|triggered|problem…`, `resolved|ok|clear|cleared…` in any case. none: unknown.
Status normalise_status(std::string_view word);

/// What a decoder knows of an event, as views into the decoder's memory. Event copies it.
struct EventFields {
  std::string_view id, source, type, subject, datacontenttype, dataschema, sender;
  std::optional<Time> time;
  /// Extension attributes: name, and the value as a JSON scalar text (`"abc"`, `5`, `true`).
  std::vector<std::pair<std::string, std::string>> extensions;
  DataKind data_kind = DataKind::none;
  /// As it came, byte for byte: JSON text; for `text` the decoded text, for `binary` the bytes
  std::string_view data;
  Format format = Format::cloudevents;
  Status status = Status::none;
  Severity severity = Severity::none;
};

/// Memory that the events of one batch share. They stand in it one behind the other, as records of
/// the journal do. One thread, until its events are handed on; they keep the memory.
class EventArena {
 public:
  /// `expected`: bytes of the events that will come, as far as that is known.
  explicit EventArena(std::size_t expected) : expected_(expected) {}

 private:
  friend class Event;
  char* take(std::size_t bytes);

  std::shared_ptr<char[]> block_;
  std::size_t size_ = 0, used_ = 0;  // of the block
  std::size_t expected_;
};

/// One event (CloudEvents 1.0.2 attributes plus what arrival adds), immutable, in the form in which
/// the journal keeps it: one run of bytes with fixed places for its parts (docs/formats/journal.md
/// "Event"). All views live as long as the Event or a copy of it: copies share its memory.
class Event {
 public:
  /// With memory of its own.
  explicit Event(const EventFields& fields);
  Event(const EventFields& fields, EventArena& arena);
  /// From journal bytes, which are copied. Error `bad_event`: the bytes are not what Event wrote.
  static Result<Event> decode(std::string_view bytes);

  std::string_view bytes() const { return {bytes_, at_[kParts]}; }
  /// The bytes as a record of the journal (docs/formats/journal.md "Record"): their size and kind
  /// stand before them.
  static constexpr std::size_t kRecordHead = 5;
  static constexpr std::uint8_t kRecordKind = 1;
  std::string_view record() const { return {bytes_ - kRecordHead, kRecordHead + at_[kParts]}; }

  /// Size of the memory that it keeps alive, which other events may share.
  std::size_t block_size() const { return block_size_; }
  bool shares_block_with(const Event& other) const { return block_ == other.block_; }
  /// A copy with memory of its own.
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
  /// Name and JSON scalar text, in the order they came.
  std::vector<std::pair<std::string_view, std::string_view>> extensions() const;

 private:
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
  const char* bytes_ = nullptr;  ///< in the block
  std::uint32_t block_size_ = 0;
  std::array<std::uint32_t, kParts + 1>
      at_{};  ///< where each part begins; the last one: where all end
};

}  // namespace alarum::model
