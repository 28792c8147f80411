#include "config/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "config/field_reader.h"

namespace alarum::config {
namespace {

constexpr std::size_t kMostServers = 64, kMostTopics = 1000, kLongest = 249;

// Whether the text can stand in a list with commas, as the libraries want it.
bool is_plain(std::string_view text) {
  const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7F && c != ','; };
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, plain);
}

// The texts of a key that must have at least one.
void read_list(FieldReader& entry, const char* key, std::size_t most,
               std::vector<std::string>& into) {
  const auto* node = entry.find(key);
  if (!node) return entry.fault(entry.node(), fmt::format("{} has no \"{}\"", entry.where(), key));
  entry.texts(key, into);
  if (into.empty() || into.size() > most)
    entry.fault(*node, fmt::format("\"{}\" must have 1 to {} entries", key, most));
  for (const auto& text : into) {
    if (!is_plain(text))
      entry.fault(*node,
                  fmt::format("\"{}\" must have texts of 1 to {} characters without blanks and "
                              "commas, not \"{}\"",
                              key, kLongest, text));
  }
}

void read_servers(FieldReader& entry, const char* key, std::vector<std::string>& into) {
  read_list(entry, key, kMostServers, into);
  for (const auto& server : into) {
    const bool host = !server.starts_with(':') && server.find_first_of("/@?#") == server.npos;
    if (host && !has_bad_port(server)) continue;
    // A user and a password that somebody wrote into the address are not repeated.
    entry.fault(*entry.find(key),
                fmt::format("\"{}\" must have brokers as host:port, such as kafka-1:9092, without "
                            "a scheme and a user (username, password)",
                            key));
  }
}

// A user and how it is proved. `mechanism` has a default, because one alone is no secret.
void read_login(FieldReader& entry, Broker& into) {
  static const std::vector<std::string> kMechanisms{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  entry.text("username", into.username);
  entry.secret("password", into.password);
  if (const auto word = entry.choice("mechanism", kMechanisms))
    into.mechanism = kMechanisms[*word];
  else if (!into.username.empty())
    into.mechanism = kMechanisms.front();
  if (into.username.empty() != into.password.empty())
    entry.fault(entry.node(), "\"username\" and \"password\" (or \"password_file\") go together");
  if (into.username.empty() && entry.find("mechanism"))
    entry.fault(*entry.find("mechanism"),
                "\"mechanism\" goes with \"username\" and \"password\" only");
}

}  // namespace

std::vector<std::string> kafka_keys() {
  return {"kafka",         "topics",    "group",      "start",  "username", "password",
          "password_file", "mechanism", "tls_config", "format", "json",     "timezone"};
}

Broker read_kafka(const Node& node, Diagnostics& out) {
  Broker broker;
  FieldReader entry(node, "source", out);
  read_servers(entry, "kafka", broker.servers);
  read_list(entry, "topics", kMostTopics, broker.topics);
  entry.text("group", broker.group);
  if (!is_plain(broker.group))
    entry.fault(*entry.find("group"),
                fmt::format("\"group\" must have 1 to {} characters without blanks", kLongest));
  broker.newest = entry.choice("start", {"oldest", "newest"}) == 1U;
  read_login(entry, broker);
  const auto* tls = node.find("tls_config");
  broker.encrypted = tls != nullptr;
  read_mail_tls(entry, broker.tls);
  if (!broker.tls.server_name.empty())
    entry.fault(*tls,
                "\"server_name\" is not for kafka: each broker is asked under the name by which "
                "the cluster announces it");
  return broker;
}

}  // namespace alarum::config
