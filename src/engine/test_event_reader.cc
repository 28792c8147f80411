#include "engine/test_event_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ranges>

#include "base/fields.h"
#include "base/json.h"
#include "base/node_text.h"

namespace alarum::engine {
namespace {

const std::vector<std::string> kEventKeys{"at",     "time",    "id",      "source",
                                          "type",   "subject", "status",  "severity",
                                          "sender", "data",    "content", "format"};
constexpr std::array kFormats{
    model::Format::cloudevents,  model::Format::ces,        model::Format::smn,
    model::Format::sns,          model::Format::eventgrid,  model::Format::redfish,
    model::Format::alertmanager, model::Format::syslog,     model::Format::json,
    model::Format::internal,     model::Format::eventbridge};

// The payload: `data:` unchanged, with the text of `content:` as its member `content`, as Cloud Eye
// puts it into `detail.content`.
std::string data_of(const Node& event) {
  const auto* data = event.find("data");
  const auto* content = event.find("content");
  if (!content) return data ? node_json(*data) : "{}";
  const auto text = content->scalar() ? content->text : node_json(*content);
  auto out = data && data->is(Node::Kind::mapping) && !data->members.empty() ? node_json(*data)
                                                                             : std::string("{}");
  out.pop_back();
  return out + (out.size() > 1 ? "," : "") + "\"content\":" + json_quote(text) + "}";
}

// Sets status and severity from the payload if the test does not state them, as the daemon does for
// these formats (ingest/attributes.h).
void words_of_data(const Node& event, model::EventFields& fields) {
  const auto* data = event.find("data");
  const bool read =
      fields.format == model::Format::cloudevents || fields.format == model::Format::ces;
  if (!read || !data || !data->is(Node::Kind::mapping)) return;
  for (const auto& [name, value] : data->members) {
    if (!value.is(Node::Kind::string) && !value.is(Node::Kind::number)) continue;
    const bool level = name.text == "severity" || name.text == "event_level";
    if (name.text == "status" && fields.status == model::Status::none)
      fields.status = model::normalise_status(value.text);
    if (level && fields.severity == model::Severity::none)
      fields.severity = model::normalise_severity(value.text);
  }
}

// Each line of a file is parsed by itself; its places must be those in the file.
void place_in(Node& node, int line) {
  node.place.line = line;
  for (auto& item : node.items) place_in(item, line);
  for (auto& [key, value] : node.members) key.place.line = line, place_in(value, line);
}

}  // namespace

std::optional<Duration> duration_of(const Node& node, Diagnostics& out) {
  auto parsed = parse_duration(node.text);
  if (node.scalar() && parsed) return *parsed;
  out.error(node.place,
            node.scalar() ? parsed.error().message : "a duration such as 10m is wanted here");
  return std::nullopt;
}

std::vector<TestEvent> TestEventReader::read(const Node& node) const {
  if (node.is(Node::Kind::mapping)) {
    check_keys(node, {{"file"}, {}}, "events", out_);
    if (const auto* file = node.find("file")) return read_file(*file);
    out_.error(node.place, "\"events\" must be a list, or {file: NAME.ndjson}");
    return {};
  }
  std::vector<TestEvent> events;
  if (!node.is(Node::Kind::sequence))
    out_.error(node.place, "\"events\" must be a list, or {file: NAME.ndjson}");
  for (const auto& event : node.items) read_event(event, events);
  return events;
}

std::vector<TestEvent> TestEventReader::read_file(const Node& name) const {
  std::vector<TestEvent> events;
  const auto path = (std::filesystem::path(folder_) / name.text).lexically_normal().string();
  const auto text = read_ && name.is(Node::Kind::string) ? read_(path) : std::nullopt;
  if (!text) {
    out_.error(name.place, fmt::format("the file of events {} cannot be read, or is empty", path));
    return events;
  }
  int number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    const Place place{path, ++number, 0};
    if (events.size() == kMostLines) {
      out_.error(place, fmt::format("a file of events has at most {} of them", kMostLines));
      return events;
    }
    if (line.find_first_not_of(" \t\r") != line.npos) read_line(line, place, events);
  }
  if (events.empty()) out_.error(name.place, fmt::format("the file of events {} has none", path));
  return events;
}

void TestEventReader::read_line(std::string_view line, const Place& place,
                                std::vector<TestEvent>& events) const {
  Diagnostics faults;
  auto node = parse_json(line, place.file, faults);
  for (const auto& fault : faults.sorted())
    out_.error({place.file, place.line, fault.place.column}, fault.message);
  if (!node) return;
  place_in(*node, place.line);
  if (expect_kind(*node, Node::Kind::mapping, "an event", "a JSON object", out_))
    read_event(*node, events);
}

model::Format TestEventReader::format_of(const Node& event) const {
  const auto* format = event.find("format");
  if (!format) return model::Format::cloudevents;
  const auto found =
      std::ranges::find_if(kFormats, [&](auto one) { return to_text(one) == format->text; });
  if (found != kFormats.end()) return *found;
  out_.error(
      format->place,
      fmt::format(
          "\"format\" must be one of {}, not {}",
          fmt::join(kFormats | std::views::transform([](auto one) { return to_text(one); }), ", "),
          describe(*format)));
  return model::Format::cloudevents;
}

void TestEventReader::read_event(const Node& node, std::vector<TestEvent>& events) const {
  const auto* at = node.find("at");
  if (!at)
    return out_.error(node.place,
                      "an event needs \"at\", its arrival as an offset from the test's start (0m)");
  const auto arrival = duration_of(*at, out_);
  const auto* time = node.find("time");
  const bool timeless = time && time->is(Node::Kind::null);
  const auto when = time && !timeless ? duration_of(*time, out_) : arrival;
  if (!arrival || !when) return;
  const auto text = [&](const char* key) {
    return node.find(key) ? std::string_view(node.find(key)->text) : std::string_view();
  };
  model::EventFields fields;
  const auto id = node.find("id") ? node.find("id")->text : fmt::format("test-{}", events.size());
  const auto data = data_of(node);
  fields.id = id;
  fields.source = text("source").empty() ? "test" : text("source");
  fields.type = text("type");
  fields.subject = text("subject");
  fields.sender = text("sender");
  if (!timeless) fields.time = kTestStart + *when;
  fields.format = format_of(node);
  fields.datacontenttype = "application/json";
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  fields.status = model::normalise_status(text("status"));
  fields.severity = model::normalise_severity(text("severity"));
  for (const auto& [key, value] : node.members) {
    const bool known =
        std::find(kEventKeys.begin(), kEventKeys.end(), key.text) != kEventKeys.end();
    if (!known && !value.scalar())
      out_.error(value.place,
                 fmt::format("\"{}\" must be a scalar: it is an extension attribute", key.text));
    if (!known && value.scalar()) fields.extensions.emplace_back(key.text, node_json(value));
  }
  if (fields.type.empty()) out_.error(node.place, "an event needs a \"type\"");
  words_of_data(node, fields);
  events.push_back({*arrival, model::Event(fields), node.find("id") != nullptr});
}

model::Event with_time(const model::Event& event, std::optional<Time> time) {
  model::EventFields fields;
  fields.id = event.id(), fields.source = event.source(), fields.type = event.type(),
  fields.subject = event.subject();
  fields.datacontenttype = event.datacontenttype(), fields.dataschema = event.dataschema(),
  fields.sender = event.sender();
  fields.time = time;
  for (const auto& [name, value] : event.extensions()) fields.extensions.emplace_back(name, value);
  fields.data_kind = event.data_kind(), fields.data = event.data();
  fields.format = event.format(), fields.status = event.status(),
  fields.severity = event.severity();
  return model::Event(fields);
}

}  // namespace alarum::engine
