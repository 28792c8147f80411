#include "config/receivers.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/fields.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using namespace std::chrono_literals;

// Alertmanager's words that this version does not have (Alertmanager 0.31, docs/configuration.md).
const KeySet kReceiverKeys{{"name", "webhook_configs", "console_configs"},
                           {"discord_configs", "email_configs", "incidentio_configs", "jira_configs", "mattermost_configs", "msteams_configs",
                            "msteamsv2_configs", "opsgenie_configs", "pagerduty_configs", "pushover_configs", "rocketchat_configs",
                            "slack_configs", "sns_configs", "telegram_configs", "victorops_configs", "webex_configs", "wechat_configs"}};
const KeySet kWebhookKeys{{"url", "url_file", "send_resolved", "http_config", "max_alerts", "timeout", "retry"}, {"payload", "resolve_on", "fallback"}};
const KeySet kHttpKeys{{"bearer_token", "bearer_token_file", "authorization", "basic_auth", "follow_redirects"},
                       {"oauth2", "tls_config", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "enable_http2",
                        "http_headers", "headers"}};

// expect_kind without the value: where a mapping is left out, its secret often stands in its place.
bool expect_mapping(const Node& node, const char* name, const char* what, Diagnostics& out) {
  if (node.is(Kind::mapping)) return true;
  out.error(node.place, fmt::format("\"{}\" must be {}", name, what));
  return false;
}

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock writes a NUL behind
  const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// A header that ends early, or begins another, must not come from a file with a stray line in it.
std::optional<Secret> header_value(const Secret& value, const Place& place, Diagnostics& out) {
  const auto& text = value.reveal();
  const bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (!control) return value;
  out.error(place, "a line break or control character in what is sent as the Authorization header");
  return std::nullopt;
}

std::optional<Secret> read_authorization(const Node& node, Diagnostics& out) {
  if (!expect_mapping(node, "authorization", "a mapping with \"credentials\"", out)) return std::nullopt;
  check_keys(node, {{"type", "credentials", "credentials_file"}, {}}, "authorization", out);
  std::string type = "Bearer";
  if (const auto* said = node.find("type")) type = read_string(*said, "type", out).value_or(type);
  const auto secret = read_secret(node, "credentials", out);
  if (!secret && !node.find("credentials") && !node.find("credentials_file")) {
    out.error(node.place, "authorization has no \"credentials\" (or \"credentials_file\")");
  }
  return secret ? std::optional(Secret(type + " " + secret->reveal())) : std::nullopt;
}

std::optional<Secret> read_basic(const Node& node, Diagnostics& out) {
  if (!expect_mapping(node, "basic_auth", "a mapping with \"username\" and \"password\"", out)) return std::nullopt;
  check_keys(node, {{"username", "password", "password_file"}, {"username_file"}}, "basic_auth", out);
  const auto* username = node.find("username");
  const auto password = read_secret(node, "password", out);
  if (!username) out.error(node.place, "basic_auth has no \"username\"");
  if (!password && !node.find("password") && !node.find("password_file")) out.error(node.place, "basic_auth has no \"password\" (or \"password_file\")");
  if (!username || !read_string(*username, "username", out) || !password) return std::nullopt;
  if (username->text.find(':') != std::string::npos) out.error(username->place, "a username of basic_auth has no \":\" in it");
  return Secret("Basic " + base64(username->text + ":" + password->reveal()));
}

Secret read_http(const Node& node, Diagnostics& out) {
  if (!expect_mapping(node, "http_config", "a mapping", out)) return {};
  check_keys(node, kHttpKeys, "http_config", out);
  if (const auto* follow = node.find("follow_redirects"); follow && read_bool(*follow, "follow_redirects", out).value_or(false)) {
    out.error(follow->place, "\"follow_redirects\" must be false: a webhook's secrets are sent to the place you wrote and no other");
  }
  std::vector<std::optional<Secret>> ways;
  if (node.find("bearer_token") || node.find("bearer_token_file")) {
    const auto token = read_secret(node, "bearer_token", out);
    ways.push_back(token ? std::optional(Secret("Bearer " + token->reveal())) : std::nullopt);
  }
  if (const auto* authorization = node.find("authorization")) ways.push_back(read_authorization(*authorization, out));
  if (const auto* basic = node.find("basic_auth")) ways.push_back(read_basic(*basic, out));
  if (ways.size() > 1) out.error(node.place, "http_config has more than one of bearer_token, authorization and basic_auth: keep one of them");
  if (ways.empty() || !ways.front()) return {};
  return header_value(*ways.front(), node.place, out).value_or(Secret());
}

// What is wrong with a URL, without showing it.
std::string url_fault(const std::string& url) {
  const auto rest = url.starts_with("https://") ? url.substr(8) : url.starts_with("http://") ? url.substr(7) : "";
  const auto host = rest.substr(0, rest.find_first_of("/?#"));
  const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7F; };
  if (host.find('@') != std::string::npos) return "must not hold a user or password: use http_config: {basic_auth: …}";
  if (host.empty() || host.starts_with(':') || !std::all_of(url.begin(), url.end(), plain)) return "must be an http:// or https:// URL with a host";
  return {};
}

Secret read_url(const Node& node, const std::string& where, Diagnostics& out) {
  const auto *here = node.find("url"), *file = node.find("url_file");
  if (!here && !file) {
    out.error(node.place, fmt::format("{} has no \"url\" (or \"url_file\")", where));
    return {};
  }
  const auto url = read_secret(node, "url", out);
  if (!url) return {};
  const auto fault = url_fault(url->reveal());
  if (!fault.empty()) out.error((here ? here : file)->place, fmt::format("\"{}\" {}", here ? "url" : "url_file", fault));
  return *url;
}

Webhook read_webhook(const Node& node, const std::string& receiver, Diagnostics& out) {
  Webhook webhook;
  if (!expect_mapping(node, "webhook_configs", "a list of mappings with \"url\"", out)) return webhook;
  const auto where = fmt::format("webhook_configs of receiver \"{}\"", receiver);
  check_keys(node, kWebhookKeys, where, out);
  webhook.url = read_url(node, where, out);
  if (const auto* n = node.find("send_resolved")) webhook.send_resolved = read_bool(*n, "send_resolved", out).value_or(true);
  if (const auto* n = node.find("http_config")) webhook.authorization = read_http(*n, out);
  if (const auto* n = node.find("max_alerts")) webhook.max_alerts = read_count(*n, "max_alerts", 0, 1000000, out).value_or(0);
  if (const auto* n = node.find("timeout")) webhook.timeout = read_duration(*n, "timeout", 100ms, 10min, out).value_or(webhook.timeout);
  if (const auto* retry = node.find("retry"); retry && expect_mapping(*retry, "retry", "a mapping with \"max_age\"", out)) {
    check_keys(*retry, {{"max_age"}, {}}, "retry", out);
    if (const auto* n = retry->find("max_age")) webhook.retry_max_age = read_duration(*n, "max_age", 1s, 24h * 30, out).value_or(24h);
  }
  return webhook;
}

Console read_console(const Node& node, const std::string& receiver, Diagnostics& out) {
  Console console;
  if (!expect_kind(node, Kind::mapping, "console_configs", "a list of mappings, as in [{}]", out)) return console;
  check_keys(node, {{"send_resolved"}, {}}, fmt::format("console_configs of receiver \"{}\"", receiver), out);
  if (const auto* n = node.find("send_resolved")) console.send_resolved = read_bool(*n, "send_resolved", out).value_or(true);
  return console;
}

Receiver read_receiver(const Node& node, const std::string& name, Diagnostics& out) {
  Receiver receiver{name, {}, {}};
  check_keys(node, kReceiverKeys, fmt::format("receiver \"{}\"", name), out);
  const auto each = [&](const char* key, const auto& read) {
    const auto* list = node.find(key);
    if (list && !list->is(Kind::sequence)) out.error(list->place, fmt::format("\"{}\" must be a list", key));
    if (!list) return;
    for (const auto& item : list->items) read(item);
  };
  each("webhook_configs", [&](const Node& n) { receiver.webhooks.push_back(read_webhook(n, name, out)); });
  each("console_configs", [&](const Node& n) { receiver.consoles.push_back(read_console(n, name, out)); });
  return receiver;
}

const Receiver* named(const std::vector<Receiver>& receivers, const std::string& name) {
  const auto found = std::find_if(receivers.begin(), receivers.end(), [&](const auto& r) { return r.name == name; });
  return found == receivers.end() ? nullptr : &*found;
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
  return receivers;
}

}  // namespace alarum::config
