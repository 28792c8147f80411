#include "cli/alert_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/printable.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kSeverities{"critical", "major", "minor", "warning", "info"};
constexpr std::size_t kShortId = 8;

std::string label(const Json& alert, const std::string& name) {
  const auto& labels = alert.at("labels");
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->get<std::string>();
}

std::size_t rank(const std::string& severity) {
  return static_cast<std::size_t>(std::ranges::find(kSeverities, severity) - kSeverities.begin());
}

std::string state(const Json& alert) {
  return alert.at("status").value("state", "");
}

bool is_firing(const Json& alert) {
  return state(alert) != "resolved";
}

std::string labels_but_name(const Json& alert) {
  std::string out;
  for (const auto& [name, value] : alert.at("labels").items()) {
    if (name != "alertname" && name != "severity")
      out += (out.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  }
  return out;
}

void add(std::string& out, const std::string& more) {
  out += (out.empty() ? "" : ", ") + more;
}

// `silenced by 5232abcd 9f01…`
std::string suppressed_by(const Json& status, const char* name, const char* word, bool wide) {
  const auto found = status.find(name);
  if (found == status.end() || found->empty()) return {};
  std::string out = word;
  for (const auto& one : *found) {
    const auto id = one.get<std::string>();
    const bool is_id = id.size() >= 16 && id.find_first_not_of("0123456789abcdef-") == id.npos;
    out += ' ' + (is_id && !wide ? id.substr(0, kShortId) : id);
  }
  return out;
}

std::string care(const Json& alert, const AlertTable& how) {
  const auto said = alert.find("acknowledged");
  if (said == alert.end()) return {};
  const auto comment = said->value("comment", "");
  auto out = "acknowledged by " + said->value("by", "");
  if (const auto until = parse_rfc3339(said->value("until", "")))
    out += how.wide ? " until " + said->value("until", "").substr(0, 19) + "Z"
                    : " for " + age_text(*until - how.now);
  return out + (comment.empty() ? "" : ": " + comment);
}

// Who takes care of it, what suppresses it, how it ended.
std::string notes(const Json& alert, const AlertTable& how) {
  std::string out = care(alert, how);
  const auto& status = alert.at("status");
  // The roll-up that it is part of inhibits it
  const bool part = alert.contains("absorbedBy") || alert.contains("waitingFor");
  for (const auto& [name, word] :
       {std::pair("silencedBy", "silenced by"), std::pair("inhibitedBy", "inhibited by"),
        std::pair("mutedBy", "muted by")}) {
    if (part && std::string_view(name) == "inhibitedBy") continue;
    if (const auto by = suppressed_by(status, name, word, how.wide); !by.empty()) add(out, by);
  }
  for (const auto& one : status.value("noIntegration", Json::array()))
    add(out, "not notified: receiver " + one.get<std::string>() + " has no integration");
  for (const auto& one : alert.value("absorbedBy", Json::array()))
    add(out, "part of " + one.value("rule", ""));
  for (const auto& one : alert.value("waitingFor", Json::array()))
    add(out, "waits for " + one.get<std::string>());
  if (const auto members = alert.value("membersCount", 0); members > 0)
    add(out, fmt::format("gathers {}", members));
  if (!is_firing(alert)) add(out, "resolved (" + alert.value("reason", "") + ")");
  if (alert.value("late", false)) add(out, "late: nobody was notified");
  return printable_line(out);
}

std::string age_of(const Json& alert, Time now) {
  const auto began = parse_rfc3339(alert.value("startsAt", ""));
  return began ? age_text(now - *began) : "?";
}

// The label by which alerts of one name differ, as a person would say it: `8 servers`.
std::string places(const std::vector<const Json*>& alerts) {
  for (const auto& name : {"server", "host", "node", "instance", "subject", "rack"}) {
    std::set<std::string> values;
    for (const auto* one : alerts) values.insert(label(*one, name));
    if (values.contains("")) continue;
    return fmt::format(" on {} {}{}", values.size(), name, values.size() == 1 ? "" : "s");
  }
  return {};
}

using Row = std::vector<std::string>;

Row row_of(const Json& alert, const AlertTable& how) {
  const auto id = alert.value("id", "");
  Row row{how.wide ? id : id.substr(0, kShortId),
          printable_line(label(alert, "severity")),
          printable_line(label(alert, "alertname")),
          age_of(alert, how.now),
          std::to_string(alert.value("count", std::uint64_t{1})),
          printable_line(labels_but_name(alert))};
  if (row.back().empty()) row.back() = printable_line(alert.at("annotations").value("summary", ""));
  if (how.wide) {
    row[3] = alert.value("startsAt", "").substr(0, 19) + "Z";
    row.push_back(printable_line(alert.at("annotations").value("summary", "")));
  }
  row.push_back(notes(alert, how));
  return row;
}

Row folded_row(const std::vector<const Json*>& alerts, const AlertTable& how) {
  std::uint64_t count = 0, suppressed = 0, acknowledged = 0;
  auto newest = Time::min();
  for (const auto* one : alerts) {
    count += one->value("count", std::uint64_t{1});
    suppressed += state(*one) == "suppressed";
    acknowledged += one->contains("acknowledged");
    if (const auto began = parse_rfc3339(one->value("startsAt", "")))
      newest = std::max(newest, *began);
  }
  std::string note;
  if (acknowledged > 0) add(note, fmt::format("{} acknowledged", acknowledged));
  if (suppressed > 0) add(note, fmt::format("{} suppressed", suppressed));
  const auto& first = *alerts.front();
  return {"…",
          printable_line(label(first, "severity")),
          printable_line(label(first, "alertname")),
          age_text(how.now - newest),
          std::to_string(count),
          printable_line(fmt::format("×{}{}", alerts.size(), places(alerts))),
          note};
}

// The rows, and which severity each is of.
std::vector<Row> rows_of(const Json& alerts, const AlertTable& how) {
  std::map<std::pair<std::string, std::string>, std::vector<const Json*>> by_name;
  for (const auto& one : alerts)
    if (is_firing(one)) by_name[{label(one, "severity"), label(one, "alertname")}].push_back(&one);
  const bool fold =
      how.fold && !how.wide && by_name.size() > 1 && alerts.size() >= AlertTable::kFoldFrom;
  std::vector<Row> rows;
  std::set<std::pair<std::string, std::string>> shown;
  for (const auto& one : alerts) {
    const std::pair name(label(one, "severity"), label(one, "alertname"));
    const auto found = by_name.find(name);
    const bool many = fold && is_firing(one) && found->second.size() > AlertTable::kFoldMore;
    if (!many) rows.push_back(row_of(one, how));
    if (many && shown.insert(name).second) rows.push_back(folded_row(found->second, how));
  }
  return rows;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// The first `most` characters; where more is left out, the last is `…`.
std::string cut(const std::string& text, std::size_t most) {
  if (most == 0 || columns(text) <= most) return text;
  std::size_t at = 0, seen = 0;
  for (; at < text.size(); ++at) {
    if ((text[at] & 0xC0) != 0x80 && seen++ == most - 1) break;
  }
  return text.substr(0, at) + "…";
}

const char* colour_of(const std::string& severity) {
  switch (rank(severity)) {
    case 0:
      return "\x1b[1;31m";  // bold red
    case 1:
      return "\x1b[31m";
    case 2:
    case 3:
      return "\x1b[33m";
    default:
      return "";
  }
}

}  // namespace

void sort_alerts(Json& alerts) {
  const auto key = [](const Json& one) {
    const auto began = parse_rfc3339(one.value("startsAt", ""));
    return std::tuple(!is_firing(one), rank(label(one, "severity")),
                      -(began ? began->time_since_epoch().count() : 0), label(one, "alertname"),
                      labels_but_name(one));
  };
  std::stable_sort(alerts.begin(), alerts.end(),
                   [&](const Json& a, const Json& b) { return key(a) < key(b); });
}

std::string age_text(Duration age) {
  using namespace std::chrono;
  const auto seconds = std::max<std::int64_t>(0, duration_cast<std::chrono::seconds>(age).count());
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  if (seconds < 48 * 3600)
    return seconds / 60 % 60 == 0 ? fmt::format("{}h", seconds / 3600)
                                  : fmt::format("{}h{}m", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{}d", seconds / 86400);
}

std::vector<std::string> texts_of(const model::Matchers& matchers) {
  std::vector<std::string> out;
  for (const auto& one : matchers) out.push_back(one.text());
  return out;
}

std::string head_line(const Json& alerts) {
  std::map<std::size_t, std::pair<std::string, std::size_t>> by_rank;
  std::size_t firing = 0, suppressed = 0, acknowledged = 0, ended = 0;
  for (const auto& one : alerts) {
    if (!is_firing(one)) {
      ++ended;
      continue;
    }
    ++firing;
    suppressed += state(one) == "suppressed";
    acknowledged += one.contains("acknowledged");
    const auto severity = label(one, "severity");
    const auto at = rank(severity);
    auto& [name, count] = by_rank[at];
    name = at < kSeverities.size() ? severity : "of another severity";
    ++count;
  }
  auto out = fmt::format("{} firing", firing);
  std::string severities, rest;
  for (const auto& [at, one] : by_rank)
    add(severities, fmt::format("{} {}", one.second, one.first));
  if (!severities.empty()) out += ": " + severities;
  if (suppressed > 0) add(rest, fmt::format("{} suppressed", suppressed));
  if (acknowledged > 0) add(rest, fmt::format("{} acknowledged", acknowledged));
  if (ended > 0) add(rest, fmt::format("{} resolved", ended));
  return out + (rest.empty() ? "" : "; " + rest);
}

std::string columns_text(const std::vector<Row>& rows, const std::vector<std::size_t>& right) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string space(widths[i] - columns(row[i]), ' ');
      const bool to_right = std::ranges::find(right, i) != right.end();
      line += (line.empty() ? "" : "  ") + (to_right ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string alerts_text(const Json& alerts, const AlertTable& how) {
  if (alerts.empty()) return "no alerts\n";
  auto rows = rows_of(alerts, how);
  std::vector<std::string> severities{""};
  for (const auto& row : rows) severities.push_back(row[1]);
  Row heading{"ID", "SEVERITY", "ALERT", how.wide ? "SINCE" : "AGE", "COUNT", "LABELS"};
  if (how.wide) heading.emplace_back("SUMMARY");
  heading.emplace_back("NOTES");
  const auto last = heading.size() - 1;
  if (std::ranges::all_of(rows, [&](const Row& row) { return row[last].empty(); }))
    heading[last].clear();
  const bool folded = std::ranges::any_of(rows, [](const Row& row) { return row[0] == "…"; });
  rows.insert(rows.begin(), std::move(heading));
  const auto text = columns_text(rows, {3, 4});
  std::string out = how.head ? head_line(alerts) + "\n" : "";
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const auto end = text.find('\n', at);
    const auto shown = cut(text.substr(at, end - at), how.width);
    const std::string colour =
        how.colour ? (line == 0 ? "\x1b[1m" : colour_of(severities[line])) : "";
    out += colour + shown + (colour.empty() ? "" : "\x1b[0m") + "\n";
    at = end + 1;
  }
  if (folded) out += "… many of one name: `alarum alerts NAME` or --each lists them\n";
  return out;
}

std::string simple_text(const Json& alerts) {
  std::string out;
  for (const auto& one : alerts) {
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", one.value("id", ""),
                       printable_line(label(one, "severity")),
                       state(one) == "active" ? "firing" : state(one),
                       printable_line(label(one, "alertname")), one.value("startsAt", ""),
                       one.value("count", std::uint64_t{1}), printable_line(labels_but_name(one)));
  }
  return out;
}

}  // namespace alarum::cli
