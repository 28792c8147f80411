#include "api/config_text.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "alert/route_tree.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Range = config::TimeInterval::Range;

constexpr std::array<const char*, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday"};

Json texts(const model::Matchers& matchers) {
  auto list = Json::array();
  for (const auto& matcher : matchers) list.push_back(matcher.text());
  return list;
}

template <class Word>
Json ranges(const std::vector<Range>& all, const Word& word) {
  auto list = Json::array();
  for (const auto& range : all)
    list.push_back(range.begin == range.end ? word(range.begin)
                                            : word(range.begin) + ':' + word(range.end));
  return list;
}

std::string clock(int minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

Json to_json(const config::TimeInterval& interval) {
  const auto number = [](int value) { return std::to_string(value); };
  Json json = Json::object();
  for (const auto& range : interval.minutes)
    json["times"].push_back({{"start_time", clock(range.begin)}, {"end_time", clock(range.end)}});
  if (!interval.weekdays.empty())
    json["weekdays"] = ranges(interval.weekdays, [](int day) {
      return std::string(kDays[static_cast<std::size_t>(day)]);
    });
  if (!interval.days_of_month.empty())
    json["days_of_month"] = ranges(interval.days_of_month, number);
  if (!interval.months.empty()) json["months"] = ranges(interval.months, number);
  if (!interval.years.empty()) json["years"] = ranges(interval.years, number);
  if (interval.location != "UTC")
    json["location"] = interval.location == "localtime" ? "Local" : interval.location;
  return json;
}

// With all that a node inherits: our defaults are not Alertmanager's.
Json to_json(const alert::RouteTree& tree, std::size_t index) {
  const auto& node = tree.node(index);
  Json json{{"receiver", node.receiver},
            {"group_by", node.each_alone ? std::vector<std::string>{"..."} : node.group_by}};
  if (!node.matchers.empty()) json["matchers"] = texts(node.matchers);
  json["group_wait"] = format_duration(node.wait);
  // Alertmanager has no interval of nothing.
  json["group_interval"] =
      format_duration(std::max<Duration>(node.interval, std::chrono::milliseconds(1)));
  json["repeat_interval"] = format_duration(node.repeat);
  if (node.goes_on) json["continue"] = true;
  if (!node.mute.empty()) json["mute_time_intervals"] = node.mute;
  if (!node.active.empty()) json["active_time_intervals"] = node.active;
  for (const auto child : node.children) json["routes"].push_back(to_json(tree, child));
  return json;
}

// amtool wants each receiver that a route has.
bool logs_any(const alert::RouteTree& tree) {
  for (std::size_t i = 0; i < tree.size(); ++i)
    if (tree.node(i).log_only) return true;
  return false;
}

}  // namespace

std::string config_text(const config::Routing& routing, const std::vector<std::string>& receivers) {
  const alert::RouteTree tree(routing.root);
  Json json{{"route", to_json(tree, 0)}, {"receivers", Json::array()}};
  for (const auto& name : receivers) json["receivers"].push_back({{"name", name}});
  if (logs_any(tree)) json["receivers"].push_back({{"name", alert::kLogOnly}});
  for (const auto& rule : routing.inhibit_rules) {
    json["inhibit_rules"].push_back({{"source_matchers", texts(rule.source)},
                                     {"target_matchers", texts(rule.target)},
                                     {"equal", rule.equal}});
  }
  for (const auto& named : routing.intervals) {
    auto list = Json::array();
    for (const auto& interval : named.intervals) list.push_back(to_json(interval));
    json["time_intervals"].push_back({{"name", named.name}, {"time_intervals", std::move(list)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace alarum::api
