#include "ingest/push/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/ascii.h"
#include "base/hash.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/object.h"
#include "model/identity.h"

namespace alarum::ingest {
namespace {

using config::From;

std::optional<JsonValue> step(JsonText& text, const JsonValue& value, const std::string& part) {
  if (value.kind == JsonKind::object) {
    const Object object(text, value);
    const auto* found = object.find(part);
    return found ? std::optional(*found) : std::nullopt;
  }
  std::size_t index = 0;
  const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (value.kind != JsonKind::array || fault != std::errc() || end != part.data() + part.size())
    return std::nullopt;
  const auto elements = text.elements(value);
  return index < elements.size() ? std::optional(elements[index]) : std::nullopt;
}

std::optional<JsonValue> at_pointer(JsonText& text, JsonValue value,
                                    const std::vector<std::string>& pointer) {
  for (const auto& part : pointer) {
    const auto next = step(text, value, part);
    if (!next) return std::nullopt;
    value = *next;
  }
  return value;
}

std::string scalar_text(const std::optional<JsonValue>& found) {
  const bool scalar = found && found->kind != JsonKind::null && found->kind != JsonKind::array &&
                      found->kind != JsonKind::object;
  return scalar ? std::string(found->text) : "";
}

std::array<const From*, 7> all_of(const config::JsonSource& source) {
  return {&source.id,   &source.source,   &source.type,  &source.subject,
          &source.time, &source.severity, &source.status};
}

// The values that the mapping takes from the whole body, looked up once instead of once an item.
std::map<const From*, std::string> of_body(JsonText& text, const config::JsonSource& source) {
  std::map<const From*, std::string> out;
  for (const auto* from : all_of(source)) {
    if (from->kind == From::Kind::body)
      out[from] = scalar_text(at_pointer(text, text.root(), from->pointer));
  }
  return out;
}

// Whether the mapping has pointers, and none of them takes an element of an array.
bool expects_an_object(const config::JsonSource& source) {
  std::vector<const From*> pointers;
  std::ranges::copy_if(all_of(source), std::back_inserter(pointers), [](const From* from) {
    return (from->kind == From::Kind::item || from->kind == From::Kind::body) &&
           !from->pointer.empty();
  });
  const auto takes_element = [](const From* from) {
    return !from->pointer.front().empty() && is_digit(from->pointer.front().front());
  };
  return !pointers.empty() && std::ranges::none_of(pointers, takes_element);
}

std::string written(const From& from) {
  const char* const where = from.kind == From::Kind::header ? "header "
                            : from.kind == From::Kind::body ? "the body's "
                                                            : "";
  return where + from.text;
}

std::string as_attribute(const std::string& id) {
  return fits_attribute(id) ? id : "sha256-" + sha256_hex(id);
}

struct NewIds {
  const std::function<std::string()>& make;
  bool are_places = false;
};

// One item, read by the mapping.
class Item {
 public:
  Item(JsonText& text, const JsonValue& value, const config::JsonSource& source,
       const http::Request& request, const std::map<const From*, std::string>& of_body)
      : text_(text), value_(value), source_(source), request_(request), of_body_(of_body) {}

  /// `index`: the item's, of several in one body.
  Decoded event(std::string_view name, std::size_t index, const NewIds& ids) {
    EventBuilder draft(model::Format::json);
    const auto id = id_of(index);
    const auto made = id.empty() || ids.are_places ? ids.make() : std::string();
    draft.id(id.empty() ? made : id);
    if (!id.empty()) draft.extension(model::kPlaceMark, made);
    const auto sender = scalar_text(source_.source), type = scalar_text(source_.type);
    if (sender.empty() && source_.source.kind != From::Kind::nowhere)
      return missing("source", source_.source);
    if (type.empty() && source_.type.kind != From::Kind::nowhere)
      return missing("type", source_.type);
    draft.source(sender.empty() ? name : sender);
    draft.type(type.empty() ? name : type);
    draft.subject(scalar_text(source_.subject));
    draft.severity(word(source_.severity, source_.severity_words, model::normalise_severity));
    draft.status(word(source_.status, source_.status_words, model::normalise_status));
    draft.time(read_moment(scalar_text(source_.time)));
    return draft.finish(request_.peer, value_.raw);
  }

 private:
  // An id of the whole body would make every item but the first a duplicate, so it gets the index.
  std::string id_of(std::size_t index) {
    const auto id = scalar_text(source_.id);
    const bool shared = source_.items && source_.id.kind != From::Kind::item;
    return id.empty() || !shared ? as_attribute(id) : as_attribute(fmt::format("{}-{}", id, index));
  }

  static Decoded missing(const char* attribute, const From& from) {
    return fail("missing_attribute",
                fmt::format("{}, which the mapping takes from {}, is missing there or no text",
                            attribute, written(from)));
  }

  std::string scalar_text(const From& from) {
    if (from.kind == From::Kind::value) return from.text;
    if (from.kind == From::Kind::header)
      return std::string(request_.header(from.text).value_or(""));
    if (from.kind == From::Kind::nowhere) return "";
    if (from.kind == From::Kind::body) return of_body_.at(&from);
    return ingest::scalar_text(at_pointer(text_, value_, from.pointer));
  }

  template <class Word>
  Word word(const From& from, const std::map<std::string, Word>& words,
            Word (*normalise)(std::string_view)) {
    const auto said = scalar_text(from);
    const auto found = words.find(lowered(said));
    return found == words.end() ? normalise(said) : found->second;
  }

  JsonText& text_;
  const JsonValue& value_;
  const config::JsonSource& source_;
  const http::Request& request_;
  const std::map<const From*, std::string>& of_body_;
};

}  // namespace

namespace {

Result<std::vector<Decoded>> decode_items(const config::JsonSource& source, std::string_view name,
                                          const http::Request& request, std::string_view json,
                                          const NewIds& ids) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind == JsonKind::array && !source.items && expects_an_object(source))
    return fail("no_items",
                fmt::format("the body is an array and the mapping has no \"items\": to make an "
                            "event of each element, add json: {{{}: {{items: \"\", …}}}}",
                            name));
  std::vector<JsonValue> items{text->root()};
  if (source.items) {
    const auto found = at_pointer(*text, text->root(), source.items->pointer);
    if (!found || found->kind != JsonKind::array)
      return fail("no_items", fmt::format("the mapping's items \"{}\" are no array in this body",
                                          source.items->text));
    items = text->elements(*found);
  }
  std::vector<Decoded> out;
  const auto shared = of_body(*text, source);
  for (const auto& item : items)
    out.push_back(Item(*text, item, source, request, shared).event(name, out.size(), ids));
  return out;
}

}  // namespace

Result<std::vector<Decoded>> decode_json(const config::JsonSource& source, std::string_view name,
                                         const http::Request& request, std::string_view json,
                                         const std::function<std::string()>& new_id) {
  return decode_items(source, name, request, json, {new_id});
}

Result<std::vector<Decoded>> decode_placed_json(const config::JsonSource& source,
                                                std::string_view name, const http::Request& request,
                                                std::string_view json,
                                                const std::function<std::string()>& place_of) {
  return decode_items(source, name, request, json, {place_of, true});
}

}  // namespace alarum::ingest
