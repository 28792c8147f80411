#include "config/routing_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "model/matcher_check.h"

namespace alarum::config {
namespace {

model::Matchers together(model::Matchers some, const model::Matchers& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

// Walks over the routes together with the mappings that they were read from. A route that
// contradicts itself has been refused before.
class RouteCheck {
 public:
  RouteCheck(const Routing& routing, Time now, Diagnostics& out)
      : routing_(routing), now_(now), out_(out) {}

  // `above`: the matchers of the routes above. Every alert that comes here satisfies them.
  void run(const Node& node, const Route& route, const model::Matchers& above) {
    warn_of_active(node, route);
    const auto* routes = node.find("routes");
    if (!routes || routes->items.size() != route.routes.size()) return;
    for (std::size_t i = 0; i < route.routes.size(); ++i) {
      const auto all = together(above, route.routes[i].matchers);
      if (!reached(*routes, route.routes, i, all)) continue;
      run(routes->items[i], route.routes[i], all);
    }
  }

 private:
  bool reached(const Node& nodes, const std::vector<Route>& routes, std::size_t i,
               const model::Matchers& all) {
    const auto& place = nodes.items[i].place;
    if (const auto why = model::contradiction(all)) {
      // If the route contradicts itself, that is an error already.
      if (!model::contradiction(routes[i].matchers))
        out_.warning(
            place, fmt::format("this route is never reached: with the routes above it, {}", *why));
      return false;
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (routes[k].goes_on || !model::covers(routes[k].matchers, all)) continue;
      out_.warning(
          place, fmt::format("this route is never reached: the one at line {} takes every alert "
                             "that it wants; put it before that one, or write continue: true there",
                             nodes.items[k].place.line));
      return false;
    }
    return true;
  }

  void warn_of_active(const Node& node, const Route& route) {
    const auto never = [&](const std::string& name) {
      const auto* interval = routing_.interval(name);
      return interval && !interval->comes_after(now_);
    };
    if (route.active_time_intervals.empty() ||
        !std::ranges::all_of(route.active_time_intervals, never))
      return;
    out_.warning(node.find("active_time_intervals")->place,
                 "this route is never active: none of its \"active_time_intervals\" ever comes, so "
                 "nobody is notified by it");
  }

  const Routing& routing_;
  const Time now_;
  Diagnostics& out_;
};

void check_inhibition(const Node& node, const InhibitRule& rule, Diagnostics& out) {
  for (const auto& label : rule.equal) {
    auto both = together(rule.source, rule.target);
    std::erase_if(both, [&](const model::Matcher& one) { return one.name() != label; });
    if (const auto why = model::contradiction(both))
      return out.warning(
          node.place,
          fmt::format(
              "this inhibit rule never applies: \"equal\" wants the same \"{}\" of both, and {}",
              label, *why));
  }
  if (rule.source.empty() || !model::covers(rule.source, rule.target) ||
      !model::covers(rule.target, rule.source))
    return;
  out.warning(node.place,
              "this inhibit rule never applies: source and target are the same alerts, and such "
              "alerts do not inhibit each other");
}

}  // namespace

void check_routing(const Node& root, const Routing& routing, Time now, Diagnostics& out) {
  if (const auto* route = root.find("route"))
    RouteCheck(routing, now, out).run(*route, routing.root, {});
  const auto* rules = root.find("inhibit_rules");
  for (std::size_t i = 0;
       rules && rules->items.size() == routing.inhibit_rules.size() && i < rules->items.size();
       ++i) {
    check_inhibition(rules->items[i], routing.inhibit_rules[i], out);
  }
  for (const char* key : {"time_intervals", "mute_time_intervals"}) {
    const auto* list = root.find(key);
    for (std::size_t i = 0; list && i < list->items.size(); ++i) {
      const auto* name = list->items[i].find("name");
      const auto* interval = name ? routing.interval(name->text) : nullptr;
      if (interval && !interval->comes_after(now)) {
        out.warning(list->items[i].place,
                    fmt::format("the time interval \"{}\" never comes: no day fits its years, "
                                "months, days of the month and weekdays",
                                name->text));
      }
    }
  }
}

}  // namespace alarum::config
