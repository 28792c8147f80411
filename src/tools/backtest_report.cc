#include "tools/backtest_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace alarum::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string name_of(const PastAlert& alert) {
  return alert.rule + '{' + alert.key + '}';
}

std::string end_of(const PastAlert& alert) {
  return alert.ends_at ? fmt::format("to {} ({})", format_rfc3339(*alert.ends_at),
                                     model::to_text(alert.reason))
                       : "still firing";
}

std::string line(const PastAlert& alert) {
  return fmt::format("{} {} {} {}", format_rfc3339(alert.starts_at), name_of(alert),
                     model::to_text(alert.severity), end_of(alert));
}

Json to_json(const PastAlert& alert) {
  return {{"rule", alert.rule},
          {"key", alert.key},
          {"severity", model::to_text(alert.severity)},
          {"starts_at", format_rfc3339(alert.starts_at)},
          {"ends_at", alert.ends_at ? Json(format_rfc3339(*alert.ends_at)) : Json(nullptr)},
          {"reason", model::to_text(alert.reason)},
          {"offset", alert.offset}};
}

template <class List, class Of>
Json list_of(const List& list, const Of& of, std::size_t most = SIZE_MAX) {
  auto out = Json::array();
  for (const auto& one : list) {
    if (out.size() == most) break;
    out.push_back(of(one));
  }
  return out;
}

std::string day_text(std::chrono::sys_days day) {
  return format_rfc3339(Time(day)).substr(0, 10);
}

Json to_json(const BacktestReport::Day& day) {
  return {{"day", day_text(day.day)},
          {"alerts_before", day.alerts_before},
          {"alerts_after", day.alerts_after},
          {"pages_before", day.pages_before},
          {"pages_after", day.pages_after}};
}

Json to_json(const BacktestReport::Side& side) {
  return {{"alerts", side.alerts},
          {"alerts_a_day", side.a_day},
          {"pages_a_night", side.pages_a_night},
          {"critical_a_night", side.critical_a_night},
          {"messages_a_night", side.messages_a_night}};
}

template <class List, class Line>
std::string lines_of(const List& list, const char* what, std::size_t most, const Line& line) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i) text += line(list[i]);
  if (list.size() > most) text += fmt::format("  … and {} more {}\n", list.size() - most, what);
  return text;
}

// `pages a night (24 h, to oncall/slack/0): 3.0 before, 1.0 after; critical …`
std::string night_text(const BacktestReport& report) {
  const auto& [before, after] = std::tie(report.old_rules, report.new_rules);
  if (report.person.empty()) return "pages a night: nobody is sent anything, before or after\n";
  if (report.is_short()) {
    return fmt::format(
        "pages (to {}): {:.0f} before, {:.0f} after; critical {:.0f} before, {:.0f} after; with "
        "ends and reminders {:.0f} before, {:.0f} after; in less than a day, not scaled up\n",
        report.person, before.pages_a_night, after.pages_a_night, before.critical_a_night,
        after.critical_a_night, before.messages_a_night, after.messages_a_night);
  }
  return fmt::format(
      "pages a night (24 h, to {}): {:.1f} before, {:.1f} after; critical {:.1f} before, {:.1f} "
      "after; with ends and reminders {:.1f} before, {:.1f} after\n",
      report.person, before.pages_a_night, after.pages_a_night, before.critical_a_night,
      after.critical_a_night, before.messages_a_night, after.messages_a_night);
}

}  // namespace

std::string backtest_text(const BacktestReport& report, std::size_t most) {
  const auto removed = [](const PastAlert& alert) { return "- " + line(alert) + '\n'; };
  const auto added = [](const PastAlert& alert) { return "+ " + line(alert) + '\n'; };
  const auto changed = [](const BacktestReport::Moved& moved) {
    return fmt::format("~ {}\n  {}\n", line(moved.before), line(moved.after));
  };
  auto text = lines_of(report.removed, "removed", most, removed) +
              lines_of(report.added, "added", most, added) +
              lines_of(report.moved, "moved", most, changed);
  text += fmt::format("{} to {}, {} events: {} added, {} removed, {} moved\n",
                      format_rfc3339(report.from), format_rfc3339(report.to), report.events,
                      report.added.size(), report.removed.size(), report.moved.size());
  text +=
      fmt::format("alerts: {} before, {} after", report.old_rules.alerts, report.new_rules.alerts);
  if (!report.is_short()) {
    text += fmt::format("; a day: {:.1f} before, {:.1f} after", report.old_rules.a_day,
                        report.new_rules.a_day);
  }
  text += '\n';
  text += night_text(report);
  for (const auto& noisy : report.noisiest) {
    text += fmt::format("{:>8} × {}{{{}}}{}\n", noisy.after, noisy.rule, noisy.key,
                        noisy.before == noisy.after ? "" : fmt::format(" (was {})", noisy.before));
  }
  return text;
}

std::string backtest_json(const BacktestReport& report, bool partial, std::size_t most) {
  const auto alert = [](const PastAlert& one) { return to_json(one); };
  const auto day = [](const BacktestReport::Day& one) { return to_json(one); };
  const Json counts{{"added", report.added.size()},
                    {"removed", report.removed.size()},
                    {"moved", report.moved.size()}};
  const Json json{
      {"from", format_rfc3339(report.from)},
      {"to", format_rfc3339(report.to)},
      {"events", report.events},
      {"partial", partial},
      {"person", report.person},
      {"before", to_json(report.old_rules)},
      {"after", to_json(report.new_rules)},
      {"counts", counts},
      {"added", list_of(report.added, alert, most)},
      {"removed", list_of(report.removed, alert, most)},
      {"moved",
       list_of(
           report.moved,
           [&](const auto& moved) {
             return Json{{"before", to_json(moved.before)}, {"after", to_json(moved.after)}};
           },
           most)},
      {"noisiest", list_of(report.noisiest,
                           [](const auto& noisy) {
                             return Json{{"rule", noisy.rule},
                                         {"key", noisy.key},
                                         {"before", noisy.before},
                                         {"after", noisy.after}};
                           })},
      {"days", list_of(report.days, day)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace alarum::tools
