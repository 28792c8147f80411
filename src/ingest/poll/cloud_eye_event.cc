#include "ingest/poll/cloud_eye_event.h"

#include <charconv>

#include "base/hash.h"
#include "base/utf8.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/object.h"
#include "model/event.h"

namespace alarum::ingest {
namespace {

std::uint64_t count_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() ? number : 0;
}

// A time in milliseconds since 1970, or in seconds, as some of the vendor's examples have it.
std::optional<Time> moment_of(std::string_view text) {
  constexpr std::uint64_t kSecondsBelow = 100'000'000'000, kLast = 253'402'300'799'999;
  const auto number = count_of(text);
  if (number == 0 || number > kLast) return std::nullopt;
  const auto milliseconds =
      static_cast<std::int64_t>(number < kSecondsBelow ? number * 1000 : number);
  return Time(std::chrono::milliseconds(milliseconds));
}

const JsonValue* array_of(const Object& answer, std::string_view name) {
  const auto* found = answer.find(name);
  return found && found->kind == JsonKind::array ? found : nullptr;
}

std::unexpected<Error> no_array(const char* name) {
  return fail("bad_answer", std::string("the answer has no list \"") + name + "\"");
}

CloudEyeItem item_of(JsonText& text, const JsonValue& value, std::string_view project,
                     std::string_view sender, Time now) {
  const Object item(text, value), detail = item.object("detail");
  CloudEyeItem out{std::string(item.scalar("event_id")), now, std::string(value.raw),
                   fail("missing_member", "the event has no object \"detail\"")};
  if (out.id.empty())
    out.id = "ev" + sha256_hex(std::string(project) + '\0' + out.raw).substr(0, 22);
  const auto time = moment_of(item.scalar("time"));
  if (time) out.time = *time;
  EventBuilder draft(model::Format::ces);
  draft.id(out.id);
  draft.source(item.text("event_source"));
  draft.type(item.text("event_name"));
  draft.subject(detail.text("resource_id"));
  draft.extension("projectid", project);
  draft.time(time);
  draft.severity(model::normalise_severity(detail.text("event_level")));
  const auto* data = item.find("detail");
  if (data && data->kind == JsonKind::object) out.event = draft.finish(sender, data->raw);
  return out;
}

}  // namespace

Result<CloudEyeCounts> read_cloud_eye_counts(std::string_view json) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  const Object answer(*text, text->root());
  const auto* rows = array_of(answer, "events");
  if (!rows) return no_array("events");
  CloudEyeCounts out;
  out.total = count_of(answer.object("meta_data").scalar("total"));
  for (const auto& value : text->elements(*rows)) {
    const Object row(*text, value);
    out.rows.push_back({std::string(row.text("event_name")), std::string(row.text("event_type")),
                        count_of(row.scalar("event_count"))});
  }
  return out;
}

Result<CloudEyeItems> read_cloud_eye_items(std::string_view json, std::string_view project,
                                           std::string_view sender, Time now) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  const Object answer(*text, text->root());
  const auto* items = array_of(answer, "event_info");
  if (!items) return no_array("event_info");
  CloudEyeItems out;
  out.total = count_of(answer.object("meta_data").scalar("total"));
  for (const auto& value : text->elements(*items))
    out.items.push_back(item_of(*text, value, project, sender, now));
  return out;
}

std::string cloud_eye_fault(std::string_view body) {
  constexpr std::size_t kShown = 200;
  auto text = JsonText::parse(body);
  std::string code, words;
  if (text) {
    const Object answer(*text, text->root()), message = answer.object("message");
    code = message.text("code").empty() ? answer.text("error_code") : message.text("code");
    words = message.text("details").empty() ? answer.text("error_msg") : message.text("details");
  }
  const auto out = code.empty() && words.empty() ? std::string(body) : code + ": " + words;
  return out.substr(0, valid_utf8_prefix(utf8_prefix(out, kShown)));
}

}  // namespace alarum::ingest
