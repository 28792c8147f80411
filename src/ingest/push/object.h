#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/json_walk.h"

namespace alarum::ingest {

/// Looks up the members of a JSON object by name. If a name occurs twice, the last one counts. A
/// look-up is a linear search, since objects of senders are small. Views point into the JsonText,
/// which must outlive this. One thread at a time.
class Object {
 public:
  /// A value that is no object has no members.
  Object(JsonText& text, const JsonValue& value) : text_(&text), members_(text.members(value)) {}

  /// The value, or nullptr. The pointer is valid as long as this Object.
  const JsonValue* find(std::string_view name) const&;
  const JsonValue* find(std::string_view name) const&& = delete;
  /// The text of a string; empty if it is missing or no string.
  std::string_view text(std::string_view name) const;
  /// The text of a string, number or boolean; empty for anything else.
  std::string_view scalar(std::string_view name) const;
  /// The object of that name; without members if it is missing or no object.
  Object object(std::string_view name) const;
  /// The elements of the array of that name; none if it is missing or no array.
  std::vector<JsonValue> elements(std::string_view name) const;
  const std::vector<JsonMember>& members() const { return members_; }

 private:
  JsonText* text_;
  std::vector<JsonMember> members_;
};

}  // namespace alarum::ingest
