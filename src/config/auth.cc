#include "config/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/fields.h"
#include "config/config.h"
#include "config/network.h"
#include "config/push_ingest.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

// Keys of an entry whose value is a secret, in KEY or in the file that KEY_file names.
const std::vector<std::pair<std::string, Credential::Kind>> kWays{
    {"bearer_token", Credential::Kind::bearer},
    {"query_token", Credential::Kind::query_token},
    {"github_secret", Credential::Kind::github},
    {"standard_webhooks_secret", Credential::Kind::standard_webhooks}};
const std::vector<std::string> kCredentialKeys{"bearer_token",
                                               "bearer_token_file",
                                               "query_token",
                                               "query_token_file",
                                               "github_secret",
                                               "github_secret_file",
                                               "standard_webhooks_secret",
                                               "standard_webhooks_secret_file",
                                               "basic_auth",
                                               "header",
                                               "sdk_signature",
                                               "signature_header",
                                               "client_certificate",
                                               "networks",
                                               "name"};

std::vector<IpBlock> read_networks(const Node& node, Diagnostics& out) {
  std::vector<IpBlock> list;
  for (const auto* text : read_strings(node, "networks", out)) {
    if (const auto network = parse_network(text->text))
      list.push_back(*network);
    else
      out.error(text->place,
                fmt::format("\"{}\" is no network: write 10.0.0.0/8 or 2001:db8::/32", text->text));
  }
  if (list.empty() && node.items.empty())
    out.error(node.place, "\"networks\" is empty: every sender would be rejected");
  return list;
}

bool is_base64_key(std::string_view text) {
  if (text.starts_with("whsec_")) text.remove_prefix(6);
  return !text.empty() && unbase64(text);
}

constexpr std::size_t kMostName = 200;

// Reads one entry of a list, which must have exactly one way to prove an identity.
class EntryReader {
 public:
  EntryReader(const Node& node, Diagnostics& out) : node_(node), out_(out) {}

  std::optional<Credential> read() {
    const auto errors = out_.error_count();
    check_keys(node_, {kCredentialKeys, {}}, "auth", out_);
    for (const auto& [key, kind] : kWays) {
      if (node_.find(key) || node_.find(key + "_file"))
        take(kind, read_secret(node_, key, out_), "");
    }
    if (const auto* basic = node_.find("basic_auth")) take_basic(*basic);
    if (const auto* header = node_.find("header")) take_header(*header);
    if (const auto* keys = node_.find("sdk_signature")) take_keys(*keys);
    if (const auto* certificate = node_.find("client_certificate")) take_certificate(*certificate);
    const auto* networks = node_.find("networks");
    if (networks && found_.empty()) found_.push_back({Credential::Kind::network, {}, {}});
    if (networks) found_.front().networks = read_networks(*networks, out_);
    if (found_.size() != 1 && out_.error_count() == errors)
      out_.error(node_.place,
                 "an entry of auth needs one of bearer_token, basic_auth, query_token, header, "
                 "github_secret, standard_webhooks_secret (or its _file), sdk_signature, "
                 "client_certificate, or networks");
    if (found_.size() != 1 || out_.error_count() != errors) return std::nullopt;
    signature_header(found_.front());
    if (const auto* name = node_.find("name")) take_name(*name, found_.front());
    if (found_.front().kind == Credential::Kind::standard_webhooks &&
        !is_base64_key(found_.front().secret.reveal()))
      out_.error(
          node_.place,
          "the secret of standard_webhooks must be base64, with or without \"whsec_\" before it");
    return found_.front();
  }

 private:
  void take(Credential::Kind kind, const std::optional<Secret>& secret, std::string name) {
    if (secret) found_.push_back({kind, std::move(name), *secret});
  }

  void take_basic(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "basic_auth",
                     "a mapping with \"username\" and \"password\"", out_))
      return;
    check_keys(node, {{"username", "password", "password_file"}, {}}, "basic_auth", out_);
    const auto* username = node.find("username");
    const auto password = read_secret(node, "password", out_);
    if (!username) out_.error(node.place, "basic_auth has no \"username\"");
    if (!password && !node.find("password") && !node.find("password_file"))
      out_.error(node.place, "basic_auth has no \"password\" (or \"password_file\")");
    const auto name = username ? read_string(*username, "username", out_) : std::nullopt;
    if (name && name->find(':') != std::string::npos)
      out_.error(username->place, "a username of basic_auth has no \":\" in it");
    if (name && password)
      take(Credential::Kind::basic, Secret(*name + ":" + password->reveal()), "");
  }

  void take_header(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "header", "a mapping with \"name\" and \"value\"", out_))
      return;
    check_keys(node, {{"name", "value", "value_file"}, {}}, "header", out_);
    const auto* name = node.find("name");
    const auto value = read_secret(node, "value", out_);
    if (!name) out_.error(node.place, "header has no \"name\"");
    if (!value && !node.find("value") && !node.find("value_file"))
      out_.error(node.place, "header has no \"value\" (or \"value_file\")");
    if (const auto text = name ? read_string(*name, "name", out_) : std::nullopt)
      take(Credential::Kind::header, value, *text);
  }

  void take_keys(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "sdk_signature",
                     "a mapping with \"access_key\" and \"secret_key\"", out_))
      return;
    check_keys(node, {{"access_key", "secret_key", "secret_key_file"}, {}}, "sdk_signature", out_);
    const auto* access = node.find("access_key");
    const auto secret = read_secret(node, "secret_key", out_);
    if (!access) out_.error(node.place, "sdk_signature has no \"access_key\"");
    if (!secret && !node.find("secret_key") && !node.find("secret_key_file"))
      out_.error(node.place, "sdk_signature has no \"secret_key\" (or \"secret_key_file\")");
    if (const auto text = access ? read_string(*access, "access_key", out_) : std::nullopt)
      take(Credential::Kind::sdk_signature, secret, *text);
  }

  void take_certificate(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "client_certificate",
                     "a mapping, with \"names\" or empty", out_))
      return;
    check_keys(node, {{"names"}, {}}, "client_certificate", out_);
    Credential one{Credential::Kind::certificate, {}, {}};
    const auto* names = node.find("names");
    const auto list = names ? read_strings(*names, "names", out_) : std::vector<const Node*>();
    for (const auto* name : list) {
      if (name->text.empty() || name->text.find('*') != std::string::npos)
        out_.error(name->place, "a name of \"names\" is written out: collector.example.org");
      one.names.push_back(lowered(name->text));
    }
    if (names && list.empty())
      out_.error(names->place,
                 "\"names\" is empty: leave it out to accept every verified certificate");
    found_.push_back(std::move(one));
  }

  void take_name(const Node& node, Credential& credential) {
    credential.who = read_string(node, "name", out_).value_or("");
    const bool control =
        std::ranges::any_of(credential.who, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (credential.who.empty() || credential.who.size() > kMostName || control)
      out_.error(
          node.place,
          fmt::format(
              "\"name\" must name the owner of the credential, in one line of at most {} bytes",
              kMostName));
  }

  void signature_header(Credential& credential) {
    const auto* node = node_.find("signature_header");
    if (!node) return;
    if (credential.kind != Credential::Kind::github)
      out_.error(node->place, "\"signature_header\" goes with github_secret only");
    else
      credential.name = read_string(*node, "signature_header", out_).value_or("");
  }

  const Node& node_;
  Diagnostics& out_;
  std::vector<Credential> found_;
};

Credentials read_list(const Node& node, const std::string& name, Diagnostics& out) {
  Credentials list;
  if (!expect_kind(node, Kind::sequence, name, "a list of ways to prove who one is", out))
    return list;
  for (const auto& item : node.items) {
    if (!expect_kind(item, Kind::mapping, name, "a list of mappings", out)) continue;
    if (auto one = EntryReader(item, out).read()) list.push_back(std::move(*one));
  }
  return list;
}

Proxies read_proxies(const Node& node, Diagnostics& out) {
  Proxies proxies;
  if (!expect_kind(node, Kind::mapping, "proxies", "a mapping with \"networks\"", out))
    return proxies;
  check_keys(node, {{"networks", "header"}, {}}, "proxies", out);
  if (const auto* n = node.find("networks"))
    proxies.networks = read_networks(*n, out);
  else
    out.error(node.place, "proxies has no \"networks\": the addresses of your proxies");
  const auto* header = node.find("header");
  const auto name =
      header ? read_string(*header, "header", out).value_or("X-Forwarded-For") : "X-Forwarded-For";
  proxies.forwarded = name == "Forwarded";
  if (name != "Forwarded" && name != "X-Forwarded-For")
    out.error(header->place, fmt::format("\"header\" must be X-Forwarded-For or Forwarded, not {}",
                                         describe(*header)));
  return proxies;
}

constexpr std::string_view kJsonRoute = "/ingest/json/";
const std::vector<std::string>& ingest_routes() {
  static const auto kRoutes = [] {
    std::vector<std::string> routes{
        "/v1/events",        "/V1.0",          "/ingest/smn", "/ingest/sns", "/ingest/eventbridge",
        "/ingest/eventgrid", "/ingest/redfish"};
    std::istringstream names(ALARUM_DECODERS);  // of src/CMakeLists.txt
    for (std::string name; names >> name;) routes.push_back("/ingest/" + name);
    return routes;
  }();
  return kRoutes;
}

// An entry for a route that does not exist is an error: the route that was meant would stay open to
// the credentials of `ingest`.
void check_mapping(const Node& path, const std::map<std::string, JsonSource>& json,
                   Diagnostics& out) {
  const auto name = path.text.substr(kJsonRoute.size());
  if (json.contains(name)) return;
  std::vector<std::string> names;
  for (const auto& [known, source] : json) names.push_back(known);
  const auto near = did_you_mean(name, names);
  const auto all = names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "));
  out.error(path.place, fmt::format("there is no mapping \"{}\" in \"json\"{}", name,
                                    near.empty() ? ", which has " + all : near));
}

bool has_certificate(const Credentials& list) {
  return std::ranges::any_of(
      list, [](const auto& one) { return one.kind == Credential::Kind::certificate; });
}

}  // namespace

bool asks_for_certificates(const Auth& auth) {
  return (auth.ingest && has_certificate(*auth.ingest)) ||
         (auth.admin && has_certificate(*auth.admin)) ||
         (auth.view && has_certificate(*auth.view)) ||
         std::ranges::any_of(auth.routes,
                             [](const auto& route) { return has_certificate(route.second); });
}

std::shared_ptr<const Auth> default_auth() {
  return std::make_shared<const Auth>();
}

std::shared_ptr<const Auth> read_auth(const Node& node,
                                      const std::map<std::string, JsonSource>& json,
                                      Diagnostics& out) {
  auto auth = std::make_shared<Auth>();
  if (!expect_kind(node, Kind::mapping, "auth", "a mapping", out)) return auth;
  check_keys(node, {{"ingest", "admin", "view", "routes", "proxies"}, {}}, "auth", out);
  if (const auto* n = node.find("ingest")) auth->ingest = read_list(*n, "ingest", out);
  if (const auto* n = node.find("admin")) auth->admin = read_list(*n, "admin", out);
  if (const auto* n = node.find("view")) {
    auth->view = read_list(*n, "view", out);
    if (!auth->admin || auth->admin->empty())
      out.error(n->place,
                "\"view\" needs \"admin\" beside it: without, everybody may read and change all");
  }
  if (const auto* n = node.find("proxies")) auth->proxies = read_proxies(*n, out);
  const auto* routes = node.find("routes");
  if (!routes || !expect_kind(*routes, Kind::mapping, "routes", "a mapping of paths to lists", out))
    return auth;
  for (const auto& [path, list] : routes->members) {
    const bool mapped = path.text.starts_with(kJsonRoute) && path.text.size() > kJsonRoute.size();
    if (mapped)
      check_mapping(path, json, out);
    else if (std::ranges::find(ingest_routes(), path.text) == ingest_routes().end())
      out.error(path.place, fmt::format("no route \"{}\" takes events{}", path.text,
                                        did_you_mean(path.text, ingest_routes())));
    auth->routes[path.text] = read_list(list, path.text, out);
  }
  return auth;
}

}  // namespace alarum::config
