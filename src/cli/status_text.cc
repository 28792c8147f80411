#include "cli/status_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/printable.h"
#include "cli/alert_table.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

// `3m ago`; `otherwise` where there is no such time.
std::string ago(const Json& of, const char* name, Time now, const std::string& otherwise) {
  const auto at = parse_rfc3339(of.value(name, ""));
  return at ? age_text(now - *at) + " ago" : otherwise;
}

std::string plural(std::uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Lines under one heading on the left, those after the first below it.
void add_part(std::string& out, const std::string& name, const std::string& lines) {
  bool first = true;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    out += fmt::format("{:<10}{}\n", first ? name : "", lines.substr(at, end - at));
    first = false;
    at = end + 1;
  }
}

std::string config_part(const Json& config, Time now) {
  const auto file = config.value("file", "");
  auto out = fmt::format("{}, in force since {} ({})\n",
                         file.empty() ? "none: the defaults" : printable_line(file),
                         config.value("last_reload_success", "").substr(0, 19) + "Z",
                         ago(config, "last_reload_success", now, "?"));
  if (!config.value("last_reload_successful", true))
    out += "the last reload was REFUSED, nothing of it was taken:\n" +
           config.value("last_reload_fault", "") + "\n";
  for (const auto& key : config.value("needs_restart", Json::array()))
    out += "waits for a restart: " + printable_line(key.get<std::string>()) + "\n";
  return out;
}

constexpr auto kUntried = "untried";  // nothing was sent since the start

// What is wrong with a target, `untried`, or `ok`.
std::string state_of_target(const Json& one) {
  if (one.value("circuit", "") == "open") return "CIRCUIT OPEN";
  const auto failed = parse_rfc3339(one.value("last_failure", ""));
  const auto worked = parse_rfc3339(one.value("last_success", ""));
  if (failed && (!worked || *worked < *failed)) return "FAILING";
  return worked ? "ok" : kUntried;
}

// What people may wait for in vain, or not know of.
std::string silence_part(const StatusAnswers& answers, Time now) {
  std::string out;
  const auto& alerts = answers.alerts.is_null() ? Json::object() : answers.alerts;
  if (const auto count = alerts.value("no_integration", std::uint64_t{0}))
    out += fmt::format(
        "warning {} firing and nobody is notified, the receiver has no integration: "
        "alarum alerts\n",
        plural(count, "alert"));
  if (!answers.rejected.is_array() || answers.rejected.empty()) return out;
  const auto& newest = answers.rejected.back();
  const auto at = parse_rfc3339(newest.value("time", ""));
  if (at && now - *at < std::chrono::hours(1))
    out += fmt::format("warning what came {} was refused, {}: alarum rejected\n",
                       ago(newest, "time", now, ""), printable_line(newest.value("message", "")));
  return out;
}

std::string alerts_part(const Json& alerts) {
  const auto of = [&](const char* name) { return alerts.value(name, std::uint64_t{0}); };
  auto out = fmt::format("{} firing", of("firing"));
  std::string more;
  const auto severities = alerts.value("by_severity", Json::object());
  for (const auto& [severity, count] : severities.items())
    more = fmt::format("{} {}{}{}", count.get<std::uint64_t>(), severity, more.empty() ? "" : ", ",
                       more);
  if (!more.empty()) out += ": " + more;
  for (const auto& [name, word] :
       {std::pair("acknowledged", "acknowledged"), std::pair("silenced", "silenced"),
        std::pair("inhibited", "inhibited"), std::pair("muted", "muted"),
        std::pair("no_integration", "without an integration to notify anybody")}) {
    if (of(name) > 0) out += fmt::format("; {} {}", of(name), word);
  }
  return out + "\n";
}

std::string health_part(const Json& checks, const Json& targets, const std::string& silence) {
  std::string out = silence;
  for (const auto& one : checks)
    out += fmt::format("{} {}: {}\n", one.value("state", "") == "failed" ? "FAILED" : "warning",
                       one.value("name", ""), printable_line(one.value("detail", "")));
  for (const auto& one : targets) {
    if (const auto state = state_of_target(one); state != "ok" && state != kUntried)
      out += fmt::format("warning {}: {}, notifications do not arrive\n",
                         printable_line(one.value("target", "")), state);
  }
  return out.empty() ? "everything works\n" : out;
}

Row heard_row(const Json& one, const char* name, Time now) {
  Row row{printable_line(one.value(name, "")), "heard " + ago(one, "last_heard", now, "never"),
          fmt::format("{} accepted", one.value("accepted", std::uint64_t{0})),
          fmt::format("{} duplicate", one.value("duplicate", std::uint64_t{0})),
          fmt::format("{} rejected", one.value("rejected", std::uint64_t{0}))};
  if (const auto gaps = one.value("gaps", std::uint64_t{0})) row.push_back(plural(gaps, "gap"));
  return row;
}

std::string heard_part(const Json& list, const char* name, Time now) {
  std::vector<Row> rows;
  for (const auto& one : list) rows.push_back(heard_row(one, name, now));
  return columns_text(rows);
}

Row target_row(const Json& one, Time now) {
  const auto failed = parse_rfc3339(one.value("last_failure", ""));
  Row row{printable_line(one.value("target", "")), state_of_target(one),
          plural(one.value("waiting", std::uint64_t{0}), "notification") + " waiting",
          "last success " + ago(one, "last_success", now, "never")};
  if (!failed) return row;
  const auto answer = one.value("answer", "");
  row.push_back(printable_line(
      fmt::format("last failure {}: {}{}", ago(one, "last_failure", now, ""),
                  one.value("detail", ""), answer.empty() ? "" : " \"" + answer + "\"")));
  return row;
}

std::string journal_part(const Json& status) {
  const auto& journal = status.at("journal");
  const auto& disk = status.at("disk");
  auto out = fmt::format("{} in {}, {} records", size_text(journal.value("bytes", 0.0)),
                         plural(journal.value("segments", std::uint64_t{0}), "segment"),
                         journal.value("end_offset", std::uint64_t{0}));
  if (disk.at("free").is_number())
    out += fmt::format("; {}: {} free of {}", printable_line(disk.value("folder", "")),
                       size_text(disk.value("free", 0.0)), size_text(disk.value("size", 0.0)));
  const auto behind = journal.value("end_offset", std::uint64_t{0}) -
                      std::min(journal.value("end_offset", std::uint64_t{0}),
                               status.at("engine").value("processed", std::uint64_t{0}));
  return out + (behind == 0 ? "; all processed" : fmt::format("; {} not processed yet", behind)) +
         "\n";
}

std::string ledger_part(const Json& ledger) {
  if (ledger.is_null()) return "not counted yet\n";
  if (ledger.value("balanced", false))
    return fmt::format("balances (counted about each minute: {} accepted, {} processed then)\n",
                       ledger.value("accepted", std::uint64_t{0}),
                       ledger.value("processed", std::uint64_t{0}));
  std::string out = "does NOT balance:\n";
  for (const auto& fault : ledger.at("faults")) out += fault.get<std::string>() + "\n";
  return out;
}

// `, linkDown bms-17, id a1`: what a body says that it is about, as far as it can be read.
std::string named_in(const std::string& body) {
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  auto out = text("type").empty() ? text("detail-type") : text("type");
  for (const auto& more : {text("subject"), text("id").empty() ? "" : "id " + text("id")})
    if (!more.empty()) out += (out.empty() ? "" : " ") + more;
  return out.empty() ? out : ", " + out;
}

}  // namespace

std::string size_text(double bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

nlohmann::ordered_json health_of(const std::string& page) {
  using Json = nlohmann::ordered_json;
  Json out{{"ready", page.ends_with("\nready\n") || page == "ready\n"}, {"checks", Json::array()}};
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const bool failed = line.starts_with("[-]");
    if (!failed && !line.starts_with("[!]")) continue;
    // `[-]open files failed: few_open_files: what to do`
    const std::string state = failed ? "failed" : "warning";
    const auto name = line.find(' ' + state + ": ");
    const auto colon = name == std::string::npos ? name : name + 1 + state.size(),
               second = name == std::string::npos ? name : line.find(": ", colon + 2);
    if (second == std::string::npos) continue;
    out["checks"].push_back({{"name", line.substr(3, name - 3)},
                             {"state", state},
                             {"reason", line.substr(colon + 2, second - colon - 2)},
                             {"detail", line.substr(second + 2)}});
  }
  return out;
}

std::string health_text(const nlohmann::ordered_json& health) {
  std::string out;
  for (const auto& one : health.at("checks"))
    out +=
        printable_line(fmt::format("{} {}: {}: {}", one.value("state", ""), one.value("name", ""),
                                   one.value("reason", ""), one.value("detail", ""))) +
        '\n';
  return out + (health.value("ready", false) ? "ready\n" : "not ready\n");
}

std::string targets_text(const Json& targets, Time now) {
  if (targets.is_null()) return "delivery does not answer\n";
  std::vector<Row> rows;
  for (const auto& one : targets) rows.push_back(target_row(one, now));
  return rows.empty() ? "no receivers\n" : columns_text(rows);
}

std::string status_text(const StatusAnswers& answers, const std::string& url, Time now) {
  const auto& status = answers.status;
  const auto uptime = std::chrono::seconds(status.value("uptime_seconds", std::int64_t{0}));
  auto out =
      fmt::format("alarum {} at {}, up {}\n", status.value("version", ""), url, age_text(uptime));
  add_part(out, "health",
           health_part(status.at("checks"), status.at("targets"), silence_part(answers, now)));
  add_part(out, "config", config_part(status.at("config"), now));
  add_part(
      out, "rules",
      fmt::format("{}, generation {}\n", plural(status.value("rules", std::uint64_t{0}), "rule"),
                  status.value("generation", "").substr(0, 16)));
  add_part(out, "alerts",
           answers.alerts.is_null() ? "the engine does not answer\n" : alerts_part(answers.alerts));
  const auto formats = heard_part(status.at("formats"), "format", now);
  add_part(out, "events", formats.empty() ? "none since the start\n" : formats);
  add_part(out, "sources", heard_part(status.at("sources"), "source", now));
  add_part(out, "targets", targets_text(status.at("targets"), now));
  add_part(out, "journal", journal_part(status));
  add_part(out, "ledger", ledger_part(status.at("ledger")));
  return out;
}

std::string rejected_text(const Json& entries, bool bodies) {
  std::string out;
  for (const auto& one : entries) {
    out += printable_line(fmt::format("{} {} from {}{}: {} ({})", one.value("time", ""),
                                      one.value("format", ""), one.value("sender", ""),
                                      named_in(one.value("body", "")), one.value("message", ""),
                                      one.value("reason", ""))) +
           "\n";
    if (bodies) out += "    " + printable_line(one.value("body", "")) + "\n";
  }
  return out;
}

}  // namespace alarum::cli
