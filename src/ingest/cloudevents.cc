#include "ingest/cloudevents.h"

#include <fmt/format.h>

#include <optional>

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "ingest/attributes.h"
#include "ingest/json_walk.h"

namespace alarum::ingest {
namespace {

// Memory that is reused for, or shared by, all events of a body.
struct Scratch {
  explicit Scratch(std::size_t bytes) : arena(bytes) {}
  model::EventArena arena;
  std::vector<JsonMember> members, payload;
};

struct Payload {
  explicit Payload(std::vector<JsonMember>& room) : members(room) { members.clear(); }
  model::DataKind kind = model::DataKind::none;
  std::string owned;                 // where the payload had to be decoded
  std::string_view view;             // else into the request
  std::optional<JsonText> text;      // of what is owned, where it is JSON
  std::vector<JsonMember>& members;  // where it is a JSON object
  std::string_view bytes() const { return owned.empty() ? view : std::string_view(owned); }
};

Result<void> decode_base64(const JsonValue& base64, bool json, Payload& out) {
  auto bytes = base64.kind == JsonKind::string ? unbase64(base64.text) : std::nullopt;
  if (!bytes) return fail("bad_data", "\"data_base64\" is not a base64 string");
  out.kind = json ? model::DataKind::json : model::DataKind::binary;
  out.owned = std::move(*bytes);
  if (!json) return {};
  auto text = JsonText::parse(out.owned);
  if (!text) return fail("bad_data", "\"data_base64\": " + text.error().message);
  out.text = std::move(*text);
  out.text->members(out.text->root(), out.members);
  return {};
}

// Fills `out`, which must not be moved afterwards, because its parts refer to each other.
Result<void> read_payload(JsonText& text, const JsonValue* data, const JsonValue* base64,
                          std::string_view type, Payload& out) {
  if (data && base64) return fail("bad_data", "\"data\" and \"data_base64\" exclude each other");
  const bool json = type.empty() || is_json_media_type(type);
  if (base64) return decode_base64(*base64, !type.empty() && json, out);
  if (data && !json && data->kind == JsonKind::string) {
    out.kind = model::DataKind::text;
    out.owned = data->text;
  } else if (data) {
    out.kind = model::DataKind::json;
    out.view = data->raw;
    text.members(*data, out.members);
  }
  return {};
}

Result<void> set_member(Attributes& attributes, const JsonMember& member) {
  switch (member.value.kind) {
    case JsonKind::null:
      return {};
    case JsonKind::string:
      return attributes.set(member.name, member.value.text);
    case JsonKind::number:
    case JsonKind::boolean:
      return attributes.set_scalar(member.name, member.value.raw,
                                   member.value.kind == JsonKind::number);
    default:
      return fail(
          "bad_attribute",
          fmt::format(
              "attribute \"{}\" must be a string, number or boolean, not an array or object",
              member.name));
  }
}

Decoded decode_object(JsonText& text, const JsonValue& object, std::string_view sender,
                      const TraceHeaders& trace, Scratch& scratch) {
  if (object.kind != JsonKind::object)
    return fail("not_an_object", "a CloudEvent is a JSON object");
  const auto& members = scratch.members;
  text.members(object, scratch.members);
  Attributes attributes;
  const JsonValue* data = nullptr;
  const JsonValue* base64 = nullptr;
  for (const auto& member : members) {
    const bool is_data = member.name == "data";
    if (is_data || member.name == "data_base64") {
      auto& slot = is_data ? data : base64;
      if (slot) return fail("bad_data", fmt::format("\"{}\" is given twice", member.name));
      if (is_data || member.value.kind != JsonKind::null) slot = &member.value;
    } else if (auto fine = set_member(attributes, member); !fine) {
      return std::unexpected(fine.error());
    }
  }
  attributes.set_trace(trace);
  auto fields = attributes.finish(sender);
  if (!fields) return std::unexpected(fields.error());
  Payload payload(scratch.payload);
  if (auto read = read_payload(text, data, base64, attributes.datacontenttype(), payload); !read)
    return std::unexpected(read.error());
  fields->data_kind = payload.kind;
  fields->data = payload.bytes();
  normalise(*fields, payload.members);
  return model::Event(*fields, scratch.arena);
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

Result<void> set_headers(Attributes& attributes,
                         const std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& [name, value] : headers) {
    const auto lower = lowered(name);
    if (lower == "content-type" && !value.empty()) {
      if (auto fine = attributes.set("datacontenttype", value); !fine) return fine;
    }
    if (!lower.starts_with("ce-")) continue;
    const auto attribute = lower.substr(3);
    // Content-Type says it; the specification's own examples repeat it
    if (attribute == "datacontenttype") continue;
    if (attribute == "data")
      return fail("bad_attribute", "\"ce-data\" must not be given: the body is the data");
    auto text = decode_header_value(value);
    if (!text)
      return fail(text.error().reason, fmt::format("header \"{}\" {}", name, text.error().message));
    if (auto fine = attributes.set(attribute, *text); !fine) return fine;
  }
  return {};
}

}  // namespace

bool is_json_media_type(std::string_view type) {
  if (type == "application/json") return true;
  auto bare = lowered(type.substr(0, type.find(';')));
  while (!bare.empty() && (bare.back() == ' ' || bare.back() == '\t')) bare.pop_back();
  const auto slash = bare.find('/');
  return slash != std::string::npos && (bare.substr(slash) == "/json" || bare.ends_with("+json"));
}

Result<std::string> decode_header_value(std::string_view value) {
  auto out = percent_decode(unquoted(value));
  if (valid_utf8_prefix(out) != out.size())
    return fail("bad_attribute", "is not valid UTF-8 after percent-decoding");
  return out;
}

Decoded decode_structured(std::string_view json, std::string_view sender,
                          const TraceHeaders& trace) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  Scratch scratch(0);
  return decode_object(*text, text->root(), sender, trace, scratch);
}

Result<std::vector<Decoded>> decode_batch(std::string_view json, std::string_view sender,
                                          const TraceHeaders& trace) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::array)
    return fail("not_an_array", "a batch of CloudEvents is a JSON array");
  const auto elements = text->elements(text->root());
  std::vector<Decoded> out;
  out.reserve(elements.size());
  Scratch scratch(json.size());
  for (const auto& element : elements)
    out.push_back(decode_object(*text, element, sender, trace, scratch));
  return out;
}

Decoded decode_binary(const std::vector<std::pair<std::string, std::string>>& headers,
                      std::string_view body, std::string_view sender, const TraceHeaders& trace) {
  Attributes attributes;
  if (auto fine = set_headers(attributes, headers); !fine) return std::unexpected(fine.error());
  attributes.set_trace(trace);
  auto fields = attributes.finish(sender);
  if (!fields) return std::unexpected(fields.error());
  const auto type = attributes.datacontenttype();
  std::vector<JsonMember> members;
  Result<JsonText> text = fail("", "");  // the members' views need it
  fields->data = body;
  if (body.empty()) {
    fields->data_kind = model::DataKind::none;
  } else if (is_json_media_type(type)) {
    text = JsonText::parse(body);
    if (!text) return std::unexpected(text.error());
    members = text->members(text->root());
    fields->data_kind = model::DataKind::json;
  } else {
    const bool readable =
        lowered(type).starts_with("text/") && valid_utf8_prefix(body) == body.size();
    fields->data_kind = readable ? model::DataKind::text : model::DataKind::binary;
  }
  normalise(*fields, members);
  return model::Event(*fields);
}

}  // namespace alarum::ingest
