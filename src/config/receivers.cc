#include "config/receivers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "config/field_reader.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

// All lists of Alertmanager 0.31 (docs/configuration.md): one that no kind here has is refused by
// its name.
KeySet receiver_keys(const ReceiverKinds& kinds) {
  KeySet keys{
      {"name"},
      {"discord_configs", "incidentio_configs", "jira_configs", "mattermost_configs",
       "msteams_configs", "opsgenie_configs", "pushover_configs", "rocketchat_configs",
       "sns_configs", "telegram_configs", "victorops_configs", "webex_configs", "wechat_configs"}};
  for (const auto& kind : kinds) {
    for (const auto& list : kind.lists) keys.known.push_back(list.key);
  }
  return keys;
}

Integration read_integration(const Node& node, const ReceiverKind& kind, const std::string& list,
                             const std::string& receiver, Diagnostics& out) {
  Integration integration;
  integration.kind = kind.name;
  // The message is without the value: if a mapping is missing, its secret often stands in its
  // place.
  if (!node.is(Kind::mapping)) {
    out.error(node.place, fmt::format("\"{}\" must be a list of mappings", list));
    return integration;
  }
  FieldReader entry(node, fmt::format("{} of receiver \"{}\"", list, receiver), out);
  read_common(entry, integration);
  entry.keys(kind.key_names(), kind.unavailable);
  kind.read(entry, integration);
  return integration;
}

void read_list(const Node& node, const ReceiverKind& kind, const std::string& list, Receiver& into,
               Diagnostics& out) {
  if (!node.is(Kind::sequence)) out.error(node.place, fmt::format("\"{}\" must be a list", list));
  for (const auto& item : node.items)
    into.integrations.push_back(read_integration(item, kind, list, into.name, out));
}

Receiver read_receiver(const Node& node, const std::string& name, const ReceiverKinds& kinds,
                       Diagnostics& out) {
  Receiver receiver{name, {}, node.place};
  check_keys(node, receiver_keys(kinds), fmt::format("receiver \"{}\"", name), out);
  for (const auto& kind : kinds) {
    for (const auto& list : kind.lists) {
      if (const auto* found = node.find(list.key)) read_list(*found, kind, list.key, receiver, out);
    }
  }
  return receiver;
}

const Receiver* named(const std::vector<Receiver>& receivers, const std::string& name) {
  const auto found = std::find_if(receivers.begin(), receivers.end(),
                                  [&](const auto& r) { return r.name == name; });
  return found == receivers.end() ? nullptr : &*found;
}

// The shortest way over fallbacks of fallbacks from the receiver back to itself; empty if there is
// none.
std::vector<std::string> circle_of(const Receiver& receiver,
                                   const std::vector<Receiver>& receivers) {
  std::vector<std::vector<std::string>> ways{{receiver.name}};
  std::set<std::string> seen;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const auto way = ways[i];
    const auto* last = named(receivers, way.back());
    if (!last) continue;
    for (const auto& integration : last->integrations) {
      const auto& next = integration.fallback;
      if (next == receiver.name) return way;
      if (next.empty() || !seen.insert(next).second) continue;
      ways.push_back(way);
      ways.back().push_back(next);
    }
  }
  return {};
}

// A notification that no receiver of the circle accepts would go round for ever, each time as
// another dead letter.
void check_circles(const Node& node, const std::vector<Receiver>& receivers, Diagnostics& out) {
  for (const auto& receiver : receivers) {
    const auto circle = circle_of(receiver, receivers);
    if (circle.size() < 2 || std::ranges::min(circle) != receiver.name) continue;
    out.error(node.place,
              fmt::format("receivers are each other's fallback: {} -> {}. What none of them takes "
                          "would be sent round for ever: give the last one no \"fallback\"",
                          fmt::join(circle, " -> "), receiver.name));
  }
}

// A fallback must be another receiver that exists: its own fallback would get its own failures.
void check_fallbacks(const Node& node, const std::vector<Receiver>& receivers, Diagnostics& out) {
  for (const auto& receiver : receivers) {
    for (const auto& integration : receiver.integrations) {
      if (integration.fallback.empty()) continue;
      const auto* other = named(receivers, integration.fallback);
      if (!other)
        out.error(node.place, fmt::format("the fallback \"{}\" of receiver \"{}\" is no receiver",
                                          integration.fallback, receiver.name));
      if (other == &receiver)
        out.error(node.place, fmt::format("receiver \"{}\" is its own fallback", receiver.name));
    }
  }
}

}  // namespace

std::vector<Receiver> read_receivers(const Node& node, const ReceiverKinds& kinds,
                                     Diagnostics& out) {
  std::vector<Receiver> receivers;
  if (!expect_kind(node, Kind::sequence, "receivers", "a list of receivers", out)) return receivers;
  for (const auto& item : node.items) {
    if (!expect_kind(item, Kind::mapping, "receivers", "a list of mappings with \"name\"", out))
      continue;
    const auto* name = item.find("name");
    if (!name) {
      out.error(item.place, "a receiver without a \"name\"");
    } else if (read_string(*name, "name", out)) {
      if (name->text.empty() || name->text.find('/') != std::string::npos)
        out.error(name->place, "a receiver's name must not be empty or have \"/\" in it");
      if (named(receivers, name->text))
        out.error(name->place, fmt::format("a second receiver \"{}\"", name->text));
    }
    receivers.push_back(read_receiver(item, name ? name->text : "", kinds, out));
  }
  check_fallbacks(node, receivers, out);
  check_circles(node, receivers, out);
  return receivers;
}

std::vector<Receiver> default_receivers(const ReceiverKinds& kinds) {
  Diagnostics none;
  const auto receivers =
      parse_yaml("[{name: console, console_configs: [{}]}]", "the default receivers", none);
  return read_receivers(*receivers, kinds, none);
}

std::optional<Heartbeat> read_heartbeat(const Node& node, Diagnostics& out) {
  if (!node.is(Kind::mapping)) {
    out.error(node.place, "\"heartbeat\" must be a mapping with \"url\"");
    return std::nullopt;
  }
  check_keys(node, {{"url", "url_file", "every", "http_config", "timeout"}, {}}, "heartbeat", out);
  Heartbeat heartbeat;
  FieldReader entry(node, "heartbeat", out);
  entry.url("url", heartbeat.how.url);
  entry.duration("every", heartbeat.every, std::chrono::seconds(1), std::chrono::hours(24));
  entry.duration("timeout", heartbeat.how.timeout, std::chrono::milliseconds(100),
                 std::chrono::minutes(10));
  read_http(entry, heartbeat.how.http);
  heartbeat.how.kind = "heartbeat";
  return heartbeat;
}

}  // namespace alarum::config
