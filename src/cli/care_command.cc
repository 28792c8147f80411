#include "cli/care_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "cli/alert_table.h"
#include "cli/api_client.h"
#include "cli/selection.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

// What is done to each alert, in the words that people read.
struct CareVerb {
  const char* word;     ///< `acknowledge`
  const char* path;     ///< below the alert's
  std::string outcome;  ///< ` is acknowledged for 4h`
};

std::string list_text(const Json& alerts) {
  AlertTable how;
  how.now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  how.fold = false;
  return alerts_text(alerts, how);
}

int care_for(const CareOptions& options, const CareVerb& verb, std::ostream& out,
             std::ostream& err) {
  const auto selection = selection_of(options.words);
  if (!selection) return err << "error: " << selection.error().message << "\n", 1;
  ApiClient client(options.url, err);
  auto alerts = chosen_alerts(*selection, client, err);
  if (!alerts) return 1;
  const auto number = alerts->size() == 1 ? std::string("this alert")
                                          : fmt::format("these {} alerts", alerts->size());
  if (options.dry_run) {
    if (options.json) return out << alerts->dump(2) << "\n", 0;
    out << list_text(*alerts) << "would " << verb.word << ' ' << number << "; nothing was done\n";
    return 0;
  }
  if (alerts->size() > 1) {
    err << list_text(*alerts);
    if (!agreed(options.consent, fmt::format("{} {}?", verb.word, number), err)) return 1;
  }
  Json body{{"by", options.author}, {"comment", options.comment}};
  if (options.duration) body["for"] = format_duration(*options.duration);
  bool all = true;
  for (auto& alert : *alerts) {
    const auto id = alert.value("id", "");
    const bool done =
        client.post("/api/v1/alerts/" + percent_encode(id) + verb.path, body).has_value();
    all = all && done;
    alert["outcome"] = done ? verb.outcome.substr(1) : "refused";
    if (done && !options.json) out << id << verb.outcome << "\n";
  }
  if (options.json) out << alerts->dump(2) << "\n";
  return all ? 0 : 1;
}

}  // namespace

int ack_command(const CareOptions& options, std::ostream& out, std::ostream& err) {
  const auto end =
      options.duration ? "for " + format_duration(*options.duration) : std::string("until it ends");
  return care_for(options, {"acknowledge", "/acknowledge", " is acknowledged " + end}, out, err);
}

int unack_command(const CareOptions& options, std::ostream& out, std::ostream& err) {
  return care_for(
      options,
      {"unacknowledge", "/unacknowledge", " is not acknowledged any more: reminders of it resume"},
      out, err);
}

int resolve_command(const CareOptions& options, std::ostream& out, std::ostream& err) {
  return care_for(options, {"resolve", "/resolve", " has ended"}, out, err);
}

}  // namespace alarum::cli
