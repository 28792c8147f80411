#include "config/sources.h"

#include <gtest/gtest.h>

#include "tests/config/parse.h"

namespace alarum::config::sources_test {
namespace {

std::string said(const std::string& text) {
  Diagnostics out;
  parse(text, "/etc/c.yaml", out);
  return out.text();
}

std::vector<Source> read(const std::string& text) {
  Diagnostics out;
  const auto config = parse(text, "/etc/c.yaml", out);
  EXPECT_TRUE(config) << out.text();
  return config ? *config->sources : std::vector<Source>{};
}

TEST(Sources, ReadsEachKind) {
  const auto sources = read(R"(
json: {ci: {}}
limits: {event: 4KiB}
sources:
  - {stdin: true}
  - {unix: run/e.sock, json: ci, connections: 5}
  - {tcp: "127.0.0.1:5140", format: syslog, timezone: Asia/Shanghai, tls: {cert_file: a.pem, key_file: a.key}}
  - {tcp: "0.0.0.0:5141", allow: [10.0.0.0/8, "2001:db8::/32", 192.0.2.7], name: bmc}
  - {udp: "0.0.0.0:514", format: syslog, insecure: true}
)");
  ASSERT_EQ(sources.size(), 5U);
  EXPECT_EQ(sources[0].name, "stdin");
  EXPECT_EQ(sources[0].event.bytes, 4096U);
  EXPECT_EQ(sources[1].name, "unix:/etc/run/e.sock");
  EXPECT_EQ(sources[1].format, LineFormat::json);
  EXPECT_EQ(sources[1].connections, 5U);
  EXPECT_EQ(sources[2].name, "tcp:127.0.0.1:5140");
  EXPECT_EQ(sources[2].tls->cert_file, "/etc/a.pem");
  EXPECT_EQ(sources[2].timezone, "Asia/Shanghai");
  EXPECT_EQ(sources[3].name, "bmc");
  EXPECT_EQ(sources[3].allow.size(), 3U);
  EXPECT_EQ(sources[4].kind, Source::Kind::udp);
}

TEST(Sources, SaysWhatIsWrongAndHowToMendIt) {
  const auto fault = [](const std::string& entry) { return said("sources: [" + entry + "]\n"); };
  EXPECT_NE(fault("{format: syslog}")
                .find("exactly one of stdin, unix, tcp, udp, file, sse, redfish, cloud_eye, kafka, "
                      "nats or mqtt"),
            std::string::npos);
  EXPECT_NE(fault("{tcp: '127.0.0.1:1', udp: '127.0.0.1:1'}").find("exactly one of"),
            std::string::npos);
  EXPECT_NE(fault("{tcp: '0.0.0.0:1'}").find("add allow: [10.0.0.0/8]"), std::string::npos);
  EXPECT_NE(fault("{udp: '0.0.0.0:1'}").find("insecure: true"), std::string::npos);
  EXPECT_NE(
      fault("{tcp: '127.0.0.1:1', format: xml}").find("must be cloudevents, redfish or syslog"),
      std::string::npos);
  EXPECT_NE(fault("{sse: 'ftp://bmc/x'}").find("must be an http:// or https:// URL"),
            std::string::npos);
  EXPECT_NE(fault("{sse: 'https://u:hunter2@bmc/x'}").find("must not hold a user or password"),
            std::string::npos);
  EXPECT_EQ(fault("{sse: 'https://u:hunter2@bmc/x'}").find("hunter2"), std::string::npos);
  EXPECT_NE(fault("{sse: 'https://bmc/x', format: syslog}")
                .find("an event stream has format: cloudevents or redfish"),
            std::string::npos);
  EXPECT_NE(fault("{sse: 'https://bmc/x', connections: 3}").find("unknown key \"connections\""),
            std::string::npos);
  EXPECT_NE(fault("{tcp: '127.0.0.1:1', json: ci}").find("there is no mapping \"ci\""),
            std::string::npos);
  EXPECT_NE(
      fault("{tcp: '127.0.0.1:1', allow: [10.0.0.0/33]}").find("\"10.0.0.0/33\" is no network"),
      std::string::npos);
  EXPECT_NE(fault("{tcp: '127.0.0.1:1', format: syslog, timezone: Mars}").find("no time zone"),
            std::string::npos);
  EXPECT_NE(fault("{tcp: '127.0.0.1:1'}, {tcp: '127.0.0.1:1'}").find("two sources are called"),
            std::string::npos);
  EXPECT_NE(fault("{udp: '127.0.0.1:1', tls: {}}").find("unknown key \"tls\""), std::string::npos);
  EXPECT_EQ(said("insecure: true\nsources: [{tcp: '0.0.0.0:1'}]\n"), "");
}

TEST(Sources, ReadsKafka) {
  const auto sources = read(R"(
sources:
  - {kafka: "k1:9092", topics: bmc, json: ci}
  - kafka: [k1:9092, k2]
    topics: [a, ^b.*]
    group: g
    start: newest
    username: u
    password: p
    mechanism: SCRAM-SHA-512
    tls_config: {ca_file: ca.pem}
    name: two
json: {ci: {}}
)");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].name, "kafka:k1:9092/bmc");
  EXPECT_EQ(sources[0].json, "ci");
  EXPECT_EQ(sources[0].broker->group, "alarum");
  EXPECT_FALSE(sources[0].broker->newest || sources[0].broker->encrypted);
  const auto& two = *sources[1].broker;
  EXPECT_EQ(two.servers, (std::vector<std::string>{"k1:9092", "k2"}));
  EXPECT_EQ(two.topics, (std::vector<std::string>{"a", "^b.*"}));
  EXPECT_EQ(two.group + two.username + two.password.reveal() + two.mechanism, "gupSCRAM-SHA-512");
  EXPECT_TRUE(two.newest && two.encrypted);
  EXPECT_EQ(two.tls.ca_file, "/etc/ca.pem");
}

TEST(Sources, SaysWhatIsWrongWithKafka) {
  const auto has = [](const std::string& keys, const std::string& message) {
    const auto text = said("sources: [{kafka: " + keys + "}]\n");
    EXPECT_NE(text.find(message), std::string::npos) << keys << "\n" << text;
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  };
  has("'k:9092'", "source has no \"topics\"");
  has("[], topics: t", "\"kafka\" must have 1 to 64 entries");
  has("'k:70000', topics: t", "must have brokers as host:port, such as kafka-1:9092");
  has("'kafka://u:hunter2@k:9092', topics: t", "without a user");
  has("'k:9092', topics: [a b]", "characters without blanks and commas");
  has("'k:9092', topics: t, group: ''", "\"group\" must have 1 to");
  has("'k:9092', topics: t, start: now", "\"start\" must be one of oldest, newest");
  has("'k:9092', topics: t, username: u", "\"password\" (or \"password_file\") go together");
  has("'k:9092', topics: t, mechanism: PLAIN", "\"mechanism\" goes with");
  has("'k:9092', topics: t, username: u, password: hunter2, mechanism: GSSAPI",
      "must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512");
  has("'k:9092', topics: t, tls_config: {server_name: x}", "\"server_name\" is not for kafka");
  has("'k:9092', topics: t, connections: 3", "unknown key \"connections\"");
}

TEST(Sources, ReadsNats) {
  const auto sources = read(R"(
sources:
  - {nats: "nats://n:4222", stream: EVENTS, token: t}
  - {nats: [n:4222, "tls://m"], stream: E, durable: d, start: newest, subjects: e.>, credentials_file: a.creds, name: two}
  - {nats: "n:4222", subjects: [a, b.*], queue: q, username: u, password: p}
)");
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].name, "nats:nats://n:4222/EVENTS");
  const auto &stream = *sources[0].broker, &two = *sources[1].broker, &core = *sources[2].broker;
  EXPECT_EQ(stream.stream + stream.group + stream.token.reveal(), "EVENTSalarumt");
  EXPECT_TRUE(stream.topics.empty() && !stream.newest && !stream.encrypted);
  EXPECT_EQ(two.stream + two.group + two.topics.at(0) + two.credentials_file, "Ede.>/etc/a.creds");
  EXPECT_TRUE(two.newest && two.encrypted);
  EXPECT_EQ(sources[2].name, "nats:n:4222/a,b.*");
  EXPECT_EQ(core.stream + core.group + core.username + core.password.reveal(), "qup");
  EXPECT_EQ(core.topics.size(), 2U);
}

TEST(Sources, SaysWhatIsWrongWithNats) {
  const auto has = [](const std::string& keys, const std::string& message) {
    const auto text = said("sources: [{nats: " + keys + "}]\n");
    EXPECT_NE(text.find(message), std::string::npos) << keys << "\n" << text;
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  };
  has("'n:4222'", "source has no \"subjects\"");
  has("'nats://u:hunter2@n:4222', subjects: s", "must have servers as nats://host:port");
  has("'http://n:4222', subjects: s", "must have servers as nats://host:port");
  has("'n:4222', subjects: s, durable: d", "\"durable\" goes with \"stream\" only");
  has("'n:4222', subjects: s, start: oldest", "\"start\" goes with \"stream\" only");
  has("'n:4222', stream: s, queue: q", "\"queue\" goes without \"stream\" only");
  has("'n:4222', stream: s, durable: a.b", "must not have . * and >");
  has("'n:4222', stream: s, subjects: [a, b]", "\"subjects\" must have 1 to 1 entries");
  has("'n:4222', stream: s, token: hunter2, username: u, password: p", "one of username, token");
}

TEST(Sources, ReadsMqtt) {
  const auto sources = read(R"(
sources:
  - {mqtt: "mqtt://m", topics: "a/#"}
  - {mqtt: "mqtts://[::1]:1", topics: [a, b/+], client_id: c, qos: 0, username: u, password: p}
)");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].name, "mqtt:mqtt://m/a/#");
  const auto &one = *sources[0].broker, &two = *sources[1].broker;
  EXPECT_EQ(one.group, "alarum");
  EXPECT_EQ(one.qos, 1U);
  EXPECT_FALSE(one.encrypted);
  EXPECT_EQ(two.group + two.username + two.password.reveal() + two.topics.at(1), "cupb/+");
  EXPECT_EQ(two.qos, 0U);
  EXPECT_TRUE(two.encrypted);
}

TEST(Sources, SaysWhatIsWrongWithMqtt) {
  const auto has = [](const std::string& keys, const std::string& message) {
    const auto text = said("sources: [{mqtt: " + keys + "}]\n");
    EXPECT_NE(text.find(message), std::string::npos) << keys << "\n" << text;
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  };
  has("'mqtt://m'", "source has no \"topics\"");
  has("'mqtt://u:hunter2@m', topics: t", "must have a broker as mqtt://host:port");
  has("'tcp://m', topics: t", "must have a broker as mqtt://host:port");
  has("['mqtt://m', 'mqtt://n'], topics: t", "\"mqtt\" must be one broker");
  has("'mqtt://m', topics: t, qos: 2", "qos");
  has("'mqtt://m', topics: t, password: hunter2", "go together");
  has("'mqtt://m', topics: t, tls_config: {server_name: x}", "\"server_name\" is not for mqtt");
  has("'mqtt://m', topics: t, start: oldest", "unknown key \"start\"");
}

TEST(Network, ContainsTheAddressesOfItsBlock) {
  const auto in = [](const char* block, const char* address) {
    return admits({*parse_network(block)}, address);
  };
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(in("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(in("192.0.2.7", "192.0.2.7"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(in("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(in("0.0.0.0/0", "::1"));
  EXPECT_FALSE(in("0.0.0.0/0", "unix"));
  for (const char* text :
       {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "::/129", "x", "010.0.0.0/8"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace alarum::config::sources_test
