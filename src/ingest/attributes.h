#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/cloudevents.h"
#include "ingest/json_walk.h"
#include "model/event.h"

namespace alarum::ingest {

/// Whether the text may be the value of an attribute: at most kMaxAttribute bytes, valid UTF-8, and
/// no control characters (U+0000 to U+001F, U+007F to U+009F).
bool fits_attribute(std::string_view text);

/// Gathers the context attributes of one CloudEvent and checks each as it comes (CloudEvents 1.0.2
/// "Context Attributes", "Type System"). One event, one thread. Errors name the attribute:
/// `bad_attribute` (also for one that is given twice, and past kMaxExtensions),
/// `missing_attribute`, `bad_specversion`.
class Attributes {
 public:
  /// Takes a string attribute, or an extension given as text. An empty text is an error, except for
  /// `subject`, where it counts as not given.
  Result<void> set(std::string_view name, std::string_view text);
  /// Takes an extension given as a JSON number or boolean. A number must be a 32-bit integer, which
  /// is the only kind of number that CloudEvents has.
  Result<void> set_scalar(std::string_view name, std::string_view json, bool is_number);
  /// Takes the trace that the request belongs to, unless the event names one itself. After set().
  void set_trace(const TraceHeaders& trace);
  /// Whether one of the eight standard attributes was set; false for extensions.
  bool has(std::string_view name) const;

  /// Checks that `id`, `source`, `type` and `specversion` 1.0 are there, and parses `time`. Views
  /// of the result point into this object. To be called once, because it moves the extensions out.
  Result<model::EventFields> finish(std::string_view sender);
  std::string_view datacontenttype() const { return text(kContentType); }

 private:
  enum Field { kId, kSource, kType, kSpecVersion, kSubject, kTime, kContentType, kSchema, kFields };
  // Where the value of a field stands in texts_.
  struct Place {
    std::size_t at = 0, size = 0;
    bool given = false;
  };
  static std::optional<Field> field_of(std::string_view name);
  std::string_view text(Field field) const {
    return std::string_view(texts_).substr(fields_[field].at, fields_[field].size);
  }
  Result<void> extension(std::string_view name, std::string json);

  std::string texts_;  // the values of all fields, one behind the other
  Place fields_[kFields] = {};
  std::vector<std::pair<std::string, std::string>> extensions_;  // name and value as JSON
};

/// Sets `fields.status` and `fields.severity` to the model's own words. They are read from the
/// extension attributes `status` and `severity`, otherwise from the payload's members `status`,
/// `severity` and `event_level`. Words that are not known set nothing. The payload is not changed.
/// `payload`: its members if it is a JSON object, otherwise empty.
void normalise(model::EventFields& fields, const std::vector<JsonMember>& payload);

}  // namespace alarum::ingest
