#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ingest/attributes.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Makes one event of a vendor's format. What the vendor wrote is repaired rather than rejected. In
/// `type`, `subject` and extensions, control characters become spaces, and texts are cut at
/// kMaxAttribute bytes. In `source`, characters that a URI reference cannot have are
/// percent-encoded. An `id` is never changed, because it is the event's identity. Empty values
/// count as not given. The first error is reported by finish(). Used once, on one thread.
class EventBuilder {
 public:
  explicit EventBuilder(model::Format format) : format_(format) {}

  void id(std::string_view text) { set("id", text); }
  void source(std::string_view text);
  void type(std::string_view text) { set("type", tidied(text)); }
  void subject(std::string_view text) { set("subject", tidied(text)); }
  /// `name`: a-z and 0-9.
  void extension(std::string_view name, std::string_view text) { set(name, tidied(text)); }
  /// A JSON scalar: the path `metric.value`.
  void metric(std::string json) { metric_ = std::move(json); }
  /// A time that cannot be read is left out; the event then has the time of its arrival.
  void time(std::string_view rfc3339);
  void time(std::optional<Time> time) { time_ = time; }
  void status(model::Status status) { status_ = status; }
  void severity(model::Severity severity) { severity_ = severity; }

  /// The event. `json`: the payload, a JSON text that was checked. Errors: `missing_attribute` if
  /// there is no id, source or type; `bad_attribute`, for example an id that is too long.
  Decoded finish(std::string_view sender, std::string_view json);

 private:
  static std::string tidied(std::string_view text);
  void set(std::string_view name, std::string_view text);

  model::Format format_;
  Attributes attributes_;
  std::optional<Time> time_;
  std::optional<std::string> metric_;
  model::Status status_ = model::Status::none;
  model::Severity severity_ = model::Severity::none;
  std::optional<Error> fault_;  // the first error of an attribute
};

}  // namespace alarum::ingest
