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

/// Where the daemon listens: `127.0.0.1:9797`, `[::1]:9797` or `localhost:9797`. Port 0 means any
/// free port.
struct Address {
  std::string host = "127.0.0.1";  ///< IPv6 without brackets
  std::uint16_t port = 9797;
  friend bool operator==(const Address&, const Address&) = default;

  /// The address as parse_address() reads it.
  std::string text() const;
  /// 127.0.0.0/8, ::1 or `localhost`: it cannot be reached from another machine.
  bool is_loopback() const;
};

/// Error `bad_address`. The host must be an address in digits or `localhost`: another name may mean
/// several addresses, and different ones after a restart.
Result<Address> parse_address(std::string_view text);

/// What one client may use. A request above a limit is answered 413, 431 or 503; a slow client is
/// disconnected.
struct Limits {
  /// Bytes of a request that is not streamed; 1 KiB to 1 GiB.
  std::uint64_t body = 8 << 20;
  /// Bytes of one event; 1 KiB to 64 MiB, and not more than `body`.
  std::uint64_t event = 1 << 20;
  std::uint64_t header = 16 << 10;  ///< bytes of a request's header; 1 KiB to 1 MiB
  std::uint64_t depth = 128;        ///< nested arrays and objects; 1 to 128
  /// Bytes of all request bodies that are in memory at once; from `body` to 1 TiB.
  std::uint64_t bodies = 256 << 20;
  std::uint64_t connections = 4096;  ///< open at once; 1 to 1,000,000
  /// For a whole header to arrive; 100 ms to 1 h.
  Duration header_timeout = std::chrono::seconds(10);
  /// For the next bytes of a body to arrive, and for the client to accept the answer; 100 ms to 1
  /// h.
  Duration body_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(75);  ///< between two requests; 100 ms to 1 h
  /// How old a committed event may be before the engine has processed it. Above it, senders are
  /// answered 503 until the engine has caught up. 1 s to 1 d.
  Duration engine_lag = std::chrono::seconds(60);
};

/// The section `journal`: how much of the log is kept on disk.
struct Journal {
  enum class Keep { all, matched };
  /// `matched`: events that no rule matches are counted but not stored.
  Keep keep = Keep::all;
  /// Age at which segments may be deleted; 1 min to 10 years.
  Duration retention = std::chrono::days(7);
  /// Bytes of all segments; 1 MiB to 1024 TiB, and at least two segments.
  std::uint64_t max_size = 10ULL << 30;
  std::uint64_t segment_size = 64ULL << 20;  ///< bytes of one segment; 64 KiB to 4 GiB
};

/// The section `dedup`: how long duplicates are recognised (model/dedup.h).
struct Dedup {
  /// How long an event's identity is remembered; 0 to 30 d.
  Duration window = std::chrono::hours(24);
  std::uint64_t max = 4000000;  ///< identities at once; 1 to 1,000,000,000
};

/// The section `ces`, for events in Cloud Eye's format.
struct Ces {
  /// Reject what the vendor's documents do not allow: EVENT.SYS, empty optional fields, old events.
  bool strict = false;
};

/// The next three are defined in headers of their own, so that most readers of a Config need not
/// include them. The functions give their defaults.
struct PushIngest;  // config/push_ingest.h
std::shared_ptr<const PushIngest> default_pushes();
struct Auth;  // config/auth.h
std::shared_ptr<const Auth> default_auth();

struct Source;  // config/sources.h
std::shared_ptr<const std::vector<Source>> no_sources();

/// Limits of a silence (docs/routing.md), against silences that hide too much for too long.
struct Silences {
  Duration max_duration = std::chrono::days(365);  ///< 1 m to 10 years
  /// How many of its matchers must demand something of an alert: a matcher that also accepts the
  /// empty string does not count. 1 to 16.
  std::uint64_t min_matchers = 1;
};

struct Log {
  log::Level level = log::Level::info;
  log::Style format = log::Style::logfmt;
};

/// Certificate and key of a listener, and the authority whose certificates clients must show
/// (docs/auth.md).
struct ListenTls {
  std::string cert_file, key_file;  ///< PEM; cert_file has the intermediate certificates too
  std::string client_ca_file;       ///< empty: clients need no certificate
  /// `client_auth_type: VerifyClientCertIfGiven`: clients without a certificate may connect as
  /// well.
  bool client_optional = false;
  FilePlaces places;
  friend bool operator==(const ListenTls&, const ListenTls&) = default;
};

/// The whole configuration (docs/config.md) with its defaults: loopback, the shipped rules,
/// `./var`, alerts on the console. A plain value without pointers into the file. Paths are absolute
/// or relative to the working folder. The main thread reads it at the start and at each reload;
/// parts that other threads read are behind shared_ptr<const T>.
struct Config {
  Address listen;
  std::optional<ListenTls> tls;
  bool insecure = false;  ///< an address that others can reach may be without auth
  /// How people reach the daemon, for links in notifications; no slash at its end. Empty:
  /// http://<listen>.
  std::string external_url;
  std::string data = "./var";
  std::optional<std::vector<std::string>> rules;  ///< files and folders; nullopt: the shipped ones
  Limits limits;
  Journal journal;
  Dedup dedup;
  Ces ces;
  /// For the `/ingest/…` routes. Never nullptr.
  std::shared_ptr<const PushIngest> pushes = default_pushes();
  /// Authentication of requests. Never nullptr.
  std::shared_ptr<const Auth> auth = default_auth();
  /// Where events come from besides the HTTP routes. Never nullptr.
  std::shared_ptr<const std::vector<Source>> sources = no_sources();
  Silences silences;
  Log log;
  std::string route = "console";  ///< the receiver at the root of the routes
  Routing routing = console_routing();
  std::optional<Heartbeat> heartbeat;
  std::vector<Receiver> receivers;  ///< not empty after parse() or read_file()
  /// `global.resolve_timeout`: a posted alert without an end resolves this long after its last
  /// post. 1 s to 365 d.
  Duration resolve_timeout = std::chrono::minutes(5);
  /// notifying_part() of this config: the text that is recorded in the journal, without secrets.
  /// The default is that of an empty config.
  std::string notifying = "{}\n";
  /// The file without its secrets (shown_text()); empty: no file was read
  std::string shown;
  /// The receiver of built-in alerts; empty: the receiver at the root.
  std::string self_monitoring;

  /// The receiver that `route` names. It exists in every Config that parse() returned.
  const Receiver& receiver() const;
};

struct ReceiverKind;  // config/receiver_kind.h
using ReceiverKinds = std::vector<ReceiverKind>;

/// The configuration without a config file.
Config default_config(const ReceiverKinds& kinds);

/// Reads a config file and the secret files that it names. `kinds`: the kinds of receivers that
/// exist. Every fault goes to `out` and shows no secret; nullopt if there is an error. Relative
/// paths in the file are relative to its folder. Blocks on the file system. At most 4 MiB.
std::optional<Config> read_file(const std::string& path, const ReceiverKinds& kinds,
                                Diagnostics& out);

/// The same for a text. `path` is the name of the file for messages and relative paths.
std::optional<Config> parse(std::string_view text, const std::string& path,
                            const ReceiverKinds& kinds, Diagnostics& out);

/// Error `exposed` if other machines can reach the address, `auth` leaves ingestion or
/// administration open, and `insecure` is false. Call it again if a command line option changes the
/// address.
Result<void> check_exposure(const Address& listen, bool insecure, const Auth& auth);

}  // namespace alarum::config
