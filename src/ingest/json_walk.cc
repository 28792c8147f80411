#include "ingest/json_walk.h"

#include <simdjson.h>

#include <cstring>
#include <deque>

#include "base/ascii.h"
#include "base/json.h"

namespace alarum::ingest {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kBlank = " \t\r\n";

JsonKind kind_of(char first) {
  switch (first) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 'n':
      return JsonKind::null;
    case 't':
    case 'f':
      return JsonKind::boolean;
    default:
      return JsonKind::number;
  }
}

}  // namespace

struct JsonText::Body {
  simdjson::padded_string text;
  ondemand::parser parser;          // of the walk under way: what it decoded is gone with the next one
  std::deque<std::string> decoded;  // strings with escapes; all others are views into the text
  // The parser needs bytes behind what it reads: every part of the text has the rest of it, or the padding.
  ondemand::document walk(std::string_view part) {
    const simdjson::padded_string_view view(part.data(), part.size(), part.size() + simdjson::SIMDJSON_PADDING);
    return parser.iterate(view).value_unsafe();
  }
  // A decoded string that outlives the walk. `raw`: behind its opening quote.
  std::string_view kept(std::string_view string, const char* raw) {
    const bool plain = std::memcmp(raw, string.data(), string.size()) == 0 && raw[string.size()] == '"';
    return plain ? std::string_view(raw, string.size()) : std::string_view(decoded.emplace_back(string));
  }
  JsonValue value_of(ondemand::value value);
};

JsonValue JsonText::Body::value_of(ondemand::value value) {
  JsonValue out;
  const auto token = value.raw_json_token();
  out.kind = kind_of(token.front());
  if (out.kind == JsonKind::object) {
    out.raw = value.get_object().value_unsafe().raw_json().value_unsafe();
  } else if (out.kind == JsonKind::array) {
    out.raw = value.get_array().value_unsafe().raw_json().value_unsafe();
  } else {
    out.raw = trimmed(token, kBlank);
  }
  out.text = out.kind == JsonKind::string ? kept(value.get_string().value_unsafe(), out.raw.data() + 1) : out.raw;
  return out;
}

JsonText::JsonText(std::unique_ptr<Body> body) : body_(std::move(body)) {}
JsonText::JsonText(JsonText&&) noexcept = default;
JsonText& JsonText::operator=(JsonText&&) noexcept = default;
JsonText::~JsonText() = default;

Result<JsonText> JsonText::parse(std::string_view text) {
  if (auto valid = check_json(text); !valid) return std::unexpected(valid.error());
  auto body = std::make_unique<Body>();
  body->text = simdjson::padded_string(text);
  const auto whole = trimmed(body->text, kBlank);
  JsonText out(std::move(body));
  out.root_ = {kind_of(whole.front()), whole, whole};
  if (out.root_.kind == JsonKind::string) {
    auto document = out.body_->walk(whole);
    out.root_.text = out.body_->kept(document.get_string().value_unsafe(), whole.data() + 1);
  }
  return out;
}

std::vector<JsonMember> JsonText::members(const JsonValue& object) {
  std::vector<JsonMember> out;
  if (object.kind != JsonKind::object) return out;
  auto document = body_->walk(object.raw);
  ondemand::object fields = document.get_object().value_unsafe();  // a name: a temporary would end before the loop
  for (auto field : fields) {
    const char* const raw = field.key().value_unsafe().raw();
    const auto name = body_->kept(field.unescaped_key().value_unsafe(), raw);
    out.push_back({name, body_->value_of(field.value().value_unsafe())});
  }
  return out;
}

std::vector<JsonValue> JsonText::elements(const JsonValue& array) {
  std::vector<JsonValue> out;
  if (array.kind != JsonKind::array) return out;
  auto document = body_->walk(array.raw);
  ondemand::array items = document.get_array().value_unsafe();
  for (auto element : items) {
    out.push_back(body_->value_of(element.value_unsafe()));
    if (out.size() > kMostItems) break;
  }
  return out;
}

}  // namespace alarum::ingest
