#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/receiver.h"
#include "config/routing.h"
#include "config/secret.h"

namespace alarum::config {

/// `127.0.0.1:9797`, `[::1]:9797`, `localhost:9797`. Port 0: any that is free.
struct Address {
  std::string host = "127.0.0.1";  ///< IPv6 without brackets
  std::uint16_t port = 9797;
  friend bool operator==(const Address&, const Address&) = default;

  std::string text() const;
  /// 127.0.0.0/8, ::1 or `localhost`: nobody on another machine can reach it.
  bool is_loopback() const;
};

/// Error `bad_address`.
Result<Address> parse_address(std::string_view text);

/// What a sender may take of us. One above is answered 413, 431 or 503, a slow one is cut off.
struct Limits {
  /// Bytes of a request that is not streamed; 1 KiB to 1 GiB
  std::uint64_t body = 8 << 20;
  /// Bytes of one event; 1 KiB to 64 MiB, not more than `body`
  std::uint64_t event = 1 << 20;
  std::uint64_t header = 16 << 10;  ///< bytes of a request's header; 1 KiB to 1 MiB
  std::uint64_t depth = 128;        ///< nested arrays and objects; 1 to 128
  /// Bytes of all bodies that are being taken, together; `body` to 1 TiB
  std::uint64_t bodies = 256 << 20;
  std::uint64_t connections = 4096;  ///< open at once; 1 to 1,000,000
  /// For a whole header to arrive; 100 ms to 1 h
  Duration header_timeout = std::chrono::seconds(10);
  /// For the next bytes of a body to arrive, and for an answer to be taken; 100 ms to 1 h
  Duration body_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(75);  ///< between two requests; 100 ms to 1 h
  /// How old a committed event may get before its turn; then senders have to wait; 1 s to 1 d
  Duration engine_lag = std::chrono::seconds(60);
};

struct Journal {
  enum class Keep { all, matched };
  /// `matched`: events that hit no rule are counted, not stored
  Keep keep = Keep::all;
  Duration retention = std::chrono::days(7);  ///< 1 m to 10 years
  /// Bytes of all segments; 1 MiB to 1024 TiB, at least twice `segment_size`
  std::uint64_t max_size = 10ULL << 30;
  std::uint64_t segment_size = 64ULL << 20;  ///< bytes of one segment; 64 KiB to 4 GiB
};

struct Dedup {
  /// How long an event's identity is remembered; 0 to 30 d
  Duration window = std::chrono::hours(24);
  std::uint64_t max = 4000000;  ///< identities at once; 1 to 1,000,000,000
};

struct Ces {
  /// Refuse what the vendor's documents do not allow (EVENT.SYS, empty optional fields, old events)
  bool strict = false;
};

struct PushIngest;  // config/pushes.h
std::shared_ptr<const PushIngest> default_pushes();
struct Auth;  // config/auth.h
std::shared_ptr<const Auth> default_auth();

struct Source;  // config/sources.h
std::shared_ptr<const std::vector<Source>> no_sources();

/// What a silence may be (docs/routing.md): against those that hide too much for too long.
struct Silences {
  Duration max_duration = std::chrono::days(365);  ///< 1 m to 10 years
  /// How many of its matchers must demand something of an alert; 1 to 16
  std::uint64_t min_matchers = 1;
};

struct Log {
  log::Level level = log::Level::info;
  log::Style format = log::Style::logfmt;
};

/// Certificate and key of the listener, and whose certificates senders must show (docs/auth.md).
struct ListenTls {
  std::string cert_file, key_file;  ///< the certificate with those between it and the authority
  std::string client_ca_file;       ///< empty: senders need none
  /// `client_auth_type: VerifyClientCertIfGiven`: who shows none gets in as well
  bool client_optional = false;
  friend bool operator==(const ListenTls&, const ListenTls&) = default;
};

/// The whole configuration (DESIGN §10, docs/config.md) with its defaults: loopback, the shipped
/// rules, `./var`, alerts on the console. Plain values; paths are absolute or relative to the
/// working folder.
struct Config {
  Address listen;
  std::optional<ListenTls> tls;
  bool insecure = false;  ///< other machines may reach us without authentication
  /// How people reach us, for links in notifications; no slash at the end; empty: http://<listen>
  std::string external_url;
  std::string data = "./var";
  std::optional<std::vector<std::string>> rules;  ///< files and folders; nullopt: the shipped ones
  Limits limits;
  Journal journal;
  Dedup dedup;
  Ces ces;
  /// Of the `/ingest/…` routes; never nullptr
  std::shared_ptr<const PushIngest> pushes = default_pushes();
  /// Who may use which route; never nullptr
  std::shared_ptr<const Auth> auth = default_auth();
  /// Where events come from beside the routes; never nullptr
  std::shared_ptr<const std::vector<Source>> sources = no_sources();
  Silences silences;
  Log log;
  std::string route = "console";  ///< the name of the receiver at the root of the routes
  Routing routing = console_routing();
  std::optional<Heartbeat> heartbeat;
  std::vector<Receiver> receivers;  ///< never empty once it was read
  /// Of `global`: a posted alert without an end is over so long after its last post; 1 s to 365 d
  Duration resolve_timeout = std::chrono::minutes(5);
  /// The text that says that (notifying_part()), without secrets; by default that of a config that
  /// says nothing
  std::string notifying = "{}\n";
  /// The receiver of the alerts that the bridge raises about itself; empty: the root's
  std::string self_monitoring;

  /// The one that `route` names.
  const Receiver& receiver() const;
};

struct ReceiverKind;  // config/receiver_kind.h
using ReceiverKinds = std::vector<ReceiverKind>;

/// What holds without a config file.
Config default_config(const ReceiverKinds& kinds);

/// Reads a config file, and the `*_file` secrets that it names. `kinds`: the receivers that there
/// are. Every fault goes to `out`, none of which shows a secret; nullopt when there is an error.
/// Relative paths become relative to the file's folder.
std::optional<Config> read_file(const std::string& path, const ReceiverKinds& kinds,
                                Diagnostics& out);

/// The same of a text, which stands in for the file.
std::optional<Config> parse(std::string_view text, const std::string& path,
                            const ReceiverKinds& kinds, Diagnostics& out);

/// Error `exposed` when other machines can reach the address, `auth` leaves events or
/// administration open, and nobody said `insecure`: to be asked again when a flag changes the
/// address.
Result<void> check_exposure(const Address& listen, bool insecure, const Auth& auth);

}  // namespace alarum::config
