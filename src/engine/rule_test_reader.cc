#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ranges>

#include "base/json.h"
#include "base/node_text.h"
#include "engine/rule_test.h"
#include "model/dedup.h"
#include "model/posted.h"

namespace alarum::engine {
namespace {

constexpr std::array kFormats{model::Format::cloudevents, model::Format::ces, model::Format::smn, model::Format::sns, model::Format::eventgrid, model::Format::redfish,
                              model::Format::alertmanager, model::Format::syslog, model::Format::json, model::Format::internal};

std::optional<Duration> duration_of(const Node& node, Diagnostics& out) {
  auto parsed = parse_duration(node.text);
  if (node.scalar() && parsed) return *parsed;
  out.error(node.place, node.scalar() ? parsed.error().message : "a duration such as 10m is wanted here");
  return std::nullopt;
}

// The payload: `data:` as it stands; `content:` becomes the JSON text that Cloud Eye would put into detail.content.
std::string data_of(const Node& event) {
  const auto* data = event.find("data");
  const auto* content = event.find("content");
  if (!content) return data ? node_json(*data) : "{}";
  const auto text = content->scalar() ? content->text : node_json(*content);
  auto out = data && data->is(Node::Kind::mapping) && !data->members.empty() ? node_json(*data) : std::string("{}");
  out.pop_back();
  return out + (out.size() > 1 ? "," : "") + "\"content\":" + json_quote(text) + "}";
}

// Status and severity where the test does not say them itself: the daemon reads them from the payload of these formats (ingest/attributes.h).
void words_of_data(const Node& event, model::EventFields& fields) {
  const auto* data = event.find("data");
  const bool read = fields.format == model::Format::cloudevents || fields.format == model::Format::ces;
  if (!read || !data || !data->is(Node::Kind::mapping)) return;
  for (const auto& [name, value] : data->members) {
    if (!value.is(Node::Kind::string) && !value.is(Node::Kind::number)) continue;
    const bool level = name.text == "severity" || name.text == "event_level";
    if (name.text == "status" && fields.status == model::Status::none) fields.status = model::normalise_status(value.text);
    if (level && fields.severity == model::Severity::none) fields.severity = model::normalise_severity(value.text);
  }
}

class Reader {
 public:
  Reader(std::string file, Diagnostics& out) : file_(std::move(file)), out_(out) {}

  RuleTestFile read(const Node& root) {
    RuleTestFile result;
    each(root, {"rules", "tests", "config"}, "test file");
    const auto folder = std::filesystem::path(file_).parent_path();
    if (const auto* config = root.find("config")) result.config = (folder / config->text).lexically_normal().string();
    if (const auto* rules = list(root, "rules")) {
      for (const auto& rule : rules->items) result.rules.push_back((folder / rule.text).lexically_normal().string());
    }
    if (const auto* tests = list(root, "tests")) {
      for (const auto& test : tests->items) result.tests.push_back(read_test(test));
    }
    return result;
  }

 private:
  RuleTest read_test(const Node& node) {
    RuleTest test;
    test.place = node.place;
    each(node, {"name", "events", "expect", "run_on", "answers", "expect_requests"}, "test");
    if (const auto* name = node.find("name")) test.name = name->text;
    if (test.name.empty()) out_.error(node.place, "a test needs a \"name\"");
    if (const auto* run_on = node.find("run_on")) test.run_on = duration_of(*run_on, out_);
    if (const auto* events = list(node, "events")) {
      for (const auto& event : events->items) read_event(event, test);
    }
    if (const auto* expect = list(node, "expect")) {
      for (const auto& one : expect->items) read_expectation(one, test);
    }
    read_requests(node, test, out_);
    std::stable_sort(test.events.begin(), test.events.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    mark_duplicates(test.events, {});
    return test;
  }

  model::Format format_of(const Node& event) {
    const auto* format = event.find("format");
    if (!format) return model::Format::cloudevents;
    const auto found = std::ranges::find_if(kFormats, [&](auto one) { return to_text(one) == format->text; });
    if (found != kFormats.end()) return *found;
    out_.error(format->place, fmt::format("\"format\" must be one of {}, not {}", fmt::join(kFormats | std::views::transform([](auto one) { return to_text(one); }), ", "), describe(*format)));
    return model::Format::cloudevents;
  }

  void read_event(const Node& node, RuleTest& test) {
    const auto* at = node.find("at");
    if (!at) return out_.error(node.place, "an event needs \"at\", its arrival as an offset from the test's start (0m)");
    const auto arrival = duration_of(*at, out_);
    const auto* time = node.find("time");
    const bool timeless = time && time->is(Node::Kind::null);
    const auto when = time && !timeless ? duration_of(*time, out_) : arrival;
    if (!arrival || !when) return;
    const auto text = [&](const char* key) { return node.find(key) ? std::string_view(node.find(key)->text) : std::string_view(); };
    model::EventFields fields;
    const auto id = node.find("id") ? node.find("id")->text : fmt::format("test-{}", test.events.size());
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
      const bool known = std::find(kEventKeys.begin(), kEventKeys.end(), key.text) != kEventKeys.end();
      if (!known && !value.scalar()) out_.error(value.place, fmt::format("\"{}\" must be a scalar: it is an extension attribute", key.text));
      if (!known && value.scalar()) fields.extensions.emplace_back(key.text, node_json(value));
    }
    if (fields.type.empty()) out_.error(node.place, "an event needs a \"type\"");
    words_of_data(node, fields);
    test.events.push_back({*arrival, model::Event(fields), node.find("id") != nullptr});
  }

  void read_expectation(const Node& node, RuleTest& test) {
    Expectation expectation;
    expectation.place = node.place;
    for (const auto& [key, value] : node.members) {
      if (key.text == "at") {
        expectation.at = duration_of(value, out_).value_or(Duration::zero());
      } else if (value.scalar()) {
        expectation.wanted.emplace_back(key.text, value.text);
      } else {
        for (const auto& [name, text] : value.members) expectation.wanted.emplace_back(name.text, text.text);
      }
    }
    for (const char* needed : {"at", "alert", "state"}) {
      if (!node.find(needed)) out_.error(node.place, fmt::format("an expectation needs \"{}\"", needed));
    }
    test.expect.push_back(std::move(expectation));
  }

  const Node* list(const Node& node, const char* key) {
    const auto* found = node.find(key);
    if (found && found->is(Node::Kind::sequence)) return found;
    out_.error(found ? found->place : node.place, fmt::format("\"{}\" must be a list", key));
    return nullptr;
  }

  void each(const Node& node, const std::vector<std::string>& known, const char* what) {
    for (const auto& [key, value] : node.members) {
      if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
      out_.error(key.place, fmt::format("unknown key \"{}\" in {}{}", key.text, what, did_you_mean(key.text, known)));
    }
  }

  inline static const std::vector<std::string> kEventKeys{"at",     "time",   "id",       "source", "type",   "subject",
                                                          "status", "severity", "sender", "data",   "content", "format"};
  std::string file_;
  Diagnostics& out_;
};

}  // namespace

void mark_duplicates(std::vector<TestEvent>& events, const TestDedup& dedup) {
  model::DedupSet known(dedup.window, dedup.max);
  for (auto& event : events) {
    const auto at = kTestStart + event.at;
    known.expire(at);
    const auto seen = model::seen_of(event.event, at);
    event.duplicate = event.own_id && known.contains(seen);
    if (!event.own_id || event.duplicate) continue;
    for (const auto& one : seen) known.add(one);
  }
}

std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file, Diagnostics& out) {
  const auto before = out.error_count();
  const auto root = parse_yaml(text, file, out);
  if (!root) return std::nullopt;
  auto result = Reader(file, out).read(*root);
  return out.error_count() == before ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace alarum::engine
