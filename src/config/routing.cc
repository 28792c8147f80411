#include "config/routing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/deprecation.h"
#include "base/fields.h"
#include "config/routing_check.h"
#include "model/matcher_check.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using namespace std::chrono_literals;

const KeySet kRouteKeys{
    {"receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "routes",
     "matchers", "match", "match_re", "continue", "mute_time_intervals", "active_time_intervals",
     "new_alert_wait", "news_wait", "log_only"},
    {}};
const KeySet kInhibitKeys{{"source_matchers", "source_match", "source_match_re", "target_matchers",
                           "target_match", "target_match_re", "equal"},
                          {"name", "sources"}};

void add(model::Matchers& to, Result<model::Matcher> matcher, const Node& node, const char* key,
         Diagnostics& out) {
  if (matcher)
    to.push_back(std::move(*matcher));
  else
    out.error(node.place, fmt::format("\"{}\": {}", key, matcher.error().message));
}

// `severity == critical` is a matcher for the value `= critical`, which is hardly meant.
void warn_of_double(const model::Matchers& matchers, const Node& node, Diagnostics& out) {
  for (const auto& one : matchers) {
    if (!one.is_equal() || one.is_regex() || !one.value().starts_with("=")) continue;
    const auto value = one.value().substr(one.value().find_first_not_of("= "));
    out.warning(node.place,
                fmt::format("{} asks for a value that begins with \"=\": write {}=\"{}\", or quote "
                            "the value if that is meant",
                            one.text(), one.name(), value));
  }
}

// `matchers: [a="b", c=~"d"]`. Each text may have several matchers.
void read_texts(const Node& node, const char* key, model::Matchers& to, Diagnostics& out) {
  for (const auto* text : read_strings(node, key, out)) {
    auto matchers = model::parse_matchers(text->text);
    if (!matchers)
      out.error(text->place, fmt::format("\"{}\": {}", key, matchers.error().message));
    else
      to.insert(to.end(), matchers->begin(), matchers->end());
    if (matchers && text->text.find("==") != std::string::npos)
      warn_of_double(*matchers, *text, out);
  }
}

// `match: {a: b}` and `match_re: {a: b.*}`, the older form.
void read_pairs(const Node& node, const char* key, model::Matcher::Op op, model::Matchers& to,
                Diagnostics& out) {
  if (!expect_kind(node, Kind::mapping, key, "a mapping of labels to values", out)) return;
  for (const auto& [name, value] : node.members) {
    if (const auto text = read_text(value, key, out))
      add(to, model::Matcher::make(name.text, op, *text), value, key, out);
  }
}

model::Matchers read_matchers(const Node& node, const std::string& prefix, Diagnostics& out) {
  model::Matchers matchers;
  const auto texts = prefix + "matchers", same = prefix + "match", fits = prefix + "match_re";
  if (const auto* n = node.find(texts)) read_texts(*n, texts.c_str(), matchers, out);
  if (const auto* n = node.find(same))
    read_pairs(*n, same.c_str(), model::Matcher::Op::equal, matchers, out);
  if (const auto* n = node.find(fits))
    read_pairs(*n, fits.c_str(), model::Matcher::Op::regex, matchers, out);
  if (const auto why = model::contradiction(matchers))
    out.error(node.place,
              fmt::format("\"{}\": {}; several values of one label are written label=~\"a|b\"",
                          texts, *why));
  return matchers;
}

std::vector<std::string> read_labels(const Node& node, const char* key, Diagnostics& out) {
  std::vector<std::string> labels;
  if (!expect_kind(node, Kind::sequence, key, "a list of label names", out)) return labels;
  for (const auto& one : node.items) {
    const auto name = read_string(one, key, out);
    if (!name) continue;
    if (name->empty()) out.error(one.place, fmt::format("\"{}\" has an empty label name", key));
    if (std::ranges::find(labels, *name) != labels.end())
      out.error(one.place, fmt::format("\"{}\" names \"{}\" twice", key, *name));
    labels.push_back(*name);
  }
  return labels;
}

Route::GroupBy read_group_by(const Node& node, Diagnostics& out) {
  Route::GroupBy group_by{false, read_labels(node, "group_by", out)};
  group_by.each_alone = std::ranges::find(group_by.labels, "...") != group_by.labels.end();
  if (group_by.each_alone && group_by.labels.size() > 1)
    out.error(node.place,
              "\"group_by\" has '...' and other labels: '...' must be the only one, each alert is "
              "then a group");
  if (group_by.each_alone) group_by.labels.clear();
  return group_by;
}

class RoutingReader {
 public:
  RoutingReader(const std::vector<std::string>& receivers, Routing& routing, Diagnostics& out)
      : receivers_(receivers), routing_(routing), out_(out) {}

  Route route(const Node& node, bool root) {
    Route route;
    if (!expect_kind(node, Kind::mapping, root ? "route" : "routes", "a mapping with \"receiver\"",
                     out_))
      return route;
    check_keys(node, kRouteKeys, root ? "route" : "a route of \"routes\"", out_);
    if (const auto* n = node.find("receiver"))
      route.receiver = receiver(*n);
    else if (root)
      out_.error(node.place, "route names no \"receiver\"");
    route.matchers = read_matchers(node, "", out_);
    if (const auto* n = node.find("log_only"))
      route.log_only = read_bool(*n, "log_only", out_).value_or(false);
    if (route.log_only && node.find("receiver"))
      out_.error(node.find("receiver")->place,
                 "a route with log_only: true notifies nobody: take out its \"receiver\" or its "
                 "\"log_only\"");
    if (root)
      for (const char* key : {"matchers", "match", "match_re", "mute_time_intervals",
                              "active_time_intervals", "log_only"})
        root_must_not(node, key);
    if (const auto* n = node.find("group_by")) route.group_by = read_group_by(*n, out_);
    duration(node, "group_wait", route.group_wait, 0s);
    duration(node, "group_interval", route.group_interval, 0s);
    duration(node, "repeat_interval", route.repeat_interval, 1s);
    new_alert_wait(node, route.new_alert_wait);
    if (const auto* n = node.find("continue"))
      route.goes_on = read_bool(*n, "continue", out_).value_or(false);
    if (!root) route.mute_time_intervals = intervals(node, "mute_time_intervals");
    if (!root) route.active_time_intervals = intervals(node, "active_time_intervals");
    const auto* routes = node.find("routes");
    if (routes && expect_kind(*routes, Kind::sequence, "routes", "a list of routes", out_)) {
      for (const auto& child : routes->items) route.routes.push_back(this->route(child, false));
    }
    return route;
  }

  void inhibit_rules(const Node& node) {
    if (!expect_kind(node, Kind::sequence, "inhibit_rules", "a list of mappings", out_)) return;
    for (const auto& one : node.items) {
      if (!expect_kind(one, Kind::mapping, "inhibit_rules", "a list of mappings", out_)) continue;
      check_keys(one, kInhibitKeys, "inhibit_rules", out_);
      InhibitRule rule{
          read_matchers(one, "source_", out_), read_matchers(one, "target_", out_), {}};
      if (const auto* n = one.find("equal")) rule.equal = read_labels(*n, "equal", out_);
      // Alertmanager accepts such a rule, and it would suppress everything.
      if (rule.source.empty() || rule.target.empty())
        out_.error(one.place,
                   fmt::format("an inhibit rule without \"{}_matchers\" would fit every alert",
                               rule.source.empty() ? "source" : "target"));
      routing_.inhibit_rules.push_back(std::move(rule));
    }
  }

 private:
  // `news_wait` is its older name, which is read for one release.
  void new_alert_wait(const Node& node, std::optional<Duration>& into) {
    const auto* older = node.find("news_wait");
    if (older && node.find("new_alert_wait"))
      return out_.error(older->place,
                        "a route says \"new_alert_wait\" and \"news_wait\", which is its older "
                        "name: take \"news_wait\" away");
    if (older)
      deprecation(out_, older->place,
                  "\"news_wait\" is the older name of \"new_alert_wait\", and still read: write "
                  "new_alert_wait");
    duration(node, older ? "news_wait" : "new_alert_wait", into, 0s);
  }

  std::optional<std::string> receiver(const Node& node) {
    const auto name = read_string(node, "receiver", out_);
    if (name && std::ranges::find(receivers_, *name) == receivers_.end()) {
      out_.error(node.place, fmt::format("there is no receiver \"{}\"{}", *name,
                                         did_you_mean(*name, receivers_)));
    }
    return name;
  }

  void root_must_not(const Node& node, const char* key) {
    if (const auto* n = node.find(key))
      out_.error(
          n->place,
          fmt::format(
              "the root of the routes takes every alert: \"{}\" belongs into one of its \"routes\"",
              key));
  }

  void duration(const Node& node, const char* key, std::optional<Duration>& to, Duration least) {
    if (const auto* n = node.find(key)) to = read_duration(*n, key, least, 24h * 365, out_);
  }

  std::vector<std::string> intervals(const Node& node, const char* key) {
    std::vector<std::string> names;
    const auto* list = node.find(key);
    if (!list) return names;
    for (const auto* name : read_strings(*list, key, out_)) {
      if (!routing_.interval(name->text)) {
        std::vector<std::string> known;
        for (const auto& one : routing_.intervals) known.push_back(one.name);
        out_.error(name->place, fmt::format("there is no time interval \"{}\"{}", name->text,
                                            did_you_mean(name->text, known)));
      }
      names.push_back(name->text);
    }
    return names;
  }

  const std::vector<std::string>& receivers_;
  Routing& routing_;
  Diagnostics& out_;
};

}  // namespace

const NamedIntervals* Routing::interval(const std::string& name) const {
  const auto found = std::ranges::find(intervals, name, &NamedIntervals::name);
  return found == intervals.end() ? nullptr : &*found;
}

Routing routing_to(std::string receiver) {
  Routing routing;
  routing.root.receiver = std::move(receiver);
  return routing;
}

Routing default_routing(std::string receiver) {
  using Op = model::Matcher::Op;
  auto routing = routing_to(std::move(receiver));
  routing.by_default = true;
  auto& root = routing.root;
  root.group_by = Route::GroupBy{false, {"alertname", "rack"}};
  root.group_wait = root.new_alert_wait = 20s;
  root.group_interval = 5min;
  root.repeat_interval = 24h;
  Route info, gathered;
  info.matchers = {*model::Matcher::make("severity", Op::equal, "info")};
  info.log_only = true;
  gathered.matchers = {*model::Matcher::make("severity", Op::regex, "minor|warning")};
  gathered.group_wait = 5min;
  gathered.group_interval = 1h;
  root.routes = {std::move(info), std::move(gathered)};
  return routing;
}

Routing console_routing() {
  auto routing = routing_to("console");
  routing.by_default = true;
  routing.root.repeat_interval = 24h;
  return routing;
}

std::string default_routing_text(const Routing& routing) {
  if (!routing.root.group_by)
    return "no \"receivers\": nobody is notified; the console shows each alert at once, by itself "
           "(docs/routing.md \"Without a route\")";
  return fmt::format(
      "no \"route\": receiver \"{}\" is notified of all alerts, those of one alertname and rack in "
      "one message; critical and major 20s after they fire, minor and warning "
      "gathered (5m, then 1h), info goes to the log only, reminders come every 24h "
      "(docs/routing.md \"Without a route\")",
      *routing.root.receiver);
}

Routing read_routing(const Node& root, const std::vector<std::string>& receivers,
                     Diagnostics& out) {
  Routing routing = default_routing(receivers.empty() ? "" : receivers.front());
  for (const char* key : {"time_intervals", "mute_time_intervals"}) {
    if (const auto* node = root.find(key))
      std::ranges::move(read_time_intervals(*node, out), std::back_inserter(routing.intervals));
  }
  RoutingReader reader(receivers, routing, out);
  if (const auto* node = root.find("inhibit_rules")) reader.inhibit_rules(*node);
  if (const auto* node = root.find("route"))
    routing.root = reader.route(*node, true), routing.by_default = false;
  check_routing(root, routing, std::chrono::floor<Duration>(std::chrono::system_clock::now()), out);
  return routing;
}

std::vector<std::string> receivers_of(const Route& route) {
  std::vector<std::string> names;
  if (route.receiver) names.push_back(*route.receiver);
  for (const auto& child : route.routes)
    std::ranges::move(receivers_of(child), std::back_inserter(names));
  return names;
}

}  // namespace alarum::config
