#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/event.h"

namespace alarum::ingest {

/// Whether the text may be an attribute: not longer than kMaxAttribute, valid UTF-8, no control characters.
bool fits_attribute(std::string_view text);

/// Gathers the context attributes of one CloudEvent and checks each (CloudEvents 1.0.2 "Context Attributes", "Type
/// System").
class Attributes {
 public:
  /// A string attribute, or an extension given as text.
  Result<void> set(std::string_view name, std::string_view text);
  /// An extension given as a JSON number or boolean.
  Result<void> set_scalar(std::string_view name, std::string_view json, bool is_number);
  bool has(std::string_view name) const;

  /// All that is required is there, and `specversion` is 1.0. Views of the result live as long as this.
  Result<model::EventFields> finish(std::string_view sender);
  const std::string& datacontenttype() const { return fields_[kContentType]; }

 private:
  enum Field { kId, kSource, kType, kSpecVersion, kSubject, kTime, kContentType, kSchema, kFields };
  static std::optional<Field> field_of(std::string_view name);
  Result<void> extension(std::string_view name, std::string json);

  std::string fields_[kFields];
  bool given_[kFields] = {};
  std::vector<std::pair<std::string, std::string>> extensions_;
};

/// `status` and `severity` in our words, from the extension attributes of that name, else from the payload's members
/// `status`, `severity`, `event_level`. The payload itself is untouched.
void normalise(model::EventFields& fields);

}  // namespace alarum::ingest
