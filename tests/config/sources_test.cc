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
                .find("exactly one of stdin, unix, tcp, udp, file, sse, redfish or cloud_eye"),
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
