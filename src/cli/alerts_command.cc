#include "cli/alerts_command.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/printable.h"
#include "cli/alert_table.h"
#include "cli/api_client.h"
#include "cli/selection.h"
#include "cli/terminal.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kWatch{2};

Time wall_now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

// Those that are chosen; of ids also when they have ended.
std::optional<Json> wanted(const Selection& selection, bool all, ApiClient& client) {
  const std::string resolved = all || !selection.ids.empty() ? "true" : "false";
  const auto query = "/api/v2/alerts?resolved=" + resolved + filters_of(selection.matchers);
  if (selection.ids.empty()) return client.get(query);
  auto found = Json::array();
  for (const auto& id : selection.ids) {
    const auto some = client.get(query + "&id=" + id);
    if (!some) return std::nullopt;
    for (const auto& one : *some) found.push_back(one);
  }
  return found;
}

std::string text_of(Json alerts, const AlertsOptions& options) {
  if (options.output == "json")
    return printable(alerts.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
  sort_alerts(alerts);
  if (options.output == "simple") return simple_text(alerts);
  AlertTable how;
  how.now = wall_now();
  how.colour = wants_colour(options.terminal);
  how.head = options.terminal && !alerts.empty();
  how.wide = options.output == "wide";
  how.fold = !options.each;
  how.width = options.terminal ? terminal_width() : 0;
  return alerts_text(alerts, how);
}

}  // namespace

int alerts_command(const AlertsOptions& options, std::ostream& out, std::ostream& err) {
  const auto selection = selection_of(options.words);
  if (!selection) return err << "error: " << selection.error().message << "\n", 1;
  ApiClient client(options.url, err);
  for (;;) {
    const auto alerts = wanted(*selection, options.all, client);
    if (!alerts && !options.watch) return 1;
    if (options.watch && options.terminal) out << "\x1b[H\x1b[2J\x1b[3J";
    if (alerts) out << text_of(*alerts, options);
    if (!options.watch) return 0;
    out << std::flush;
    std::this_thread::sleep_for(kWatch);
  }
}

}  // namespace alarum::cli
