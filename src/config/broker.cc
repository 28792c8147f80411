#include "config/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "config/field_reader.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

constexpr std::size_t kMostServers = 64, kMostTopics = 1000, kLongest = 249;

// Whether the text can stand in a list with commas, as the libraries want it.
bool is_plain(std::string_view text) {
  const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7F && c != ','; };
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, plain);
}

// The texts of a key that must have at least one. What somebody wrote into an address is not
// repeated: it may be a password.
void read_list(FieldReader& entry, const char* key, std::size_t most,
               std::vector<std::string>& into) {
  const auto* node = entry.find(key);
  if (!node) return entry.fault(entry.node(), fmt::format("{} has no \"{}\"", entry.where(), key));
  entry.texts(key, into);
  if (into.empty() || into.size() > most)
    entry.fault(*node, fmt::format("\"{}\" must have 1 to {} entries", key, most));
  if (!std::ranges::all_of(into, is_plain))
    entry.fault(*node, fmt::format("\"{}\" must have texts of 1 to {} characters without blanks "
                                   "and commas",
                                   key, kLongest));
}

// `example`: what is right, for the message.
void read_servers(FieldReader& entry, const char* key, const char* example,
                  const std::vector<std::string>& schemes, std::vector<std::string>& into) {
  read_list(entry, key, kMostServers, into);
  for (std::string_view server : into) {
    for (const auto& scheme : schemes) {
      if (server.starts_with(scheme)) server.remove_prefix(scheme.size());
    }
    const bool host = !server.empty() && server[0] != ':' &&
                      server.find_first_of("/@?#") == std::string_view::npos;
    if (host && !has_bad_port(server)) continue;
    entry.fault(*entry.find(key), fmt::format("\"{}\" must have {}, without a user (username, "
                                              "password)",
                                              key, example));
  }
}

void read_name(FieldReader& entry, const char* key, std::string& into) {
  entry.text(key, into);
  if (const auto* node = entry.find(key); node && !is_plain(into))
    entry.fault(*node,
                fmt::format("\"{}\" must have 1 to {} characters without blanks", key, kLongest));
}

void user_and_password(FieldReader& entry, Broker& into) {
  entry.text("username", into.username);
  entry.secret("password", into.password);
  if (into.username.empty() != into.password.empty())
    entry.fault(entry.node(), "\"username\" and \"password\" (or \"password_file\") go together");
}

// How the user of Kafka is proved.
void read_mechanism(FieldReader& entry, Broker& into) {
  static const std::vector<std::string> kMechanisms{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  if (const auto word = entry.choice("mechanism", kMechanisms))
    into.mechanism = kMechanisms[*word];
  else if (!into.username.empty())
    into.mechanism = kMechanisms.front();
  if (into.username.empty() && entry.find("mechanism"))
    entry.fault(*entry.find("mechanism"),
                "\"mechanism\" goes with \"username\" and \"password\" only");
}

// What goes with a stream (JetStream) only, and what without one.
void check_stream(FieldReader& entry, const Broker& broker) {
  const bool stream = entry.find("stream") != nullptr;
  for (const char* key : {"durable", "start"}) {
    if (const auto* node = entry.find(key); node && !stream)
      entry.fault(*node, fmt::format("\"{}\" goes with \"stream\" only (JetStream)", key));
  }
  if (const auto* node = entry.find("queue"); node && stream)
    entry.fault(*node,
                "\"queue\" goes without \"stream\" only: those that share a \"durable\" consumer "
                "share its messages");
  if (stream && (broker.stream + broker.group).find_first_of(".*>") != std::string::npos)
    entry.fault(entry.node(), "\"stream\" and \"durable\" must not have . * and > in them");
}

void read_nats_login(FieldReader& entry, Broker& into) {
  user_and_password(entry, into);
  entry.secret("token", into.token);
  entry.text("credentials_file", into.credentials_file);
  if (const auto* node = entry.find("credentials_file"); !into.credentials_file.empty())
    into.credentials_file = beside(node->place.file, into.credentials_file);
  const int ways = !into.username.empty() + !into.token.empty() + !into.credentials_file.empty();
  if (ways > 1)
    entry.fault(entry.node(), "a source has one of username, token and credentials_file");
}

}  // namespace

std::vector<std::string> kafka_keys() {
  return {"kafka",         "topics",    "group",      "start",  "username", "password",
          "password_file", "mechanism", "tls_config", "format", "json",     "timezone"};
}

Broker read_kafka(const Node& node, Diagnostics& out) {
  Broker broker;
  FieldReader entry(node, "source", out);
  read_servers(entry, "kafka", "brokers as host:port, such as kafka-1:9092", {}, broker.servers);
  read_list(entry, "topics", kMostTopics, broker.topics);
  read_name(entry, "group", broker.group);
  broker.newest = entry.choice("start", {"oldest", "newest"}) == 1U;
  user_and_password(entry, broker);
  read_mechanism(entry, broker);
  const auto* tls = node.find("tls_config");
  broker.encrypted = tls != nullptr;
  read_mail_tls(entry, broker.tls);
  if (!broker.tls.server_name.empty())
    entry.fault(*tls,
                "\"server_name\" is not for kafka: each broker is asked under the name by which "
                "the cluster announces it");
  return broker;
}

std::vector<std::string> nats_keys() {
  return {"nats",       "subjects", "queue",         "stream",  "durable",    "start",
          "username",   "password", "password_file", "token",   "token_file", "credentials_file",
          "tls_config", "format",   "json",          "timezone"};
}

Broker read_nats(const Node& node, Diagnostics& out) {
  Broker broker;
  FieldReader entry(node, "source", out);
  read_servers(entry, "nats", "servers as nats://host:port or tls://host:port",
               {"nats://", "tls://"}, broker.servers);
  const bool stream = node.find("stream") != nullptr;
  read_name(entry, "stream", broker.stream);
  // Before 2.10 the server has consumers with one filter only.
  if (!stream || node.find("subjects"))
    read_list(entry, "subjects", stream ? 1 : kMostTopics, broker.topics);
  if (!stream) broker.group.clear();
  read_name(entry, stream ? "durable" : "queue", broker.group);
  check_stream(entry, broker);
  broker.newest = entry.choice("start", {"oldest", "newest"}) == 1U;
  read_nats_login(entry, broker);
  const auto asks = [](const std::string& server) { return server.starts_with("tls://"); };
  broker.encrypted = node.find("tls_config") || std::ranges::any_of(broker.servers, asks);
  read_mail_tls(entry, broker.tls);
  return broker;
}

std::vector<std::string> mqtt_keys() {
  return {"mqtt",          "topics",     "client_id", "qos",  "username", "password",
          "password_file", "tls_config", "format",    "json", "timezone"};
}

Broker read_mqtt(const Node& node, Diagnostics& out) {
  Broker broker;
  FieldReader entry(node, "source", out);
  read_servers(entry, "mqtt", "a broker as mqtt://host:port or mqtts://host:port",
               {"mqtt://", "mqtts://"}, broker.servers);
  if (broker.servers.size() > 1)
    entry.fault(*node.find("mqtt"),
                "\"mqtt\" must be one broker: the session, and what waits in it, is in one");
  read_list(entry, "topics", kMostTopics, broker.topics);
  read_name(entry, "client_id", broker.group);
  // Of QoS 2 see ingest/broker/mqtt.h.
  entry.count("qos", broker.qos, 0, 1);
  user_and_password(entry, broker);
  const auto* tls = node.find("tls_config");
  broker.encrypted =
      tls != nullptr || (!broker.servers.empty() && broker.servers[0].starts_with("mqtts://"));
  read_mail_tls(entry, broker.tls);
  if (!broker.tls.server_name.empty())
    entry.fault(*tls,
                "\"server_name\" is not for mqtt: the certificate must be for the host of the "
                "URL");
  return broker;
}

}  // namespace alarum::config
