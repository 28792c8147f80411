#pragma once
#include <string>
#include <vector>

#include "config/broker.h"
#include "config/cloud_eye.h"
#include "config/config.h"
#include "config/event_limits.h"
#include "config/network.h"

namespace alarum::config {

/// The format of one line or one message.
enum class LineFormat {
  cloudevents,  ///< a structured CloudEvent, JSON
  json,         ///< any JSON, by a mapping of `json`
  syslog,       ///< RFC 5424 or RFC 3164
  redfish       ///< an `Event` or `MetricReport` payload
};

/// One entry of `sources` (docs/sources.md): where events come from besides the HTTP routes. A
/// plain value; most members are of one kind or a few.
struct Source {
  enum class Kind {
    standard_input,
    unix_socket,
    tcp,
    udp,
    file,
    sse,
    redfish,
    cloud_eye,
    kafka,
    nats,
    mqtt
  };
  Kind kind = Kind::standard_input;
  /// In logs and metrics; by default `tcp:127.0.0.1:5140`. Unique.
  std::string name;
  std::string path;  ///< of unix_socket; of file a pattern (glob(7))
  Address listen;    ///< of tcp and udp
  LineFormat format = LineFormat::cloudevents;
  std::string json;              ///< of LineFormat::json: the mapping's name
  std::string timezone = "UTC";  ///< of RFC 3164 times, which name none
  std::optional<ListenTls> tls;  ///< of tcp
  /// Of tcp with tls: for the TLS handshake; 100 ms to 5 min. Then the connection is closed.
  Duration handshake = std::chrono::seconds(10);
  std::vector<IpBlock> allow;        ///< addresses that may send; empty: all
  std::uint64_t connections = 1000;  ///< open at once; 1 to 100,000
  Secret url;                        ///< of sse; of redfish the BMC, without a slash at the end
  Secret destination;                ///< of redfish: where the BMC posts to
  std::string context;               ///< of redfish: by which the subscription is known
  /// Of redfish, and of sse with that format: the path of the log service that is read after a gap.
  /// Empty: of redfish the one that seems best, of sse none.
  std::string log;
  /// Of redfish, and of sse with that format: between two looks at the log.
  Duration every = std::chrono::minutes(1);
  Http http;  ///< of sse and redfish: credentials, TLS, proxy
  Duration idle_timeout = std::chrono::minutes(15);  ///< of sse: without a byte; 0: no limit
  std::optional<CloudEye> cloud_eye;                 ///< of cloud_eye
  std::optional<Broker> broker;                      ///< of kafka, nats and mqtt
  EventLimits event;                                 ///< `bytes` limits a line, too

  friend bool operator==(const Source&, const Source&) = default;
};

/// Reads `sources`. `config`: what was read of the other keys. Every fault goes to `out`.
std::vector<Source> read_sources(const Node& node, const Config& config, Diagnostics& out);

}  // namespace alarum::config
