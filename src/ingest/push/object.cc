#include "ingest/push/object.h"

namespace alarum::ingest {

const JsonValue* Object::find(std::string_view name) const& {
  const JsonValue* found = nullptr;
  for (const auto& member : members_) {
    if (member.name == name) found = &member.value;
  }
  return found;
}

std::string_view Object::text(std::string_view name) const {
  const auto* value = find(name);
  return value && value->kind == JsonKind::string ? value->text : std::string_view();
}

std::string_view Object::scalar(std::string_view name) const {
  const auto* value = find(name);
  const bool is = value && (value->kind == JsonKind::string || value->kind == JsonKind::number ||
                            value->kind == JsonKind::boolean);
  return is ? value->text : std::string_view();
}

Object Object::object(std::string_view name) const {
  const auto* value = find(name);
  return {*text_, value ? *value : JsonValue{}};
}

std::vector<JsonValue> Object::elements(std::string_view name) const {
  const auto* value = find(name);
  return value ? text_->elements(*value) : std::vector<JsonValue>();
}

}  // namespace alarum::ingest
