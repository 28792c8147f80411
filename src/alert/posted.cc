#include "alert/posted.h"

#include <algorithm>

#include "base/json.h"
#include "base/json_scan.h"
#include "model/posted.h"

namespace alarum::alert {
namespace {

void add(std::string& out, std::string_view name, std::string_view json) {
  out += (out.size() > 1 ? "," : "") + json_quote(name) + ':' + std::string(json);
}

std::string object_of(const model::Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) add(out, name, json_quote(value));
  return out + '}';
}

std::string data_of(const Posted& posted) {
  std::string out = "{";
  add(out, "labels", object_of(posted.labels));
  add(out, "annotations", object_of(posted.annotations));
  if (posted.starts_at) add(out, "startsAt", json_quote(format_rfc3339(*posted.starts_at)));
  if (posted.ends_at) add(out, "endsAt", json_quote(format_rfc3339(*posted.ends_at)));
  if (!posted.generator_url.empty()) add(out, "generatorURL", json_quote(posted.generator_url));
  if (posted.timeout != kResolveTimeout)
    add(out, "resolveTimeout", json_quote(format_duration(posted.timeout)));
  return out + '}';
}

std::string_view label(const model::Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// Reads what data_of() has written. It is a sink of JsonScan.
class Reader {
 public:
  enum class Part : std::uint8_t {
    none,
    data,
    labels,
    annotations,
    starts_at,
    ends_at,
    generator_url,
    timeout
  };
  struct Node {
    Part part = Part::none;
    bool is_value = false;
    std::string_view name = {};  ///< of a label or an annotation, with its escapes
    bool escaped = false;
    explicit operator bool() const { return part != Part::none; }
  };

  explicit Reader(Posted& posted) : posted_(posted) {}

  static Node member(const Node& in, std::string_view name, bool escaped) {
    if (in.part == Part::data) return {part_of(name)};
    const bool text = in.part == Part::labels || in.part == Part::annotations;
    return text && !in.is_value ? Node{in.part, true, name, escaped} : Node();
  }
  void scalar(const Node& node, JsonType, std::string_view text, bool escaped) {
    auto value = text_of(text, escaped);
    switch (node.part) {
      case Part::labels:
      case Part::annotations:
        if (node.is_value)
          (node.part == Part::labels ? posted_.labels
                                     : posted_.annotations)[text_of(node.name, node.escaped)] =
              std::move(value);
        break;
      case Part::starts_at:
        posted_.starts_at = time_of(value);
        break;
      case Part::ends_at:
        posted_.ends_at = time_of(value);
        break;
      case Part::generator_url:
        posted_.generator_url = std::move(value);
        break;
      case Part::timeout:
        posted_.timeout = parse_duration(value).value_or(kResolveTimeout);
        break;
      case Part::none:
      case Part::data:
        break;
    }
  }
  static void begin_array(const Node&) {}
  static void next_element() {}
  static void end_array() {}

 private:
  static Part part_of(std::string_view name) {
    if (name == "labels") return Part::labels;
    if (name == "annotations") return Part::annotations;
    if (name == "startsAt") return Part::starts_at;
    if (name == "endsAt") return Part::ends_at;
    if (name == "generatorURL") return Part::generator_url;
    return name == "resolveTimeout" ? Part::timeout : Part::none;
  }
  static std::string text_of(std::string_view inside, bool escaped) {
    if (!escaped) return std::string(inside);
    std::string out(inside.size(), '\0');
    out.resize(decode_json_string(inside, out.data()));
    return out;
  }
  static std::optional<Time> time_of(std::string_view text) {
    const auto time = parse_rfc3339(text);
    return time ? std::optional(*time) : std::nullopt;
  }

  Posted& posted_;
};

bool is_within(Time time, const Activity& activity) {
  return time > activity.starts && time < activity.ends;
}

}  // namespace

Activity merged(const Activity& old, const Activity& posted, Time now) {
  if (!is_within(posted.starts, old) && !is_within(posted.ends, old)) return posted;
  auto out = posted;
  out.starts = std::min(old.starts, posted.starts);
  const bool counts = posted.ends <= now ? old.ends <= now : !old.timeout;
  if (counts) out.ends = std::max(old.ends, posted.ends);
  return out;
}

model::Event event_of(const Posted& posted, std::string_view id, std::string_view sender) {
  const auto data = data_of(posted);
  const auto name = label(posted.labels, "alertname");
  model::EventFields fields;
  fields.id = id;
  fields.source = "alertmanager";
  fields.type = name.empty() ? "alert" : name;
  fields.subject = label(posted.labels, "instance");
  fields.datacontenttype = "application/json";
  fields.sender = sender;
  fields.time = posted.starts_at;
  fields.extensions.emplace_back(model::kPostedMark, "true");
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  fields.format = model::Format::alertmanager;
  fields.severity = model::normalise_severity(label(posted.labels, "severity"));
  return model::Event(fields);
}

Result<Posted> posted_of(const model::Event& event) {
  Posted posted;
  Reader reader(posted);
  thread_local JsonIndex index;
  if (!JsonScan<Reader>(index, reader).read(event.data(), {Reader::Part::data}, true)) {
    return std::unexpected(Error{"bad_record", "the posted alert " + std::string(event.id()) +
                                                   " cannot be read: its data is no JSON object"});
  }
  return posted;
}

}  // namespace alarum::alert
