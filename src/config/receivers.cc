#include "config/receivers.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/receivers_kinds.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

struct Family {
  const char* key;   ///< in the config
  const char* kind;  ///< in target names, logs and metrics
  void (*read)(Entry&, Integration&);
};
constexpr Family kFamilies[] = {
    {"webhook_configs", "webhook", read_webhook},     {"cloudevents_configs", "cloudevents", read_cloudevents}, {"alertmanager_configs", "alertmanager", read_alertmanager},
    {"pagerduty_configs", "pagerduty", read_pagerduty}, {"slack_configs", "slack", read_slack},                 {"teams_configs", "teams", read_teams},
    {"msteamsv2_configs", "teams", read_teams},       {"dingtalk_configs", "dingtalk", read_dingtalk},          {"feishu_configs", "feishu", read_feishu},
    {"wecom_configs", "wecom", read_wecom},           {"smn_configs", "smn", read_smn},                         {"email_configs", "email", read_email},
    {"console_configs", "console", read_console},     {"file_configs", "file", read_file},
};

// Alertmanager's words that this version does not have (Alertmanager 0.31, docs/configuration.md).
KeySet receiver_keys() {
  KeySet keys{{"name"},
              {"discord_configs", "incidentio_configs", "jira_configs", "mattermost_configs", "msteams_configs", "opsgenie_configs", "pushover_configs",
               "rocketchat_configs", "sns_configs", "telegram_configs", "victorops_configs", "webex_configs", "wechat_configs"}};
  for (const auto& family : kFamilies) keys.known.emplace_back(family.key);
  return keys;
}


Integration read_integration(const Node& node, const Family& family, const std::string& receiver, Diagnostics& out) {
  Integration integration;
  integration.kind = family.kind;
  // Without the value: where a mapping is left out, its secret often stands in its place.
  if (!node.is(Kind::mapping)) {
    out.error(node.place, fmt::format("\"{}\" must be a list of mappings", family.key));
    return integration;
  }
  Entry entry(node, fmt::format("{} of receiver \"{}\"", family.key, receiver), out);
  read_common(entry, integration);
  family.read(entry, integration);
  return integration;
}

Receiver read_receiver(const Node& node, const std::string& name, Diagnostics& out) {
  Receiver receiver{name, {}};
  check_keys(node, receiver_keys(), fmt::format("receiver \"{}\"", name), out);
  for (const auto& family : kFamilies) {
    const auto* list = node.find(family.key);
    if (list && !list->is(Kind::sequence)) out.error(list->place, fmt::format("\"{}\" must be a list", family.key));
    if (!list) continue;
    for (const auto& item : list->items) receiver.integrations.push_back(read_integration(item, family, name, out));
  }
  return receiver;
}

const Receiver* named(const std::vector<Receiver>& receivers, const std::string& name) {
  const auto found = std::find_if(receivers.begin(), receivers.end(), [&](const auto& r) { return r.name == name; });
  return found == receivers.end() ? nullptr : &*found;
}

// A fallback of a fallback would be told of its own failures.
void check_fallbacks(const Node& node, const std::vector<Receiver>& receivers, Diagnostics& out) {
  for (const auto& receiver : receivers) {
    for (const auto& integration : receiver.integrations) {
      if (integration.fallback.empty()) continue;
      const auto* other = named(receivers, integration.fallback);
      if (!other) out.error(node.place, fmt::format("the fallback \"{}\" of receiver \"{}\" is no receiver", integration.fallback, receiver.name));
      if (other == &receiver) out.error(node.place, fmt::format("receiver \"{}\" is its own fallback", receiver.name));
    }
  }
}

}  // namespace

std::vector<Receiver> read_receivers(const Node& node, Diagnostics& out) {
  std::vector<Receiver> receivers;
  if (!expect_kind(node, Kind::sequence, "receivers", "a list of receivers", out)) return receivers;
  for (const auto& item : node.items) {
    if (!expect_kind(item, Kind::mapping, "receivers", "a list of mappings with \"name\"", out)) continue;
    const auto* name = item.find("name");
    if (!name) {
      out.error(item.place, "a receiver without a \"name\"");
    } else if (read_string(*name, "name", out)) {
      if (name->text.empty() || name->text.find('/') != std::string::npos) out.error(name->place, "a receiver's name must not be empty or have \"/\" in it");
      if (named(receivers, name->text)) out.error(name->place, fmt::format("a second receiver \"{}\"", name->text));
    }
    receivers.push_back(read_receiver(item, name ? name->text : "", out));
  }
  check_fallbacks(node, receivers, out);
  return receivers;
}

std::optional<Heartbeat> read_heartbeat(const Node& node, Diagnostics& out) {
  if (!node.is(Kind::mapping)) {
    out.error(node.place, "\"heartbeat\" must be a mapping with \"url\"");
    return std::nullopt;
  }
  check_keys(node, {{"url", "url_file", "every", "http_config", "timeout"}, {}}, "heartbeat", out);
  Heartbeat heartbeat;
  Entry entry(node, "heartbeat", out);
  entry.url("url", heartbeat.how.url);
  entry.duration("every", heartbeat.every, std::chrono::seconds(1), std::chrono::hours(24));
  entry.duration("timeout", heartbeat.how.timeout, std::chrono::milliseconds(100), std::chrono::minutes(10));
  read_http(entry, heartbeat.how.http);
  heartbeat.how.kind = "heartbeat";
  return heartbeat;
}

}  // namespace alarum::config
