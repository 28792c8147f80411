#include "cli/alerts_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/http_client.h"

namespace alarum::cli {
namespace {

void print_table(const nlohmann::json& alerts, std::ostream& out) {
  constexpr auto kRow = "{:<9} {:<8} {:<24} {:<20} {:>5}  {}\n";
  out << fmt::format(kRow, "STATE", "SEVERITY", "ALERT", "SINCE", "COUNT", "SUMMARY");
  for (const auto& alert : alerts) {
    const auto& labels = alert.at("labels");
    const auto reason = alert.value("reason", "");
    const auto state = alert.at("status").at("state").get<std::string>();
    const auto summary = alert.at("annotations").value("summary", "");
    out << fmt::format(kRow, state == "active" ? "firing" : state, labels.value("severity", ""),
                       labels.value("alertname", ""), alert.at("startsAt").get<std::string>().substr(0, 19) + "Z",
                       alert.value("count", 1), summary + (reason.empty() ? "" : " (" + reason + ")"));
  }
}

}  // namespace

int alerts_command(const AlertsOptions& options, std::ostream& out, std::ostream& err) {
  auto answer = HttpClient(options.url).get(options.all ? "/api/v2/alerts?resolved=true" : "/api/v2/alerts");
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
