#pragma once
#include <string>
#include <vector>

#include "base/node.h"
#include "config/receiver.h"
#include "config/secret.h"

namespace alarum::config {

/// `{kafka: BROKERS, …}` of `sources`: a message broker, and what is read there
/// (ingest/broker/broker_source.h). A plain value.
struct Broker {
  std::vector<std::string> servers;  ///< `host:port` each; at least one
  std::vector<std::string> topics;   ///< at least one
  /// The consumer group, under which the broker stores how far we came.
  std::string group = "alarum";
  /// Where a topic has no stored position: begin with what comes next, not with the oldest message.
  bool newest = false;
  std::string mechanism;  ///< SASL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: no user
  std::string username;
  Secret password;
  bool encrypted = false;  ///< TLS
  Tls tls;

  friend bool operator==(const Broker&, const Broker&) = default;
};

/// The keys of an entry `kafka`, without those that all sources have.
std::vector<std::string> kafka_keys();
/// Reads an entry of `sources`. Faults go to `out`; the result must not be used then.
Broker read_kafka(const Node& node, Diagnostics& out);

}  // namespace alarum::config
