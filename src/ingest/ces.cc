#include "ingest/ces.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/diagnostics.h"
#include "base/hash.h"
#include "base/json.h"
#include "ingest/attributes.h"
#include "ingest/json_walk.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_word);
}

bool is_source(std::string_view text) {
  const auto dot = text.find('.');
  return dot != text.npos && is_name(text.substr(0, dot)) && is_name(text.substr(dot + 1));
}

// `^[a-zA-Z][a-zA-Z0-9_-]{1,32}$`
bool is_dimension_name(std::string_view text) {
  return text.size() >= 2 && text.size() <= 33 && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; });
}

bool is_resource_id(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-' || c == ':'; });
}

bool is_project_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; });
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// One text member of `detail`: the longest that it may be, and the words that are allowed (empty:
// any).
struct TextRule {
  std::string_view name;
  std::size_t longest;
  std::vector<std::string_view> words;
};

const std::vector<TextRule>& text_rules() {
  static const std::vector<TextRule> rules{
      {"content", 4096, {}},
      {"group_id", 24, {}},
      {"resource_id", 128, {}},
      {"resource_name", 128, {}},
      {"event_state", 64, {"normal", "warning", "incident"}},
      {"event_level", 64, {"Critical", "Major", "Minor", "Info"}},
      {"event_user", 64, {}},
      {"event_type", 64, {"EVENT.CUSTOM", "EVENT.SYS"}},
      {"sub_event_type", 64, {"SUB_EVENT.OPS", "SUB_EVENT.PLAN", "SUB_EVENT.CUSTOM"}},
  };
  return rules;
}

// Reads one item. `at`: its name in errors, as `[3]`.
class ItemReader {
 public:
  ItemReader(JsonText& text, std::string at, bool strict, Time now)
      : text_(text), at_(std::move(at)), strict_(strict), now_(now) {}

  Result<CesItem> read(const JsonValue& item, std::string_view project, std::string_view sender) {
    if (item.kind != JsonKind::object) return fault("bad_body", "", "must be an object");
    if (auto done = take_all(item, "", &ItemReader::take); !done)
      return std::unexpected(done.error());
    using Given = std::pair<bool, std::string_view>;
    for (const auto& [given, name] :
         {Given{!name_.empty(), "event_name"}, Given{!source_.empty(), "event_source"},
          Given{time_.has_value(), "time"}, Given{!detail_.raw.empty(), "detail"}}) {
      if (!given) return fault("missing_member", name, "is required");
    }
    return compose(item, project, sender);
  }

 private:
  std::unexpected<Error> fault(std::string reason, std::string_view member,
                               std::string_view what) const {
    return fail(std::move(reason),
                at_ + (member.empty() ? "" : ".") + std::string(member) + " " + std::string(what));
  }

  // Reject a name that is given twice, because readers differ about which of the two counts.
  Result<void> take_all(const JsonValue& object, const std::string& under,
                        Result<void> (ItemReader::*take_one)(const JsonMember&)) {
    std::vector<std::string_view> seen;
    for (const auto& member : text_.members(object)) {
      if (std::ranges::find(seen, member.name) != seen.end())
        return fault("bad_member", under + std::string(member.name), "is given twice");
      seen.push_back(member.name);
      if (auto done = (this->*take_one)(member); !done) return done;
    }
    return {};
  }

  Result<void> take(const JsonMember& member) {
    if (member.name == "event_name")
      return take_text(member, name_, 64, is_name, "1 to 64 letters, digits and _, a letter first");
    if (member.name == "event_source")
      return take_text(member, source_, 32, is_source,
                       "`service.item`, 3 to 32 letters, digits and _, each part a letter first");
    if (member.name == "event_id")
      return take_text(
          member, id_, 64, [](std::string_view t) { return !t.empty(); }, "1 to 64 characters");
    if (member.name == "time") return take_time(member.value);
    if (member.name == "detail") return take_detail(member.value);
    return fault("unknown_member", member.name,
                 "is not a member of an event" +
                     did_you_mean(member.name,
                                  {"event_name", "event_source", "event_id", "time", "detail"}));
  }

  template <class Fits>
  Result<void> take_text(const JsonMember& member, std::string& into, std::size_t longest,
                         Fits fits, std::string_view wanted) {
    const auto& value = member.value;
    if (value.kind != JsonKind::string || value.text.size() > longest || !fits(value.text))
      return fault("bad_member", member.name, "must be " + std::string(wanted));
    into = value.text;
    return {};
  }

  Result<void> take_time(const JsonValue& value) {
    std::int64_t number = 0;
    const auto* end = value.raw.data() + value.raw.size();
    const auto [stop, fault_code] = std::from_chars(value.raw.data(), end, number);
    if (value.kind != JsonKind::number || stop != end || fault_code != std::errc() || number < 0 ||
        number > 253402300799999) {
      return fault("bad_member", "time",
                   "must be a whole number of milliseconds since 1970 (UTC), like 1763800000000");
    }
    // The vendor's own example has seconds.
    constexpr std::int64_t kSecondsBelow = 100'000'000'000;
    if (number < kSecondsBelow && strict_)
      return fault("bad_member", "time", "is in seconds; milliseconds are wanted");
    time_ = Time(number < kSecondsBelow ? Duration(std::chrono::seconds(number))
                                        : Duration(std::chrono::milliseconds(number)));
    if (strict_ && (*time_ < now_ - 1h + 10s || *time_ > now_ + 10min - 10s))
      return fault("bad_member", "time", "must lie within the last hour and the next ten minutes");
    return {};
  }

  Result<void> take_detail(const JsonValue& value) {
    if (value.kind != JsonKind::object) return fault("bad_member", "detail", "must be an object");
    detail_ = value;
    return take_all(value, "detail.", &ItemReader::take_detail_member);
  }

  Result<void> take_detail_member(const JsonMember& member) {
    const auto name = "detail." + std::string(member.name);
    if (member.name == "dimensions") return take_dimensions(member.value);
    const auto rule = std::ranges::find(text_rules(), member.name, &TextRule::name);
    if (rule == text_rules().end()) {
      std::vector<std::string> known{"dimensions"};
      for (const auto& one : text_rules()) known.emplace_back(one.name);
      return fault("unknown_member", name,
                   "is not a member of detail" + did_you_mean(member.name, known));
    }
    return take_detail_text(*rule, member.value, name);
  }

  Result<void> take_detail_text(const TextRule& rule, const JsonValue& value,
                                const std::string& name) {
    const bool empty =
        value.kind == JsonKind::null || (value.kind == JsonKind::string && value.text.empty());
    if (empty)
      return strict_ ? fault("bad_member", name, "must not be empty; leave it out instead")
                     : Result<void>();
    if (value.kind != JsonKind::string) return fault("bad_member", name, "must be a string");
    const bool right_length = rule.name == "group_id" ? characters(value.text) == rule.longest
                                                      : characters(value.text) <= rule.longest;
    if (!right_length)
      return fault("bad_member", name,
                   "must have " + std::string(rule.name == "group_id" ? "exactly " : "at most ") +
                       std::to_string(rule.longest) + " characters");
    if (!rule.words.empty() && std::ranges::find(rule.words, value.text) == rule.words.end())
      return fault(
          "bad_member", name,
          "\"" + std::string(value.text.substr(0, 64)) + "\" is none of " + listed(rule.words));
    if (strict_ && rule.name == "resource_id" && !is_resource_id(value.text))
      return fault("bad_member", name, "must have letters, digits, _, - and : only");
    if (strict_ && value.text == "EVENT.SYS")
      return fault("bad_member", name, "EVENT.SYS cannot be reported");
    if (rule.name == "resource_id") subject_ = value.text;
    return {};
  }

  Result<void> take_dimensions(const JsonValue& value) {
    if (value.kind == JsonKind::null && !strict_) return {};
    if (value.kind != JsonKind::array)
      return fault("bad_member", "detail.dimensions", "must be an array");
    const auto elements = text_.elements(value);
    if (elements.size() > 4)
      return fault("bad_member", "detail.dimensions",
                   "has " + std::to_string(elements.size()) + " items; at most 4 are allowed");
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto name = "detail.dimensions[" + std::to_string(i) + "]";
      if (auto done = take_dimension(elements[i], name); !done) return done;
    }
    return {};
  }

  Result<void> take_dimension(const JsonValue& value, const std::string& at) {
    if (value.kind != JsonKind::object)
      return fault("bad_member", at, "must be an object {name, value}");
    bool named = false, valued = false;
    for (const auto& [name, given] : text_.members(value)) {
      const bool of_name = name == "name";
      if (!of_name && name != "value")
        return fault("unknown_member", at + "." + std::string(name),
                     "is not a member of a dimension: name and value are");
      if (std::exchange(of_name ? named : valued, true))
        return fault("bad_member", at + "." + std::string(name), "is given twice");
      const auto size = given.kind == JsonKind::string ? characters(given.text) : 0;
      if (of_name && (size == 0 || !is_dimension_name(given.text)))
        return fault("bad_member", at + ".name",
                     "must be a letter and 1 to 32 letters, digits, _ and -");
      if (size < 1 || size > 256)
        return fault("bad_member", at + ".value", "must be a string of 1 to 256 characters");
    }
    if (!named) return fault("missing_member", at + ".name", "is required");
    return valued ? Result<void>() : fault("missing_member", at + ".value", "is required");
  }

  static std::string listed(const std::vector<std::string_view>& words) {
    std::string out;
    for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
    return out;
  }

  CesItem compose(const JsonValue& item, std::string_view project, std::string_view sender) {
    std::string seed(project);
    seed += '\0';
    seed += item.raw;
    if (id_.empty()) id_ = "ev" + sha256_hex(seed).substr(0, 22);
    model::EventFields fields;
    fields.id = id_;
    fields.source = source_;
    fields.type = name_;
    fields.subject = subject_;
    fields.datacontenttype = "application/json";
    fields.sender = sender;
    fields.time = time_;
    fields.extensions.emplace_back("projectid", json_quote(project));
    fields.data_kind = model::DataKind::json;
    fields.data = detail_.raw;
    fields.format = model::Format::ces;
    normalise(fields, text_.members(detail_));
    return {model::Event(fields), id_, name_};
  }

  JsonText& text_;
  std::string at_;
  bool strict_;
  Time now_;
  std::string name_, source_, id_, subject_;
  std::optional<Time> time_;
  JsonValue detail_;
};

}  // namespace

Result<std::vector<CesItem>> decode_ces(std::string_view json, std::string_view project,
                                        std::string_view sender, bool strict, Time now) {
  if (!is_project_id(project))
    return fail("bad_project",
                "the project id in the path must be 1 to 64 letters, digits, - and _");
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::array)
    return fail("bad_body", "the body must be an array of events");
  const auto elements = text->elements(text->root());
  if (elements.empty() || elements.size() > kMaxCesItems)
    return fail("bad_body", "the body has " + std::to_string(elements.size()) +
                                " events; 1 to 100 are allowed");
  std::vector<CesItem> items;
  for (const auto& element : elements) {
    auto item = ItemReader(*text, "[" + std::to_string(items.size()) + "]", strict, now)
                    .read(element, project, sender);
    if (!item) return std::unexpected(item.error());
    items.push_back(std::move(*item));
  }
  return items;
}

}  // namespace alarum::ingest
