#include "cli/explain_command.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/json.h"
#include "base/percent.h"
#include "base/printable.h"
#include "cli/api_client.h"
#include "cli/data_folder.h"
#include "model/flat_event.h"
#include "receivers/list.h"
#include "tools/explain.h"
#include "tools/native_events.h"
#include "tools/story.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kRefusedHint =
    "an event that was refused is not in the journal: alarum rejected lists the newest with the "
    "reason\n";

std::optional<std::string> text_of_file(const std::string& path, std::istream& in,
                                        std::ostream& err) {
  std::ostringstream text;
  if (path.empty() || path == "-") {
    text << in.rdbuf();
    return text.str();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse({"not_found", path + " cannot be read"}, err), std::nullopt;
  text << file.rdbuf();
  return text.str();
}

// The events of what a sender posts. nullopt: it was said what is wrong.
std::optional<std::vector<model::Event>> posted_events(const ExplainOptions& options,
                                                       std::istream& in, std::ostream& err) {
  tools::NativeBody body;
  body.format = options.format;
  body.now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  auto text = text_of_file(options.event, in, err);
  if (!text) return std::nullopt;
  body.text = std::move(*text);
  if (!options.config.empty()) {
    Diagnostics faults;
    const auto config = config::read_file(options.config, receivers::kinds(), faults);
    err << faults.text();
    if (!config) return std::nullopt;
    body.pushes = config->pushes;
  }
  auto decoded = tools::decode_native(body);
  if (!decoded) return refuse(decoded.error(), err), std::nullopt;
  std::vector<model::Event> out;
  for (std::size_t i = 0; i < decoded->size(); ++i) {
    auto& one = (*decoded)[i];
    if (one)
      out.push_back(std::move(*one));
    else
      err << fmt::format("error: item {}: {} ({})\n", i, one.error().message, one.error().reason);
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

int explain_pasted(const ExplainOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err) {
  const auto events = posted_events(options, in, err);
  if (!events) return 1;
  Diagnostics faults;
  auto sources = rules::read_sources(options.rules, faults, options.inventory);
  if (!options.inventory.empty()) rules::expect_inventory(sources, options.inventory, faults);
  const auto rules = rules::compile(rules::with_unknown_fault(std::move(sources)), faults);
  err << faults.text();
  if (!rules || !faults.ok()) return 1;
  for (const auto& event : *events) {
    const auto verdicts = tools::judge(*rules, event);
    if (options.json)
      out << tools::verdicts_json(*rules, verdicts) << '\n';
    else
      out << tools::event_text(event) << '\n'
          << tools::verdicts_text(*rules, verdicts, options.all);
  }
  return 0;
}

int explain_by_daemon(const ExplainOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto story = client.get_text(
      "/api/v1/explain?id=" + percent_encode(options.id) + (options.all ? "&all=true" : ""),
      options.json ? "application/json" : "text/plain");
  if (!story) {
    err << kRefusedHint;
    return 1;
  }
  out << *story;
  return 0;
}

std::string value_text(const model::Leaf& leaf) {
  return leaf.kind == model::LeafKind::string ? json_quote(std::string(leaf.text))
                                              : std::string(leaf.text);
}

}  // namespace

int explain_command(const ExplainOptions& options, std::istream& in, std::ostream& out,
                    std::ostream& err) {
  if (!options.event.empty()) return explain_pasted(options, in, out, err);
  if (asks_daemon(options.url, !options.data.empty() || !options.config.empty(), client_world()))
    return explain_by_daemon(options, out, err);
  Diagnostics faults;
  const auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  if (!folder) return 1;
  const tools::StorySources past{*folder->journal, folder->generations(), folder->hashes(),
                                 folder->path + "/book.sqlite",
                                 tools::silences_in(*folder->journal)};
  const auto story = tools::story_of(past, options.id, options.all);
  if (!story) {
    refuse(story.error(), err);
    if (story.error().reason == "not_found") err << kRefusedHint;
    return 1;
  }
  out << (options.json ? story->json : story->text);
  return 0;
}

int fields_command(const ExplainOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err) {
  const auto events = posted_events(options, in, err);
  if (!events) return 1;
  auto json = Json::array();
  for (const auto& event : *events) {
    const auto flat = model::FlatEvent::of(event);
    auto fields = Json::object();
    if (!options.json) out << printable_line(tools::event_text(event)) << '\n';
    for (const auto& leaf : flat.under("")) {
      fields[std::string(leaf.path)].push_back(value_text(leaf));
      if (!options.json)
        out << "  " << printable_line(fmt::format("{}: {}", leaf.path, value_text(leaf))) << '\n';
    }
    json.push_back(std::move(fields));
  }
  if (options.json) out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return 0;
}

}  // namespace alarum::cli
