#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ingest/attributes.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// One event made of a vendor's format. What the vendor wrote is tidied rather than refused:
/// control characters of texts become spaces, over-long texts are cut, characters that a URI
/// reference has not are percent-encoded in `source`. An id is never changed. Empty values count as
/// not given.
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
  /// A moment whose text cannot be read is left out: the event is then of its arrival.
  void time(std::string_view rfc3339);
  void time(std::optional<Time> time) { time_ = time; }
  void status(model::Status status) { status_ = status; }
  void severity(model::Severity severity) { severity_ = severity; }

  /// `json`: the payload, a checked JSON text. Errors: `missing_attribute`, `bad_attribute`.
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
  std::optional<Error> fault_;  // the first
};

}  // namespace alarum::ingest
