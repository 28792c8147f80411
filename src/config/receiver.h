#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/secret.h"
#include "model/alert.h"

namespace alarum::receivers {
class Receiver;  // receivers/receiver.h
}

namespace alarum::config {

/// How a server proves itself to us, and we to it. Paths stand beside the config file; the files
/// are read at each connection.
struct Tls {
  /// PEM; empty: the system's authorities, no certificate of ours
  std::string ca_file, cert_file, key_file;
  /// The name its certificate must bear; empty: the host of the URL
  std::string server_name;
  bool insecure_skip_verify = false;
  friend bool operator==(const Tls&, const Tls&) = default;
};

struct Http {
  Secret authorization;  ///< the value of the `Authorization` header; empty: none is sent
  std::vector<std::pair<std::string, Secret>> headers;  ///< further ones
  Tls tls;
  Secret proxy_url;               ///< http, https or socks5; empty: none
  bool allow_link_local = false;  ///< metadata services and link-local addresses may be asked
  friend bool operator==(const Http&, const Http&) = default;
};

/// What a person gets to read.
enum class Language { en, zh };
struct Words {
  Language language = Language::en;
  std::string title, text;  ///< templates (docs/delivery.md); empty: our own texts
};

/// One entry of a `*_configs` list: a way to tell a receiver.
struct Integration {
  std::string kind;  ///< `webhook`, `dingtalk`, …: the key in the config without `_configs`
  std::shared_ptr<const receivers::Receiver>
      as;  ///< what this kind alone has and does; nobody in a config's reader looks into it. null:
           ///< a plain POST
  Secret url;  ///< http or https (of mail: smtp, smtps), with a host, without user and password
  Http http;
  Words words;
  bool send_resolved = true;
  bool notify_ack = false;                   ///< acknowledgements and their end are notified
  std::vector<model::EndReason> resolve_on;  ///< ends that are told; empty: all
  /// The receiver that is told of critical alerts that could not be delivered here
  std::string fallback;
  Duration timeout = std::chrono::seconds(10);  ///< of one attempt; 100 ms to 10 m
  Duration connect_timeout = std::chrono::seconds(5);
  /// Until an answer begins; not more than `timeout`
  Duration first_byte_timeout = std::chrono::seconds(10);
  /// What is older goes to the dead letters; 1 s to 30 d
  Duration retry_max_age = std::chrono::hours(24);
  std::uint64_t concurrency = 16;  ///< requests at once; 1 to 1000
  /// Requests in `rate_per`; 0: no limit. What waits becomes one digest
  std::uint64_t rate = 0;
  Duration rate_per = std::chrono::minutes(1);
};

/// A dead-man's switch: somebody else rings when this stops coming.
struct Heartbeat {
  Integration how;                           ///< url, http, time-outs
  Duration every = std::chrono::minutes(1);  ///< 1 s to 1 d
};

struct Receiver {
  std::string name;
  std::vector<Integration> integrations;
};

}  // namespace alarum::config
