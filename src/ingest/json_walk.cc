#include "ingest/json_walk.h"

#include <algorithm>
#include <cstring>
#include <deque>

#include "base/json.h"
#include "base/json_scan.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kUsualMembers = 12;  // members of an object
constexpr std::size_t kSpare = 2;  // unused bodies of a thread; a walk within a walk is rare

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

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Records where each array and object ends, so that a walk can skip it.
struct Ends : JsonSinkOfNothing {
  void closed(std::uint32_t open, std::uint32_t close) {
    if (of.size() <= open) of.resize(std::max<std::size_t>(open + 1, 2 * of.size()));
    of[open] = close;
  }

  std::vector<std::uint32_t> of;  // by the number of the opening token
};

}  // namespace

struct JsonText::Body {
  std::string_view text;
  JsonIndex index;
  Ends ends;
  std::deque<std::string> decoded;  // strings with escapes; all others are views into the text

  char at(std::uint32_t token) const { return text[index.tokens()[token]]; }
  // The text of a token, without the white space before the next one. The index has one entry more
  // than there are tokens: the end of the text.
  std::string_view token(std::uint32_t number) const {
    const auto* const from = index.tokens().data() + number;
    auto end = from[1];
    while (is_blank(text[end - 1])) --end;
    return text.substr(from[0], end - from[0]);
  }
  // The index of the first token after a value.
  std::uint32_t behind(const JsonValue& value) const {
    const bool nested = value.kind == JsonKind::object || value.kind == JsonKind::array;
    return nested ? ends.of[value.token] + 1 : value.token + 1;
  }
  std::string_view unquoted(std::string_view raw) {
    const auto inside = raw.substr(1, raw.size() - 2);
    if (!std::memchr(inside.data(), '\\', inside.size())) return inside;
    std::string plain(inside.size(), '\0');
    plain.resize(decode_json_string(inside, plain.data()));
    return decoded.emplace_back(std::move(plain));
  }
  JsonValue value(std::uint32_t number) {
    JsonValue out;
    out.kind = kind_of(at(number));
    out.token = number;
    if (out.kind == JsonKind::object || out.kind == JsonKind::array) {
      const auto begin = index.tokens()[number];
      out.raw = text.substr(begin, index.tokens()[ends.of[number]] + 1 - begin);
    } else {
      out.raw = token(number);
    }
    out.text = out.kind == JsonKind::string ? unquoted(out.raw) : out.raw;
    return out;
  }
};

namespace {

template <class Body>
std::vector<std::unique_ptr<Body>>& spare_bodies() {
  thread_local std::vector<std::unique_ptr<Body>> spare;
  return spare;
}

}  // namespace

void JsonText::Recycle::operator()(Body* body) const {
  std::unique_ptr<Body> owned(body);
  auto& spare = spare_bodies<Body>();
  if (spare.size() == kSpare || body->text.size() > JsonIndex::kKept) return;
  body->decoded.clear();
  spare.push_back(std::move(owned));
}

JsonText::JsonText(std::unique_ptr<Body, Recycle> body) : body_(std::move(body)) {}
JsonText::JsonText(JsonText&&) noexcept = default;
JsonText& JsonText::operator=(JsonText&&) noexcept = default;
JsonText::~JsonText() = default;

Result<JsonText> JsonText::parse(std::string_view text) {
  auto& spare = spare_bodies<Body>();
  if (spare.empty()) spare.push_back(std::make_unique<Body>());
  std::unique_ptr<Body, Recycle> body(spare.back().release());
  spare.pop_back();
  body->text = text;
  if (!JsonScan<Ends>(body->index, body->ends).read(text, {}, false)) {
    auto valid = check_json(text);
    return std::unexpected(valid ? Error{"bad_json", "not valid JSON"} : valid.error());
  }
  JsonText out(std::move(body));
  out.root_ = out.body_->value(0);
  return out;
}

std::vector<JsonMember> JsonText::members(const JsonValue& object) {
  std::vector<JsonMember> out;
  if (object.kind == JsonKind::object) out.reserve(kUsualMembers);
  members(object, out);
  return out;
}

void JsonText::members(const JsonValue& object, std::vector<JsonMember>& out) {
  out.clear();
  if (object.kind != JsonKind::object) return;
  const auto end = body_->ends.of[object.token];
  for (auto at = object.token + 1; at < end;) {
    const auto name = body_->unquoted(body_->token(at));
    out.push_back({name, body_->value(at + 2)});
    at = body_->behind(out.back().value) + 1;  // a comma, or the closing bracket
  }
}

std::vector<JsonValue> JsonText::elements(const JsonValue& array) {
  std::vector<JsonValue> out;
  if (array.kind != JsonKind::array) return out;
  const auto end = body_->ends.of[array.token];
  for (auto at = array.token + 1; at < end && out.size() <= kMostItems;) {
    out.push_back(body_->value(at));
    at = body_->behind(out.back()) + 1;
  }
  return out;
}

}  // namespace alarum::ingest
