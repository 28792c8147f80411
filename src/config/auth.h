#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_block.h"
#include "base/node.h"
#include "config/secret.h"

namespace alarum::config {

struct JsonSource;

/// One way in which a sender proves who it is (docs/auth.md). If a list has several, any one is
/// enough, so that a key can be changed while some senders still use the old one. A plain value;
/// http/credentials checks requests against it.
struct Credential {
  enum class Kind {
    bearer,       ///< `Authorization: Bearer …`
    basic,        ///< `Authorization: Basic …`: `secret` is user:password
    query_token,  ///< `?access_token=…` (RFC 6750 section 2.3; CloudEvents' web hooks)
    header,       ///< a header with the name `name` and the value `secret`
    /// The header `X-Hub-Signature-256`, or the header `name`: HMAC-SHA-256 of the body in hex.
    github,
    network,  ///< no proof but the address, which must be in `networks`
    /// A client certificate that the TLS handshake verified. If `names` is not empty, it must have
    /// one of them.
    certificate,
    /// `Authorization: SDK-HMAC-SHA256 …` of Huawei Cloud's SDKs (base/sdk_signature.h). `name` is
    /// the access key, `secret` the secret key.
    sdk_signature,
    standard_webhooks  ///< `webhook-id`, `webhook-timestamp`, `webhook-signature`
  };
  Kind kind = Kind::bearer;
  std::string name;
  Secret secret;
  /// The sender's address must be in one of these as well; empty: any address.
  std::vector<IpBlock> networks = {};
  std::vector<std::string> names = {};  ///< of certificate, in lower case
  /// The `name` of the entry: it replaces what a request itself says about its sender. Empty: not
  /// given.
  std::string who = {};
  /// Whether the proof depends on the body, so the body must be read before the request can be
  /// accepted.
  bool signs_body() const {
    return kind == Kind::github || kind == Kind::standard_webhooks || kind == Kind::sdk_signature;
  }
  /// Whether two entries of configs say the same. Not for secrets of requests (same_secret()).
  friend bool operator==(const Credential&, const Credential&) = default;
};
using Credentials = std::vector<Credential>;

/// The user's own proxies. Only what they say about the client's address is believed.
struct Proxies {
  std::vector<IpBlock> networks;
  bool forwarded = false;  ///< header `Forwarded` (RFC 7239), else `X-Forwarded-For`
};

/// The section `auth`. Missing (nullopt) and empty lists differ: an empty list means that no
/// credential is needed, and check_exposure() allows neither on an address that other machines can
/// reach. Immutable and shared; a reload replaces it.
struct Auth {
  std::optional<Credentials> ingest;          ///< for every route that takes events
  std::optional<Credentials> admin;           ///< for all else but /-/healthy and /-/ready
  std::optional<Credentials> view;            ///< for what only reads, beside those of `admin`
  std::map<std::string, Credentials> routes;  ///< of one route, instead of `ingest`
  Proxies proxies;
};

/// Whether some list has an entry of Kind::certificate. The listener must then ask for
/// certificates.
bool asks_for_certificates(const Auth& auth);

/// Reads `auth`. `json`: the mappings of the config, each of which has a route. Reads secret files,
/// so it blocks. Faults go to `out` and show no secret. Never nullptr.
std::shared_ptr<const Auth> read_auth(const Node& node,
                                      const std::map<std::string, JsonSource>& json,
                                      Diagnostics& out);

}  // namespace alarum::config
