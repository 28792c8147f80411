#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/fields.h"
#include "config/field_reader.h"
#include "config/push_ingest.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using namespace std::chrono_literals;

// Only the services' own host names are trusted, and no domain in which strangers can get a name,
// for example by creating a storage bucket. With a star in place of the region the list would
// include sns.s3.amazonaws.com and smn.obs.myhuaweicloud.com: buckets that anybody may call sns and
// smn.
const std::vector<std::string> kSmnHosts{"smn.<region>.myhuaweicloud.com",
                                         "smn.<region>.myhuaweicloud.eu",
                                         "smn.<region>.otc.t-systems.com"};
const std::vector<std::string> kSmnConsoles{
    "console.huaweicloud.com", "console-intl.huaweicloud.com", "<region>-console.huaweicloud.com",
    "console.<region>.huaweicloud.com", "console.otc.t-systems.com"};
const std::vector<std::string> kSnsHosts{"sns.<region>.amazonaws.com",
                                         "sns.<region>.amazonaws.com.cn"};
// Names in AWS's signing certificates. The first is used in most regions, the others in newer
// regions, government regions and China.
const std::vector<std::string> kSnsNames{"sns.amazonaws.com",
                                         "sns.<region>.amazonaws.com",
                                         "sns-signing.<region>.amazonaws.com",
                                         "sns-<region>.amazonaws.com",
                                         "sns.<region>.amazonaws.com.cn",
                                         "sns-signing.<region>.amazonaws.com.cn",
                                         "sns-<region>.amazonaws.com.cn"};

std::string field(std::string_view text, std::size_t index) {
  for (; index > 0 && text.find(':') != std::string_view::npos; --index)
    text.remove_prefix(text.find(':') + 1);
  return std::string(index == 0 ? text.substr(0, text.find(':')) : "");
}

// Whether the topic names its owner. Otherwise everybody with an account at the cloud could send.
bool names_owner(const std::string& topic, bool smn) {
  const auto owner = field(topic, smn ? 3 : 4);
  const bool right = smn ? topic.starts_with("urn:smn:")
                         : topic.starts_with("arn:aws") && field(topic, 2) == "sns";
  return right && !owner.empty() && owner.find('*') == std::string::npos;
}

bool is_host_pattern(std::string host) {
  // Check the pattern with a region's name in place of `<region>`.
  if (const auto region = host.find("<region>"); region != host.npos)
    host.replace(region, 8, "eu-west-1");
  const auto legal = [](unsigned char c) {
    return c < 0x80 && (std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-' || c == '.' ||
                        c == '*' || c == ':');
  };
  if (host.empty() || host.front() == '.' || !std::ranges::all_of(host, legal)) return false;
  // *-console.example.com are names of one owner, but *.example.com and *x.com may be names of
  // anybody.
  const auto first = host.substr(0, host.find('.')), owner = host.substr(first.size());
  return first.find('*') == std::string::npos ||
         (first.find_first_not_of('*') != std::string::npos &&
          owner.find('*') == std::string::npos && std::ranges::count(owner, '.') > 1);
}

std::vector<std::string> without_ports(std::vector<std::string> hosts) {
  for (auto& host : hosts) host.resize(std::min(host.find(':'), host.size()));
  return hosts;
}

// Names in certificates need no dot, because a private cloud may use any name. An empty list means
// that any name is accepted.
std::vector<std::string> read_names(const Node& node, Diagnostics& out) {
  std::vector<std::string> names;
  for (const auto* name : read_strings(node, "certificate_names", out)) {
    if (name->text.empty()) out.error(name->place, "\"certificate_names\" has an empty name");
    names.push_back(lowered(name->text));
  }
  return names;
}

// Whether the route has credentials of its own. Unsigned messages are only as trustworthy as these.
bool has_own_auth(const Node& root, const char* path) {
  const auto* auth = root.find("auth");
  const auto* routes = auth && auth->is(Kind::mapping) ? auth->find("routes") : nullptr;
  const auto* list = routes && routes->is(Kind::mapping) ? routes->find(path) : nullptr;
  return list && list->is(Kind::sequence) && !list->items.empty();
}

std::shared_ptr<const Http> read_how(const Node& node, Diagnostics& out) {
  auto how = std::make_shared<Http>();
  if (const auto* n = node.find("ca_file")) {
    if (const auto path = read_string(*n, "ca_file", out))
      how->tls.ca_file = beside(n->place.file, *path);
    how->tls.places.by_key["ca_file"] = n->place;
  }
  read_proxy(node, how->proxy_url, out);
  return how;
}

}  // namespace

SignedSource default_smn() {
  SignedSource source;
  source.hosts = source.subscribe_hosts = kSmnHosts;
  source.subscribe_hosts.insert(source.subscribe_hosts.end(), kSmnConsoles.begin(),
                                kSmnConsoles.end());
  return source;
}

SignedSource default_sns() {
  SignedSource source;
  source.hosts = source.subscribe_hosts = kSnsHosts;
  source.certificate_names = kSnsNames;
  source.verify_chain = true;
  return source;
}

SignedSource read_signed_source(const Node& root, const char* key, SignedSource source,
                                Duration window, Diagnostics& out) {
  source.max_age = std::min(source.max_age, window);
  const auto* node = root.find(key);
  if (!node || !expect_kind(*node, Kind::mapping, key, "a mapping", out)) return source;
  const bool smn = std::string_view(key) == "smn";
  std::vector<std::string> keys{"topics",        "hosts",   "subscribe_hosts", "certificate_names",
                                "verify_chain",  "max_age", "ca_file",         "proxy_url",
                                "proxy_url_file"};
  if (!smn) keys.emplace_back("raw");
  check_keys(*node, {keys, {}}, key, out);
  if (const auto* n = node->find("topics")) {
    for (const auto* topic : read_strings(*n, "topics", out)) {
      if (names_owner(topic->text, smn))
        source.topics.push_back(topic->text);
      else
        out.error(topic->place, fmt::format("\"{}\" must be {} with {} written out", topic->text,
                                            smn ? "urn:smn:REGION:PROJECT:TOPIC"
                                                : "arn:aws:sns:REGION:ACCOUNT:TOPIC",
                                            smn ? "PROJECT" : "ACCOUNT"));
    }
  } else {
    out.error(node->place, fmt::format("{} has no \"topics\": say whose messages are taken", key));
  }
  const auto hosts = [&](const char* name, std::vector<std::string>& into) {
    const auto* n = node->find(name);
    if (!n) return;
    into.clear();
    for (const auto* host : read_strings(*n, name, out)) {
      if (is_host_pattern(host->text))
        into.push_back(host->text);
      else
        out.error(
            host->place,
            fmt::format(
                "\"{}\" is no host of \"{}\": write smn.<region>.example.com, smn.*.example.com or "
                "*-console.example.com, where * is one label or a part of one, in lower case",
                host->text, name));
    }
  };
  hosts("hosts", source.hosts);
  if (node->find("hosts")) source.subscribe_hosts = source.hosts;
  // Certificates of another cloud have names of that cloud.
  if (node->find("hosts") && !source.certificate_names.empty())
    source.certificate_names = without_ports(source.hosts);
  hosts("subscribe_hosts", source.subscribe_hosts);
  if (const auto* n = node->find("certificate_names"))
    source.certificate_names = read_names(*n, out);
  if (const auto* n = node->find("verify_chain"))
    source.verify_chain = read_bool(*n, "verify_chain", out).value_or(source.verify_chain);
  if (const auto* n = node->find("max_age"))
    source.max_age = read_duration(*n, "max_age", 1min, std::max<Duration>(window, 1min), out)
                         .value_or(source.max_age);
  source.how = read_how(*node, out);
  if (const auto* n = node->find("raw")) {
    source.raw = read_bool(*n, "raw", out).value_or(false);
    if (source.raw && !has_own_auth(root, "/ingest/sns"))
      out.error(n->place,
                "\"raw\" messages are not signed: add auth: {routes: {/ingest/sns: "
                "[{query_token_file: …}]}}");
  }
  return source;
}

}  // namespace alarum::config
