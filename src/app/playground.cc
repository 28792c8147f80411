#include "app/playground.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "api/responses.h"
#include "app/test_files.h"
#include "base/json.h"
#include "engine/guarded.h"
#include "model/flat_event.h"
#include "tools/explain.h"
#include "tools/native_events.h"
#include "tools/story.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;
using Generation = std::shared_ptr<const match::Generation>;
using Stopped = std::function<bool()>;

struct Pasted {
  std::optional<std::string> event;
  std::string format;
  TriedRules tried;
  bool tests = false;
};

Result<Pasted> read_pasted(const std::string& body) {
  const auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail("bad_request", "the body is not JSON");
  const auto known =
      only_members(json, {"event", "format", "rules", "tables", "inventory", "complete", "tests"});
  if (!known) return std::unexpected(known.error());
  for (const auto* name : {"event", "format"})
    if (json.contains(name) && !json[name].is_string())
      return fail("bad_request", fmt::format("\"{}\" must be a text", name));
  if (json.contains("tests") && !json["tests"].is_boolean())
    return fail("bad_request", "\"tests\" must be true or false");
  auto tried = read_tried_rules(json);
  if (!tried) return std::unexpected(tried.error());
  Pasted out;
  if (json.contains("event")) out.event = json["event"].get<std::string>();
  out.format = json.value("format", "");
  out.tried = std::move(*tried);
  out.tests = json.value("tests", false);
  return out;
}

Json fields_of(const model::Event& event) {
  const auto flat = model::FlatEvent::of(event);
  auto fields = Json::object();
  for (const auto& leaf : flat.under("")) {
    const std::string text(leaf.text);
    fields[std::string(leaf.path)].push_back(leaf.kind == model::LeafKind::string ? json_quote(text)
                                                                                  : text);
  }
  return fields;
}

Json event_json(const model::Event& event, const Generation& rules) {
  Json out{{"text", tools::event_text(event)},
           {"id", event.id()},
           {"source", event.source()},
           {"type", event.type()},
           {"subject", event.subject()}};
  if (event.time()) out["time"] = format_rfc3339(*event.time());
  if (event.status() != model::Status::none) out["status"] = model::to_text(event.status());
  if (event.severity() != model::Severity::none) out["severity"] = model::to_text(event.severity());
  out["fields"] = fields_of(event);
  if (!rules) return out;
  const auto verdicts = tools::judge(rules->rules(), event);
  out["rules"] = Json::parse(tools::verdicts_json(rules->rules(), verdicts, false));
  out["other_rules"] = verdicts.size() - out["rules"].size();
  return out;
}

// The events of the body, each with what the rules make of it.
void add_events(const std::vector<ingest::Decoded>& decoded, const Generation& rules,
                const Stopped& stopped, Json& out) {
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    if (out["events"].size() == Playground::kMostEvents || stopped())
      ++left_out;
    else if (decoded[i])
      out["events"].push_back(event_json(*decoded[i], rules));
    else
      out["rejected"].push_back({{"index", i},
                                 {"error", decoded[i].error().reason},
                                 {"message", decoded[i].error().message}});
  }
  out["events_left_out"] = left_out;
}

// The test files beside those tried rule files that are in force. What cannot be read has none.
std::vector<std::string> tests_of(const TriedRules& tried, const rules::RuleSet& in_force) {
  std::set<std::string> out;
  const auto sources = rules::unpack(in_force.text);
  const auto is_known = [&](const std::string& name) {
    return sources && std::ranges::any_of(sources->files, [&](const auto& one) {
             return is_same_name(one.path, name);
           });
  };
  for (const auto& file : tried.files) {
    if (!is_known(file.path)) continue;
    try {
      for (auto& test : tests_beside(file.path)) out.insert(std::move(test));
    } catch (const std::filesystem::filesystem_error&) {
      continue;
    }
  }
  return {out.begin(), out.end()};
}

void add_tests(const TriedRules& tried, const rules::RuleSet& in_force, const Stopped& stopped,
               Json& out) {
  Diagnostics faults;
  const auto files = load_tests(tests_of(tried, in_force), faults, {}, tried.files);
  std::size_t left_out = 0;
  for (const auto& file : files) {
    if (!file.generation) {
      out["tests"].push_back({{"file", file.path},
                              {"line", 0},
                              {"name", "the file"},
                              {"passed", false},
                              {"difference", file.faults}});
      continue;
    }
    for (const auto& test : file.file.tests) {
      if (stopped() && ++left_out > 0) continue;
      const auto result = run_test(file, test, file.generation, stopped);
      out["tests"].push_back({{"file", file.path},
                              {"line", result.place.line},
                              {"name", result.name},
                              {"passed", result.passed},
                              {"difference", result.difference}});
    }
  }
  out["tests_left_out"] = left_out;
}

http::Response refused(const Error& error, unsigned status = 400) {
  return http::error_response(status, error.reason, error.message);
}

}  // namespace

void Playground::answer(std::string body, const api::RuleTrials::Done& done) {
  if (busy_.exchange(true)) {
    auto response = http::error_response(
        429, "busy", "the playground is in use by somebody else: ask again in a moment");
    response.headers.emplace_back("Retry-After", "1");
    return done.complete(std::move(response));
  }
  const bool taken = thread_.start([this, body = std::move(body), done] {
    http::Response response;
    const auto played = engine::caught([&]() -> Result<void> {
      response = play(body);
      return {};
    });
    if (!played) response = refused(played.error(), 500);
    busy_ = false;
    done.complete(std::move(response));
  });
  if (!taken) done.complete(http::error_response(503, "stopping", "the daemon is stopping"));
}

http::Response Playground::play(const std::string& body) {
  const auto end = parts_.clock.monotonic() + kTime;
  const Stopped stopped = [this, end] {
    return thread_.stopping() || parts_.clock.monotonic() > end;
  };
  const auto pasted = read_pasted(body);
  if (!pasted) return refused(pasted.error());
  Json out{{"format", nullptr},
           {"compiled", true},
           {"faults", Json::array()},
           {"events", Json::array()},
           {"rejected", Json::array()}};
  auto rules = parts_.in_force();
  const auto& tried = pasted->tried;
  if (!tried.files.empty() || !tried.tables.empty() || tried.inventory || tried.complete) {
    Diagnostics faults;
    auto compiled = compile_tried(tried, rules->rules(), parts_.journal, faults);
    if (!compiled) return refused(compiled.error(), 500);
    rules = std::move(*compiled);
    out["compiled"] = rules != nullptr;
    out["faults"] = Json::parse(faults.json());
  }
  if (pasted->event) {
    tools::NativeBody native;
    native.format = pasted->format;
    native.text = *pasted->event;
    native.now = parts_.clock.wall();
    native.sender = "playground";
    if (auto pushes = pushes_()) native.pushes = std::move(pushes);
    if (native.format.empty()) native.format = tools::guess_format(native.text);
    const auto decoded = tools::decode_native(native);
    if (!decoded) return refused(decoded.error());
    out["format"] = native.format;
    add_events(*decoded, rules, stopped, out);
  }
  if (pasted->tests) {
    out["tests"] = Json::array();
    if (rules) add_tests(tried, parts_.in_force()->rules(), stopped, out);
  }
  return api::json(out.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
}

}  // namespace alarum::app
