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

/// One way in which a sender proves who it is. Several of a list are alternatives, so that a key
/// can be changed while senders still use the old one.
struct Credential {
  enum class Kind {
    bearer,       ///< `Authorization: Bearer …`
    basic,        ///< `Authorization: Basic …`: `secret` is user:password
    query_token,  ///< `?access_token=…` (RFC 6750 §2.3, which CloudEvents' web hooks require)
    header,       ///< a header of its own: `name`
    /// `X-Hub-Signature-256`, or the header `name`: HMAC-SHA256 of the body, hex
    github,
    network,  ///< nothing but where it comes from
    /// A client certificate that the handshake verified, with one of `names` unless there are none
    certificate,
    /// `Authorization: SDK-HMAC-SHA256 …` (Huawei Cloud's SDKs): `name` is the access key, `secret`
    /// the secret key
    sdk_signature,
    standard_webhooks  ///< `webhook-id`, `webhook-timestamp`, `webhook-signature`
  };
  Kind kind = Kind::bearer;
  std::string name;
  Secret secret;
  /// The sender must be in one of these as well; empty: wherever it is
  std::vector<IpBlock> networks = {};
  std::vector<std::string> names = {};  ///< of certificate, in lower case
  /// Whose it is (`name`): stands for whatever a request says of who sent it; empty: not said
  std::string who = {};
  bool signs_body() const {
    return kind == Kind::github || kind == Kind::standard_webhooks || kind == Kind::sdk_signature;
  }
};
using Credentials = std::vector<Credential>;

/// Proxies of ours, that are believed when they say whom a request is from.
struct Proxies {
  std::vector<IpBlock> networks;
  bool forwarded = false;  ///< the header is `Forwarded` (RFC 7239), else `X-Forwarded-For`
};

/// `auth`: nullopt is not said, an empty list is "nobody needs any".
struct Auth {
  std::optional<Credentials> ingest;          ///< of every route that takes events
  std::optional<Credentials> admin;           ///< of everything else but /-/healthy and /-/ready
  std::map<std::string, Credentials> routes;  ///< of one route, in place of `ingest`
  Proxies proxies;
};

/// Whether some entry is of Kind::certificate.
bool asks_for_certificates(const Auth& auth);

/// `json`: the mappings that there are, each of which has a route.
std::shared_ptr<const Auth> read_auth(const Node& node,
                                      const std::map<std::string, JsonSource>& json,
                                      Diagnostics& out);

}  // namespace alarum::config
