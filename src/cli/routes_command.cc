#include "cli/routes_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/printable.h"
#include "cli/alert_table.h"
#include "cli/api_client.h"
#include "config/config.h"
#include "receivers/list.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNobody = ", NOBODY is notified: the receiver has no integrations";

std::vector<std::string> receiver_names(const Json& config) {
  std::vector<std::string> out;
  for (const auto& one : config.value("receivers", Json::array()))
    out.push_back(one.value("name", ""));
  return out;
}

// The daemon shows its routes as Alertmanager does: a config, in its JSON form.
std::optional<config::Routing> routing_of_daemon(const std::string& url, std::ostream& err) {
  ApiClient client(url, err);
  const auto status = client.get("/api/v2/status");
  if (!status) return std::nullopt;
  const auto text = status->at("config").value("original", "");
  Diagnostics faults;
  const auto root = parse_yaml(text, "the daemon's routes", faults);
  const auto names = receiver_names(Json::parse(text, nullptr, false));
  auto routing = root ? std::optional(config::read_routing(*root, names, faults)) : std::nullopt;
  if (faults.ok() && routing) return routing;
  err << "error: the daemon's routes cannot be read:\n" << faults.text();
  return std::nullopt;
}

std::optional<config::Routing> routing_of(const RoutesOptions& options, std::ostream& err) {
  if (options.config.empty()) return routing_of_daemon(options.url, err);
  Diagnostics faults;
  const auto config = config::read_file(options.config, receivers::kinds(), faults);
  err << faults.text();
  return config ? std::optional(config->routing) : std::nullopt;
}

// How many integrations a receiver has: names of targets begin with the receiver's. nullopt: it is
// not known.
using Integrations = std::optional<std::map<std::string, std::size_t>>;

Integrations integrations_of(const RoutesOptions& options, std::ostream& err) {
  std::map<std::string, std::size_t> out;
  if (options.config.empty()) {
    const auto targets = ApiClient(options.url, err).get("/api/v1/targets");
    if (!targets) return std::nullopt;
    for (const auto& one : *targets) {
      const auto name = one.value("target", "");
      ++out[name.substr(0, name.find('/'))];
    }
    return out;
  }
  Diagnostics said;  // when the routes were read
  const auto config = config::read_file(options.config, receivers::kinds(), said);
  if (!config) return std::nullopt;
  for (const auto& receiver : config->receivers) out[receiver.name] = receiver.integrations.size();
  return out;
}

std::string groups_text(const alert::RouteNode& node) {
  if (node.each_alone) return "each alert by itself";
  return node.group_by.empty() ? "one group" : fmt::format("by {}", fmt::join(node.group_by, ", "));
}

std::string waits_text(const alert::RouteNode& node) {
  // An interval that only a test could tell from none
  const bool at_once = node.interval < std::chrono::seconds(1);
  auto out = fmt::format("{}, wait {}, then {}, reminders every {}", groups_text(node),
                         format_duration(node.wait),
                         at_once ? "at once" : "every " + format_duration(node.interval),
                         format_duration(node.repeat));
  if (!node.mute.empty()) out += fmt::format(", muted at {}", fmt::join(node.mute, ", "));
  if (!node.active.empty()) out += fmt::format(", only at {}", fmt::join(node.active, ", "));
  return out;
}

std::string matchers_line(const alert::RouteNode& node) {
  if (node.matchers.empty()) return "everything";
  return fmt::format("{}", fmt::join(texts_of(node.matchers), " "));
}

void add_node(const alert::RouteTree& tree, std::size_t index, const std::string& left,
              const std::string& below, std::string& out) {
  const auto& node = tree.node(index);
  out += printable_line(fmt::format("{}{} → {}{} ({})", left, matchers_line(node), node.receiver,
                                    node.goes_on ? ", and goes on" : "", waits_text(node))) +
         "\n";
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool last = i + 1 == node.children.size();
    add_node(tree, node.children[i], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "),
             out);
  }
}

Result<model::Labels> labels_of(const std::vector<std::string>& words) {
  model::Labels out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos && i > 0)
      return fail("bad_label", "\"" + words[i] + "\" is no label: write name=value");
    const auto name = equals == std::string::npos ? "alertname" : words[i].substr(0, equals);
    auto value = words[i].substr(equals == std::string::npos ? 0 : equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    out[name] = value;
  }
  return out;
}

}  // namespace

std::string routes_text(const alert::RouteTree& tree) {
  std::string out;
  add_node(tree, 0, "", "", out);
  return out;
}

int routes_show_command(const RoutesOptions& options, std::ostream& out, std::ostream& err) {
  const auto routing = routing_of(options, err);
  if (!routing) return 1;
  const alert::RouteTree tree(routing->root);
  if (!options.json) return out << routes_text(tree), 0;
  auto list = Json::array();
  for (std::size_t i = 0; i < tree.size(); ++i)
    list.push_back({{"key", tree.node(i).key},
                    {"receiver", tree.node(i).receiver},
                    {"group_by", tree.node(i).group_by},
                    {"group_wait", format_duration(tree.node(i).wait)},
                    {"group_interval", format_duration(tree.node(i).interval)},
                    {"repeat_interval", format_duration(tree.node(i).repeat)},
                    {"continue", tree.node(i).goes_on}});
  out << list.dump(2) << "\n";
  return 0;
}

int routes_test_command(const RoutesOptions& options, std::ostream& out, std::ostream& err) {
  const auto labels = labels_of(options.labels);
  if (!labels) return err << "error: " << labels.error().message << "\n", 1;
  const auto routing = routing_of(options, err);
  if (!routing) return 1;
  const alert::RouteTree tree(routing->root);
  const auto integrations = integrations_of(options, err);
  std::vector<std::string> receivers;
  auto json = Json::array();
  for (const auto index : tree.match(*labels)) {
    const auto& node = tree.node(index);
    receivers.push_back(node.receiver);
    json.push_back({{"receiver", node.receiver}, {"key", node.key}});
    const bool known = integrations && node.receiver != alert::kLogOnly;
    const auto count =
        known && integrations->contains(node.receiver) ? integrations->at(node.receiver) : 0;
    if (known) json.back()["integrations"] = count;
    if (!options.json)
      out << printable_line(fmt::format("{}  {} ({}){}", node.receiver, node.key, waits_text(node),
                                        known && count == 0 ? kNobody : ""))
          << "\n";
  }
  if (options.json) out << json.dump(2) << "\n";
  if (options.expect.empty() || options.expect == receivers) return 0;
  err << fmt::format("error: {} would be notified, and {} was expected\n",
                     fmt::join(receivers, ", "), fmt::join(options.expect, ", "));
  return 1;
}

}  // namespace alarum::cli
