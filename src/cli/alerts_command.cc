#include "cli/alerts_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/http_client.h"
#include "cli/silence_command.h"

namespace alarum::cli {
namespace {

// The summary; of an alert without one, the labels that tell it from others.
std::string shown(const nlohmann::json& alert, const std::string& summary) {
  if (!summary.empty()) return summary;
  std::string out;
  for (const auto& [name, value] : alert.at("labels").items()) {
    if (name != "alertname" && name != "severity")
      out += (out.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  }
  return out;
}

// ` [acknowledged by anna: looking into it]`
std::string care(const nlohmann::json& alert) {
  const auto said = alert.find("acknowledged");
  if (said == alert.end()) return {};
  const auto comment = said->value("comment", ""), until = said->value("until", "");
  return " [acknowledged by " + said->value("by", "") +
         (until.empty() ? "" : " until " + until.substr(0, 19) + "Z") +
         (comment.empty() ? "" : ": " + comment) + "]";
}

void print_table(const nlohmann::json& alerts, std::ostream& out) {
  constexpr auto kRow = "{:<9} {:<8} {:<24} {:<20} {:>5}  {}\n";
  out << fmt::format(kRow, "STATE", "SEVERITY", "ALERT", "SINCE", "COUNT", "SUMMARY");
  for (const auto& alert : alerts) {
    const auto& labels = alert.at("labels");
    const auto ended = alert.value("reason", "");
    const auto reason = alert.value("late", false) ? ended + ", late: nobody was notified" : ended;
    const auto state = alert.at("status").at("state").get<std::string>();
    const auto summary = alert.at("annotations").value("summary", "");
    out << fmt::format(
        kRow, state == "active" ? "firing" : state, printable_line(labels.value("severity", "")),
        printable_line(labels.value("alertname", "")),
        alert.at("startsAt").get<std::string>().substr(0, 19) + "Z", alert.value("count", 1),
        printable_line(shown(alert, summary)) + (reason.empty() ? "" : " (" + reason + ")") +
            printable_line(care(alert)));
  }
}

}  // namespace

int alerts_command(const AlertsOptions& options, std::ostream& out, std::ostream& err) {
  const auto filters = filters_of(options.matchers);
  if (!filters) return err << "error: " << filters.error().message << "\n", 1;
  auto answer =
      HttpClient(options.url)
          .get("/api/v2/alerts?resolved=" + std::string(options.all ? "true" : "false") + *filters);
  if (!answer) {
    err << "error: " << answer.error().message << "\n";
    return 1;
  }
  const auto alerts = nlohmann::json::parse(answer->body, nullptr, false);
  if (answer->status != 200 || !alerts.is_array()) {
    err << "error: the bridge answered " << answer->status << ": " << answer->body << "\n";
    return 1;
  }
  if (options.json) {
    out << answer->body;
  } else if (alerts.empty()) {
    out << "no alerts\n";
  } else {
    print_table(alerts, out);
  }
  return 0;
}

}  // namespace alarum::cli
