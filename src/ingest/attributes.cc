#include "ingest/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/json.h"
#include "base/utf8.h"
#include "ingest/cloudevents.h"
#include "ingest/json_walk.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kUsual = 256;  // bytes that the attributes of an event have in all

constexpr std::array<std::string_view, 8> kNames{
    "id", "source", "type", "specversion", "subject", "time", "datacontenttype", "dataschema"};

std::unexpected<Error> bad(std::string_view name, std::string_view why) {
  return fail("bad_attribute", fmt::format("attribute \"{}\" {}", name, why));
}

// CloudEvents "Type System", String: control characters (U+0000–1F, U+7F–9F) are not allowed.
bool has_control(std::string_view text) {
  bool suspect = false;  // nearly no text has any, and compilers vectorise this loop
  for (const char c : text)
    suspect |= static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\xC2';
  if (!suspect) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

bool is_uri_text(std::string_view text) {
  return !text.empty() && text.find_first_of(" <>\"{}|\\^`") == std::string_view::npos;
}

// Whether the text has only printable ASCII characters. Looks at eight bytes at once.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes << 7;
  const auto unusual = [](std::uint64_t eight) {
    const auto deleted = eight ^ (kOnes * 0x7F);
    // Sets the top bit of each byte that is below 0x20, is 0x7F or is no ASCII. A carry may set the
    // bit of the byte above as well, which does no harm.
    return ((eight - kOnes * 0x20) | (deleted - kOnes) | eight) & kTops;
  };
  while (text.size() >= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data(), 8);
    if (unusual(eight) != 0) return false;
    text.remove_prefix(8);
  }
  auto rest = kOnes * ' ';
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  return unusual(rest) == 0;
}

Result<void> check_text(std::string_view name, std::string_view text) {
  if (text.size() > kMaxAttribute)
    return bad(name, fmt::format("has {} bytes; at most {} are taken", text.size(), kMaxAttribute));
  if (is_plain(text)) return {};
  if (valid_utf8_prefix(text) != text.size()) return bad(name, "is not valid UTF-8");
  if (has_control(text)) return bad(name, "has a control character");
  return {};
}

}  // namespace

bool fits_attribute(std::string_view text) {
  return check_text("", text).has_value();
}

std::optional<Attributes::Field> Attributes::field_of(std::string_view name) {
  const auto only = [&](Field field) {
    return kNames[field] == name ? std::optional(field) : std::nullopt;
  };
  switch (name.size()) {
    case 2:
      return only(kId);
    case 4:
      return name.ends_with("ype") ? only(kType) : only(kTime);
    case 6:
      return only(kSource);
    case 7:
      return only(kSubject);
    case 10:
      return only(kSchema);
    case 11:
      return only(kSpecVersion);
    case 15:
      return only(kContentType);
    default:
      return std::nullopt;
  }
}

bool Attributes::has(std::string_view name) const {
  const auto field = field_of(name);
  return field && fields_[*field].given;
}

Result<void> Attributes::set(std::string_view name, std::string_view text) {
  if (auto fine = check_text(name, text); !fine) return fine;
  const auto field = field_of(name);
  if (!field) return extension(name, json_quote(text));
  if (std::exchange(fields_[*field].given, true)) return bad(name, "is given twice");
  // The specification demands a non-empty subject, but its own examples have "". Treat that as a
  // missing subject.
  if (text.empty() && *field == kSubject) return {};
  if (text.empty()) return bad(name, "must not be empty; leave it out instead");
  if ((*field == kSource || *field == kSchema) && !is_uri_text(text))
    return bad(name, fmt::format("\"{}\" is not a URI reference", text));
  if (texts_.empty()) texts_.reserve(kUsual);
  fields_[*field].at = texts_.size();
  fields_[*field].size = text.size();
  texts_ += text;
  return {};
}

Result<void> Attributes::set_scalar(std::string_view name, std::string_view json, bool is_number) {
  if (field_of(name)) return bad(name, fmt::format("must be a string, not {}", json));
  if (is_number) {
    std::int32_t value = 0;
    const auto [end, fault] = std::from_chars(json.data(), json.data() + json.size(), value);
    if (fault != std::errc() || end != json.data() + json.size())
      return bad(name, fmt::format("is {}: a number must be a 32-bit integer", json));
  }
  return extension(name, std::string(json));
}

Result<void> Attributes::extension(std::string_view name, std::string json) {
  const auto legal = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kMaxAttributeName ||
      !std::all_of(name.begin(), name.end(), legal)) {
    return bad(name, fmt::format("has a name that is not 1 to {} characters of a-z and 0-9",
                                 kMaxAttributeName));
  }
  for (const auto& [known, value] : extensions_) {
    if (known == name) return bad(name, "is given twice");
  }
  if (extensions_.size() == kMaxExtensions)
    return bad(name,
               fmt::format("is one too many: at most {} extensions are taken", kMaxExtensions));
  extensions_.emplace_back(name, std::move(json));
  return {};
}

void Attributes::set_trace(const TraceHeaders& trace) {
  const auto own = [](const auto& one) { return one.first == "traceparent"; };
  if (trace.parent.empty() || std::ranges::any_of(extensions_, own)) return;
  std::erase_if(extensions_, [](const auto& one) { return one.first == "tracestate"; });
  // An event that has no room for them goes without.
  (void)extension("traceparent", json_quote(trace.parent));
  if (!trace.state.empty()) (void)extension("tracestate", json_quote(trace.state));
}

Result<model::EventFields> Attributes::finish(std::string_view sender) {
  for (const auto field : {kSpecVersion, kId, kSource, kType}) {
    if (!fields_[field].given)
      return fail("missing_attribute", fmt::format("attribute \"{}\" is missing", kNames[field]));
  }
  if (text(kSpecVersion) != "1.0")
    return fail("bad_specversion",
                fmt::format("specversion \"{}\" is not known; 1.0 is", text(kSpecVersion)));
  model::EventFields out;
  out.id = text(kId);
  out.source = text(kSource);
  out.type = text(kType);
  out.subject = text(kSubject);
  out.datacontenttype = text(kContentType);
  out.dataschema = text(kSchema);
  out.sender = sender;
  out.extensions = std::move(extensions_);
  out.format = model::Format::cloudevents;
  if (fields_[kTime].given) {
    const auto time = parse_rfc3339(text(kTime));
    if (!time) return bad("time", time.error().message);
    out.time = *time;
  }
  return out;
}

void normalise(model::EventFields& fields, const std::vector<JsonMember>& payload) {
  const auto take = [&](std::string_view name, std::string_view word) {
    if (name == "status" && fields.status == model::Status::none)
      fields.status = model::normalise_status(word);
    const bool level = name == "severity" || name == "event_level";
    if (level && fields.severity == model::Severity::none)
      fields.severity = model::normalise_severity(word);
  };
  for (const auto& [name, json] : fields.extensions) {
    if (name != "status" && name != "severity") continue;
    if (const auto text = JsonText::parse(json)) take(name, text->root().text);
  }
  for (const auto& [name, value] : payload) {
    if (value.kind == JsonKind::string || value.kind == JsonKind::number) take(name, value.text);
  }
}

}  // namespace alarum::ingest
