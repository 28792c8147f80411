#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "ingest/push/certificate_cache.h"
#include "tests/ingest/key_pair.h"

namespace alarum::ingest::push_certificates_test {
namespace {

using namespace std::chrono_literals;
using Key = CertificateCache::Key;

const Time kNow = *parse_rfc3339("2024-01-12T16:51:26Z");

const std::string& pem(std::chrono::seconds good_for) {
  static std::map<std::chrono::seconds, std::string> made;
  auto& text = made[good_for];
  if (text.empty()) text = KeyPair(std::chrono::floor<std::chrono::seconds>(kNow), good_for).pem();
  return text;
}

Key at(const std::string& name, const std::string& ca_file = "") {
  return {"https://smn.example/" + name + ".pem", ca_file};
}

// "pem", the reason of the error, or "fetch".
std::string said(const CertificateCache& cache, const Key& key, Time now) {
  const auto known = cache.find(key, now);
  return !known ? "fetch" : *known ? "pem" : known->error().reason;
}

TEST(CertificateCache, ACertificateIsKeptForADay) {
  CertificateCache cache;
  EXPECT_EQ(said(cache, at("a"), kNow), "fetch");
  EXPECT_EQ(cache.keep(at("a"), pem(72h), kNow), pem(72h));
  EXPECT_EQ(**cache.find(at("a"), kNow + 24h - 1us), pem(72h));
  EXPECT_EQ(said(cache, at("a"), kNow + 24h), "fetch");
}

TEST(CertificateCache, NotLongerThanItIsValid) {
  CertificateCache cache;
  ASSERT_TRUE(cache.keep(at("a"), pem(1h), kNow));
  EXPECT_EQ(said(cache, at("a"), kNow + 1h - 1us), "pem");
  EXPECT_EQ(said(cache, at("a"), kNow + 1h), "fetch");
}

TEST(CertificateCache, WhatCannotVerifyIsAFailureForHalfAMinute) {
  const KeyPair other(std::chrono::floor<std::chrono::seconds>(kNow), 1h, KeyPair::Kind::ec);
  const std::vector<Result<std::string>> useless{fail("fetch_failed", "no"),
                                                 std::string("<html>maintenance</html>"),
                                                 std::string(), other.pem(), pem(-1s)};
  for (const auto& came : useless) {
    CertificateCache cache;
    const auto kept = cache.keep(at("a"), came, kNow);
    ASSERT_FALSE(kept) << *kept;
    EXPECT_EQ(kept.error().reason, "fetch_failed");
    EXPECT_EQ(said(cache, at("a"), kNow + 30s - 1us), "fetch_failed");
    EXPECT_EQ(said(cache, at("a"), kNow + 30s), "fetch");
    ASSERT_TRUE(cache.keep(at("a"), pem(72h), kNow + 30s));
    EXPECT_EQ(said(cache, at("a"), kNow + 1h), "pem");
  }
}

TEST(CertificateCache, WhatCameUnderAnothersTrustIsNotUsed) {
  CertificateCache cache;
  ASSERT_TRUE(cache.keep(at("a", "private.pem"), pem(72h), kNow));
  EXPECT_EQ(said(cache, at("a", "private.pem"), kNow), "pem");
  EXPECT_EQ(said(cache, at("a"), kNow), "fetch");
}

TEST(CertificateCache, OfManyTheFirstToGoMakeRoom) {
  CertificateCache cache;
  for (int i = 0; i < 10; ++i) (void)cache.keep(at("good" + std::to_string(i)), pem(72h), kNow);
  for (int i = 0; i < 1000; ++i)
    (void)cache.keep(at("bad" + std::to_string(i)), std::string("x"),
                     kNow + std::chrono::milliseconds(i));
  int kept = 0;
  for (int i = 0; i < 1000; ++i)
    kept += said(cache, at("bad" + std::to_string(i)), kNow + 2s) != "fetch";
  EXPECT_EQ(kept, 54);
  EXPECT_EQ(said(cache, at("bad999"), kNow + 2s), "fetch_failed");
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(said(cache, at("good" + std::to_string(i)), kNow + 2s), "pem") << i;
}

}  // namespace
}  // namespace alarum::ingest::push_certificates_test
