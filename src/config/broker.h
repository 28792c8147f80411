#pragma once
#include <string>
#include <vector>

#include "base/node.h"
#include "config/receiver.h"
#include "config/secret.h"

namespace alarum::config {

/// `{kafka: BROKERS, …}` or `{nats: SERVERS, …}` of `sources`: a message broker, and what is read
/// there (ingest/broker/broker_source.h). A plain value.
struct Broker {
  /// `host:port` each; at least one. Of nats also a URL with `nats://` or `tls://`.
  std::vector<std::string> servers;
  /// Of nats subjects. At least one; of nats with a stream one or none.
  std::vector<std::string> topics;
  /// The consumer group, of nats with a stream the durable consumer, under which the broker stores
  /// how far we came. Of nats without a stream the queue group; empty: none. Of mqtt
  /// the client id, which names the session.
  std::string group = "alarum";
  std::string stream;     ///< of nats: JetStream; empty: core NATS
  std::uint64_t qos = 1;  ///< of mqtt: 0 or 1
  /// Where a topic has no stored position: begin with what comes next, not with the oldest message.
  bool newest = false;
  std::string mechanism;  ///< SASL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: no user
  std::string username;
  Secret password, token;        ///< `token` of nats
  std::string credentials_file;  ///< of nats: a JWT and its seed
  bool encrypted = false;        ///< TLS
  Tls tls;

  friend bool operator==(const Broker&, const Broker&) = default;
};

/// The keys of an entry `kafka`, `nats` or `mqtt`, without those that all sources have.
std::vector<std::string> kafka_keys();
std::vector<std::string> nats_keys();
std::vector<std::string> mqtt_keys();
/// Reads an entry of `sources`. Faults go to `out`; the result must not be used then.
Broker read_kafka(const Node& node, Diagnostics& out);
Broker read_nats(const Node& node, Diagnostics& out);
Broker read_mqtt(const Node& node, Diagnostics& out);

}  // namespace alarum::config
