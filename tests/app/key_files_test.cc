#include "app/key_files.h"

#include <gtest/gtest.h>

#include "config/config.h"
#include "receivers/list.h"

namespace alarum::app {
namespace {

// The text's faults of files; the config itself must have none.
std::string faults_of(const std::string& text) {
  Diagnostics faults;
  const auto config = config::parse(text, "c.yaml", receivers::kinds(), faults);
  if (!config || !faults.ok()) return "config: " + faults.text();
  check_key_files(*config, "c.yaml", faults);
  std::string out;
  for (const auto& one : faults.sorted())
    if (one.level == Diagnostic::Level::error)
      out += std::to_string(one.place.line) + ':' + std::to_string(one.place.column) + ' ' +
             one.message + '\n';
  return out;
}

TEST(KeyFiles, EachThatIsMissingIsNamedWhereItsKeyStands) {
  EXPECT_EQ(faults_of(R"(tls:
  cert_file: /nope/a.pem
  key_file: /nope/b.pem
route: {receiver: a}
receivers:
  - name: a
    webhook_configs:
      - url: https://example.org/
        http_config:
          tls_config:
            ca_file: /nope/c.pem
            cert_file: /nope/d.pem
            key_file: /nope/e.pem
smn: {topics: ["urn:smn:cn-north-4:1:t"], ca_file: /nope/f.pem}
)"),
            "2:14 tls: cert_file: /nope/a.pem: No such file or directory\n"
            "3:13 tls: key_file: /nope/b.pem: No such file or directory\n"
            "11:22 receiver a: webhook_configs: ca_file: /nope/c.pem: No such file or directory\n"
            "12:24 receiver a: webhook_configs: cert_file: /nope/d.pem: No such file or directory\n"
            "13:23 receiver a: webhook_configs: key_file: /nope/e.pem: No such file or directory\n"
            "14:52 smn: ca_file: /nope/f.pem: No such file or directory\n");
}

TEST(KeyFiles, OfASourceToo) {
  EXPECT_EQ(faults_of(R"(sources:
  - tcp: 127.0.0.1:0
    tls: {cert_file: /nope/a.pem, key_file: /nope/b.pem}
)"),
            "3:22 source tcp:127.0.0.1:0: cert_file: /nope/a.pem: No such file or directory\n"
            "3:45 source tcp:127.0.0.1:0: key_file: /nope/b.pem: No such file or directory\n");
}

TEST(KeyFiles, ALineThatMovedIsNoChange) {
  Diagnostics faults;
  const auto text = std::string("tls: {cert_file: /a, key_file: /b}\n");
  const auto one = config::parse(text, "c.yaml", receivers::kinds(), faults);
  const auto other = config::parse("\n\n" + text, "c.yaml", receivers::kinds(), faults);
  ASSERT_TRUE(one && other);
  EXPECT_TRUE(one->tls == other->tls);
  EXPECT_EQ(other->tls->places.by_key.at("key_file").line, 3);
}

}  // namespace
}  // namespace alarum::app
