#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/crypto.h"
#include "base/url.h"
#include "config/field_reader.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using model::EndReason;
using namespace std::chrono_literals;

const std::vector<EndReason> kConfirmed{EndReason::recovered, EndReason::drained, EndReason::manual,
                                        EndReason::escalated};

// As expect_kind(), but without the value in the message: if a mapping is missing, its secret often
// stands in its place.
bool expect_mapping(const Node& node, const char* name, const char* what, Diagnostics& out) {
  if (node.is(Kind::mapping)) return true;
  out.error(node.place, fmt::format("\"{}\" must be {}", name, what));
  return false;
}

std::optional<EndReason> reason_of(const std::string& word) {
  for (int i = 1; i <= static_cast<int>(EndReason::lost); ++i) {
    if (to_text(static_cast<EndReason>(i)) == word) return static_cast<EndReason>(i);
  }
  return std::nullopt;
}

void read_resolve_on(FieldReader& entry, std::vector<EndReason>& into) {
  const auto* node = entry.find("resolve_on");
  if (!node) return;
  into.clear();
  if (node->is(Kind::string) && node->text == "all") return;
  for (const auto* word : read_strings(*node, "resolve_on", entry.out())) {
    if (word->text == "confirmed")
      into.insert(into.end(), kConfirmed.begin(), kConfirmed.end());
    else if (const auto reason = reason_of(word->text))
      into.push_back(*reason);
    else
      entry.fault(*word,
                  fmt::format("\"resolve_on\" must be all, confirmed, or a list of recovered, "
                              "drained, timeout, manual, escalated, rule_changed, lost, not {}",
                              describe(*word)));
  }
}

void read_retry(FieldReader& entry, Integration& into) {
  const auto* node = entry.find("retry");
  if (!node || !expect_mapping(*node, "retry", "a mapping with \"max_age\"", entry.out())) return;
  check_keys(*node, {{"max_age"}, {}}, "retry", entry.out());
  if (const auto* n = node->find("max_age"))
    into.retry_max_age =
        read_duration(*n, "max_age", 1s, 24h * 30, entry.out()).value_or(into.retry_max_age);
}

void read_rate(FieldReader& entry, Integration& into) {
  const auto* node = entry.find("rate_limit");
  if (!node ||
      !expect_mapping(*node, "rate_limit", "a mapping with \"count\" and \"per\"", entry.out()))
    return;
  check_keys(*node, {{"count", "per"}, {}}, "rate_limit", entry.out());
  if (const auto* n = node->find("count"))
    into.rate = read_count(*n, "count", 0, 100000, entry.out()).value_or(into.rate);
  if (const auto* n = node->find("per"))
    into.rate_per = read_duration(*n, "per", 1s, 24h, entry.out()).value_or(into.rate_per);
}

// Refuses control characters: a stray line break in a file would end the header or begin another
// one.
std::optional<Secret> header_value(const Secret& value, const Place& place,
                                   const std::string& header, Diagnostics& out) {
  const auto& text = value.reveal();
  const bool control =
      std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (!control) return value;
  out.error(place, fmt::format("a line break or control character in what is sent as the {} header",
                               header));
  return std::nullopt;
}

std::optional<Secret> read_authorization(const Node& node, Diagnostics& out) {
  if (!expect_mapping(node, "authorization", "a mapping with \"credentials\"", out))
    return std::nullopt;
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
  if (!expect_mapping(node, "basic_auth", "a mapping with \"username\" and \"password\"", out))
    return std::nullopt;
  check_keys(node, {{"username", "password", "password_file"}, {"username_file"}}, "basic_auth",
             out);
  const auto* username = node.find("username");
  const auto password = read_secret(node, "password", out);
  if (!username) out.error(node.place, "basic_auth has no \"username\"");
  if (!password && !node.find("password") && !node.find("password_file"))
    out.error(node.place, "basic_auth has no \"password\" (or \"password_file\")");
  if (!username || !read_string(*username, "username", out) || !password) return std::nullopt;
  if (username->text.find(':') != std::string::npos)
    out.error(username->place, "a username of basic_auth has no \":\" in it");
  return Secret("Basic " + base64(username->text + ":" + password->reveal()));
}

Secret read_credentials(const Node& node, Diagnostics& out) {
  std::vector<std::optional<Secret>> ways;
  if (node.find("bearer_token") || node.find("bearer_token_file")) {
    const auto token = read_secret(node, "bearer_token", out);
    ways.push_back(token ? std::optional(Secret("Bearer " + token->reveal())) : std::nullopt);
  }
  if (const auto* authorization = node.find("authorization"))
    ways.push_back(read_authorization(*authorization, out));
  if (const auto* basic = node.find("basic_auth")) ways.push_back(read_basic(*basic, out));
  if (ways.size() > 1)
    out.error(node.place,
              "http_config has more than one of bearer_token, authorization and basic_auth: keep "
              "one of them");
  if (ways.empty() || !ways.front()) return {};
  return header_value(*ways.front(), node.place, "Authorization", out).value_or(Secret());
}

bool is_token(const std::string& name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_ours(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kOurs[] = {
      "authorization",     "content-length", "content-type",      "host",
      "transfer-encoding", "webhook-id",     "webhook-timestamp", "webhook-signature",
      "idempotency-key",   "connection"};
  return std::ranges::find(kOurs, name) != std::end(kOurs);
}

// `headers: {X-Team: core, X-Key_file: /run/secrets/key}`
void read_headers(const Node& node, Http& into, Diagnostics& out) {
  if (!expect_mapping(node, "headers", "a mapping of names to values", out)) return;
  for (const auto& [key, value] : node.members) {
    const bool file = key.text.ends_with("_file");
    const auto name = file ? key.text.substr(0, key.text.size() - 5) : key.text;
    if (!is_token(name))
      out.error(key.place, "a header's name has letters, digits and \"-\" in it");
    else if (is_ours(name))
      out.error(
          key.place,
          fmt::format("the header \"{}\" is set by us{}", name,
                      name.size() == 13 ? ": use authorization, bearer_token or basic_auth" : ""));
    else if (auto secret = read_secret(node, name, out)) {
      if (auto good = header_value(*secret, value.place, name, out))
        into.headers.emplace_back(name, std::move(*good));
    }
  }
}

std::string read_path(const Node& mapping, const char* key, Diagnostics& out) {
  const auto* node = mapping.find(key);
  const auto path = node ? read_string(*node, key, out) : std::nullopt;
  return path ? beside(node->place.file, *path) : "";
}

void read_tls(const Node& node, Tls& into, Diagnostics& out) {
  if (!expect_mapping(node, "tls_config", "a mapping", out)) return;
  check_keys(node,
             {{"ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"},
              {"ca", "cert", "key", "min_version", "max_version"}},
             "tls_config", out);
  for (const auto& [key, path] :
       {std::pair{"ca_file", &into.ca_file}, std::pair{"cert_file", &into.cert_file},
        std::pair{"key_file", &into.key_file}}) {
    *path = read_path(node, key, out);
    if (const auto* n = node.find(key)) into.places.by_key[key] = n->place;
  }
  if (const auto* n = node.find("server_name"))
    into.server_name = read_string(*n, "server_name", out).value_or("");
  if (const auto* n = node.find("insecure_skip_verify"))
    into.insecure_skip_verify = read_bool(*n, "insecure_skip_verify", out).value_or(false);
  if (into.cert_file.empty() != into.key_file.empty())
    out.error(node.place, "tls_config needs both \"cert_file\" and \"key_file\", or neither");
}

}  // namespace

void read_common(FieldReader& entry, Integration& into) {
  entry.flag("send_resolved", into.send_resolved);
  entry.flag("notify_ack", into.notify_ack);
  read_resolve_on(entry, into.resolve_on);
  entry.text("fallback", into.fallback);
  entry.duration("timeout", into.timeout, 100ms, 10min);
  entry.duration("connect_timeout", into.connect_timeout, 100ms, 10min);
  into.first_byte_timeout = into.timeout;
  entry.duration("first_byte_timeout", into.first_byte_timeout, 100ms, 10min);
  entry.count("concurrency", into.concurrency, 1, 1000);
  read_retry(entry, into);
  read_rate(entry, into);
}

void read_proxy(const Node& node, Secret& into, Diagnostics& out) {
  const auto url = read_secret(node, "proxy_url", out);
  if (!url) return;
  const bool known = url->reveal().starts_with("http://") ||
                     url->reveal().starts_with("https://") ||
                     url->reveal().starts_with("socks5://");
  const auto* at = node.find("proxy_url") ? node.find("proxy_url") : node.find("proxy_url_file");
  if (!known)
    out.error(at->place, "\"proxy_url\" must be an http://, https:// or socks5:// URL");
  else if (has_bad_port(Url(url->reveal()).authority))
    out.error(at->place, "\"proxy_url\" has a port that is none: ports go from 1 to 65535");
  into = *url;
}

void read_http(FieldReader& entry, Http& into) {
  const auto* node = entry.find("http_config");
  auto& out = entry.out();
  if (!node || !expect_mapping(*node, "http_config", "a mapping", out)) return;
  check_keys(
      *node,
      {{"bearer_token", "bearer_token_file", "authorization", "basic_auth", "follow_redirects",
        "headers", "tls_config", "proxy_url", "proxy_url_file", "allow_link_local"},
       {"oauth2", "no_proxy", "proxy_from_environment", "proxy_connect_header", "enable_http2",
        "http_headers"}},
      "http_config", out);
  if (const auto* follow = node->find("follow_redirects");
      follow && read_bool(*follow, "follow_redirects", out).value_or(false)) {
    out.error(follow->place,
              "\"follow_redirects\" must be false: a webhook's secrets are sent to the place you "
              "wrote and no other");
  }
  into.authorization = read_credentials(*node, out);
  if (const auto* n = node->find("headers")) read_headers(*n, into, out);
  if (const auto* n = node->find("tls_config")) read_tls(*n, into.tls, out);
  read_proxy(*node, into.proxy_url, out);
  if (const auto* n = node->find("allow_link_local"))
    into.allow_link_local = read_bool(*n, "allow_link_local", out).value_or(false);
}

void read_mail_tls(FieldReader& entry, Tls& into) {
  if (const auto* n = entry.find("tls_config")) read_tls(*n, into, entry.out());
}

}  // namespace alarum::config
