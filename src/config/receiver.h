#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/time.h"
#include "config/secret.h"
#include "model/alert.h"

namespace alarum::receivers {
class Receiver;  // receivers/receiver.h
}

namespace alarum::config {

/// Where the keys stand that name files, by the key (`ca_file`), for messages. Configs that differ
/// in nothing else are equal: a line that moved restarts nothing.
struct FilePlaces {
  std::map<std::string, Place> by_key;
  friend bool operator==(const FilePlaces&, const FilePlaces&) { return true; }
};

/// How a server that the daemon connects to proves who it is, and how the daemon does. Paths are
/// relative to the config file; the files are read at each connection, so a renewed certificate
/// needs no reload.
struct Tls {
  /// PEM. Empty: the authorities of the system, and no client certificate.
  std::string ca_file, cert_file, key_file;
  /// The name that the server's certificate must have; empty: the host of the URL.
  std::string server_name;
  bool insecure_skip_verify = false;
  FilePlaces places;
  friend bool operator==(const Tls&, const Tls&) = default;
};

/// How requests to one URL are made.
struct Http {
  Secret authorization;  ///< the value of the `Authorization` header; empty: none
  std::vector<std::pair<std::string, Secret>> headers;  ///< further ones
  Tls tls;
  Secret proxy_url;               ///< http, https or socks5; empty: none
  bool allow_link_local = false;  ///< link-local addresses (metadata services) may be asked
  friend bool operator==(const Http&, const Http&) = default;
};

/// What a person gets to read.
enum class Language { en, zh };
/// The words of a notification for people.
struct Words {
  Language language = Language::en;
  std::string title, text;  ///< templates (docs/delivery.md); empty: our own texts
};

/// One entry of a `*_configs` list: one way to notify a receiver. Together with its receiver's name
/// and its number it is a target of delivery.
struct Integration {
  std::string kind;  ///< `webhook`, `dingtalk`, …: the key in the config without `_configs`
  std::shared_ptr<const receivers::Receiver>
      as;  ///< what this kind alone has and does; nobody in a config's reader looks into it. null:
           ///< a plain POST
  Secret url;  ///< http or https (of mail: smtp, smtps), with a host, without user and password
  Http http;
  Words words;
  bool send_resolved = true;
  bool notify_ack = false;                   ///< acknowledgements and their end are notified too
  std::vector<model::EndReason> resolve_on;  ///< ends that are notified; empty: all
  /// The receiver that gets critical alerts that could not be delivered here; empty: none.
  std::string fallback;
  Duration timeout = std::chrono::seconds(10);         ///< of one attempt; 100 ms to 10 m
  Duration connect_timeout = std::chrono::seconds(5);  ///< 100 ms to 10 min
  /// For the answer to begin; 100 ms to 10 min, by default `timeout`. A value above `timeout` has
  /// no effect.
  Duration first_byte_timeout = std::chrono::seconds(10);
  /// Age at which a notification goes to the dead letters; 1 s to 30 d.
  Duration retry_max_age = std::chrono::hours(24);
  std::uint64_t concurrency = 16;  ///< requests at once; 1 to 1000
  /// Requests for each `rate_per`; 0: no limit. Notifications above it are combined into a digest.
  std::uint64_t rate = 0;
  Duration rate_per = std::chrono::minutes(1);
};

/// A dead man's switch: a request in regular intervals. The service that receives it raises the
/// alarm if the requests stop.
struct Heartbeat {
  Integration how;                           ///< url, http and time-outs
  Duration every = std::chrono::minutes(1);  ///< 1 s to 1 d
};

/// A named receiver: every notification goes to all of its integrations.
struct Receiver {
  std::string name;
  std::vector<Integration> integrations;
  Place place = {};  ///< in the config file; line 0: it is in none
};

}  // namespace alarum::config
