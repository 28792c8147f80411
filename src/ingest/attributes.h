#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/json_walk.h"
#include "model/event.h"

namespace alarum::ingest {

/// Whether the text may be an attribute: not longer than kMaxAttribute, valid UTF-8, no control
/// characters.
bool fits_attribute(std::string_view text);

/// Gathers the context attributes of one CloudEvent and checks each (CloudEvents 1.0.2 "Context
/// Attributes", "Type System").
class Attributes {
 public:
  /// A string attribute, or an extension given as text.
  Result<void> set(std::string_view name, std::string_view text);
  /// An extension given as a JSON number or boolean.
  Result<void> set_scalar(std::string_view name, std::string_view json, bool is_number);
  bool has(std::string_view name) const;

  /// All that is required is there, and `specversion` is 1.0. Views of the result live as long as
  /// this; once.
  Result<model::EventFields> finish(std::string_view sender);
  std::string_view datacontenttype() const { return text(kContentType); }

 private:
  enum Field { kId, kSource, kType, kSpecVersion, kSubject, kTime, kContentType, kSchema, kFields };
  struct Place {
    std::size_t at = 0, size = 0;
    bool given = false;
  };
  static std::optional<Field> field_of(std::string_view name);
  std::string_view text(Field field) const {
    return std::string_view(texts_).substr(fields_[field].at, fields_[field].size);
  }
  Result<void> extension(std::string_view name, std::string json);

  std::string texts_;  // of all fields
  Place fields_[kFields] = {};
  std::vector<std::pair<std::string, std::string>> extensions_;
};

/// `status` and `severity` in our words, from the extension attributes of that name, else from the
/// payload's members `status`, `severity`, `event_level`. The payload itself is untouched.
/// `payload`: its members, where it is a JSON object.
void normalise(model::EventFields& fields, const std::vector<JsonMember>& payload);

}  // namespace alarum::ingest
