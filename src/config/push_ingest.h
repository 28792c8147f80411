#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/time.h"
#include "config/receiver.h"
#include "model/event.h"

namespace alarum::config {

/// Where one value of an event comes from.
struct From {
  enum class Kind {
    nowhere,
    item,    ///< a JSON Pointer into the item
    body,    ///< a JSON Pointer into the whole body
    header,  ///< a header of the request
    value    ///< as written in the config
  };
  Kind kind = Kind::nowhere;
  std::vector<std::string> pointer;  ///< RFC 6901, decoded: member names and array indexes
  /// The header's name or the value; of a pointer, as it was written
  std::string text;
};

/// `json: {NAME: …}`: how a body posted to `/ingest/json/NAME` becomes events.
struct JsonSource {
  /// An array of the body, each element of which is an event; else the body is one
  std::optional<From> items;
  From id, source, type, subject, time, severity, status;
  std::map<std::string, model::Severity> severity_words;  ///< the sender's words, in lower case
  std::map<std::string, model::Status> status_words;
};

/// `smn: …`, `sns: …`: services that push signed messages (docs/formats/smn.md, sns.md).
struct SignedSource {
  /// URNs or ARNs, in which * is any run of characters between two colons; empty: the route takes
  /// nothing
  std::vector<std::string> topics;
  /// That certificates may be fetched from. * is one label or a part of one; `<region>` the same
  /// where it is a region's name (`eu-west-1`), which no bucket's host has in that place.
  std::vector<std::string> hosts;
  std::vector<std::string> subscribe_hosts;  ///< that subscriptions may be confirmed at
  /// Of which the signing certificate must bear one, patterns as in `hosts`; empty: it may bear any
  std::vector<std::string> certificate_names;
  /// An authority that we trust (the system's, or `ca_file`) must vouch for the signing certificate
  bool verify_chain = false;
  /// Of a message; 1 m to `dedup.window`, within which a repeated one is known
  Duration max_age = std::chrono::hours(1);
  /// Those hosts are asked: the authority of private clouds, a proxy
  std::shared_ptr<const Http> how = std::make_shared<const Http>();
  /// SNS: unsigned ("raw") messages are taken, from senders that prove themselves otherwise
  bool raw = false;
};
SignedSource default_smn();
SignedSource default_sns();

/// What the config says of the routes that take other senders' formats. Immutable; a reload
/// replaces it.
struct PushIngest {
  std::map<std::string, JsonSource> json;
  SignedSource smn = default_smn(), sns = default_sns();
};

/// RFC 6901: "" or `/a/0/b~1c`. nullopt, and a fault, otherwise.
std::optional<std::vector<std::string>> read_pointer(const Node& node, const char* key,
                                                     Diagnostics& out);
std::map<std::string, JsonSource> read_json_sources(const Node& node, Diagnostics& out);
/// `key`: smn or sns. `window`: that of `dedup`.
SignedSource read_signed_source(const Node& root, const char* key, SignedSource source,
                                Duration window, Diagnostics& out);
/// The whole of it, from the config's root.
std::shared_ptr<const PushIngest> read_push_ingest(const Node& root, Duration dedup_window,
                                                   Diagnostics& out);

}  // namespace alarum::config
