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
  /// Of item and body: the JSON Pointer (RFC 6901) as its parts, decoded.
  std::vector<std::string> pointer;
  /// Of header: its name. Of value: the value. Of a pointer: as it was written, for messages.
  std::string text;
};

/// `json: {NAME: …}`: how a body that is posted to `/ingest/json/NAME` becomes events.
struct JsonSource {
  /// An array in the body of which each element is an event. nullopt: the body is one event.
  std::optional<From> items;
  From id, source, type, subject, time, severity, status;
  /// The sender's words, in lower case, and what they mean here.
  std::map<std::string, model::Severity> severity_words;
  std::map<std::string, model::Status> status_words;
};

/// `smn: …` and `sns: …`: cloud services that push signed messages (docs/formats/smn.md, sns.md).
struct SignedSource {
  /// URNs or ARNs from which messages are accepted; `*` stands for any characters between two
  /// colons. Empty: the route accepts nothing.
  std::vector<std::string> topics;
  /// Hosts from which signing certificates may be fetched. `*` is one label or a part of one.
  /// `<region>` is the same, but must look like a region's name (`eu-west-1`), so that it cannot be
  /// the name of a storage bucket that anybody may create.
  std::vector<std::string> hosts;
  std::vector<std::string> subscribe_hosts;  ///< hosts at which subscriptions may be confirmed
  /// Names of which the signing certificate must have one; patterns as in `hosts`. Empty: any name.
  std::vector<std::string> certificate_names;
  /// Whether a trusted authority (the system's, or `ca_file`) must have issued the signing
  /// certificate.
  bool verify_chain = false;
  /// How old a message may be. 1 min to `dedup.window`, so that a replayed message is either too
  /// old or recognised as a duplicate.
  Duration max_age = std::chrono::hours(1);
  /// TLS and proxy for requests to these hosts.
  std::shared_ptr<const Http> how = std::make_shared<const Http>();
  /// SNS only: unsigned ("raw") messages are accepted. The route must then have credentials of its
  /// own.
  bool raw = false;
};
/// The hosts and names of the public clouds, without topics.
SignedSource default_smn();
SignedSource default_sns();

/// The config of the routes for other senders' formats. Immutable and shared; a reload replaces it.
struct PushIngest {
  std::map<std::string, JsonSource> json;
  SignedSource smn = default_smn(), sns = default_sns();
};

/// Reads a JSON Pointer (RFC 6901) such as "" or `/a/0/b~1c`. nullopt and an error if it is none.
std::optional<std::vector<std::string>> read_pointer(const Node& node, const char* key,
                                                     Diagnostics& out);
/// Reads the mappings of `json`. The functions here report faults to `out` and leave out what is
/// faulty.
std::map<std::string, JsonSource> read_json_sources(const Node& node, Diagnostics& out);
/// Reads the section `key` (smn or sns) on top of its defaults. `window`: `dedup.window`.
SignedSource read_signed_source(const Node& root, const char* key, SignedSource source,
                                Duration window, Diagnostics& out);
/// Reads all of it from the root of the config. Never nullptr.
std::shared_ptr<const PushIngest> read_push_ingest(const Node& root, Duration dedup_window,
                                                   Diagnostics& out);

}  // namespace alarum::config
