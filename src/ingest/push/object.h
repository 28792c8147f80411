#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/json_walk.h"

namespace alarum::ingest {

/// The members of a JSON object by name; of a name that is there twice, the last. Views live as
/// long as the JsonText.
class Object {
 public:
  /// Of what is no object: empty.
  Object(JsonText& text, const JsonValue& value) : text_(&text), members_(text.members(value)) {}

  /// Lives as long as this object does.
  const JsonValue* find(std::string_view name) const&;
  const JsonValue* find(std::string_view name) const&& = delete;
  /// A string's text; empty when it is missing or no string.
  std::string_view text(std::string_view name) const;
  /// Of a string, number or boolean; empty of anything else.
  std::string_view scalar(std::string_view name) const;
  /// Empty when it is missing or no object.
  Object object(std::string_view name) const;
  std::vector<JsonValue> elements(std::string_view name) const;
  const std::vector<JsonMember>& members() const { return members_; }

 private:
  JsonText* text_;
  std::vector<JsonMember> members_;
};

}  // namespace alarum::ingest
