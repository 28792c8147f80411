#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "ingest/push/allowed_url.h"
#include "ingest/push/confirmed.h"
#include "ingest/push/signed_message.h"
#include "tests/ingest/key_pair.h"

namespace alarum::ingest::push_signed_test {
namespace {

using namespace std::chrono_literals;
using Members = std::map<std::string, std::string>;

const Time kNow = *parse_rfc3339("2024-01-12T16:51:26Z");
const std::string kTopic = "urn:smn:sa-brazil-1:00aa:alarm-testing";

const KeyPair& keys() {
  static const KeyPair pair(std::chrono::floor<std::chrono::seconds>(kNow));
  return pair;
}

std::string json_of(const Members& members) {
  std::string out;
  for (const auto& [name, value] : members)
    out += (out.empty() ? "{" : ",") + json_quote(name) + ":" + json_quote(value);
  return out + "}";
}

// A notification as the documents show it, signed by our key over the text that they describe.
Members notification() {
  Members m{{"type", "Notification"},
            {"message_id", "m1"},
            {"topic_urn", kTopic},
            {"message", "line 1\n\"\\u003e= 80\" \xE4\xB8\xAD"},
            {"subject", "[Critical Alarm]x"},
            {"timestamp", "2024-01-12T16:51:26Z"},
            {"signature_version", "v1"},
            {"signing_cert_url", "https://smn.sa-brazil-1.myhuaweicloud.com/smn/SMN_x.pem"}};
  m["signature"] = keys().sign(
      "message\n" + m["message"] +
      "\nmessage_id\nm1\nsubject\n[Critical Alarm]x\ntimestamp\n2024-01-12T16:51:26Z\ntopic_urn\n" +
      kTopic + "\ntype\nNotification\n");
  return m;
}

Members with(Members m, const std::string& name, const std::string& value) {
  m[name] = value;
  return m;
}

config::SignedSource allowed() {
  auto source = config::default_smn();
  source.topics = {"urn:smn:*:00aa:alarm-*"};
  return source;
}

// "yes", or the reason of the refusal.
std::string verdict(const Members& members, Time now = kNow,
                    const config::SignedSource& source = allowed(),
                    Service service = Service::smn) {
  const auto message = read_signed_message(service, json_of(members));
  if (!message) return message.error().reason;
  if (auto fine = check_origin(*message, source, now); !fine) return fine.error().reason;
  const auto fine = check_signature(*message, keys().pem(), now);
  return fine ? "yes" : fine.error().reason;
}

TEST(SignedMessage, WhatIsSignedAsTheDocumentsSayIsTaken) {
  EXPECT_EQ(verdict(notification()), "yes");
  EXPECT_EQ(verdict(with(notification(), "signature_version", "V1")), "yes");
  EXPECT_EQ(verdict(with(notification(), "unsubscribe_url", "https://anywhere")), "yes");
}

TEST(SignedMessage, OneByteChangedIsRefused) {
  for (const auto* name : {"message", "message_id", "subject", "timestamp"}) {
    auto m = notification();
    auto& last = m[name][m[name].size() - 2];
    last = last == '1' ? '2' : '1';
    EXPECT_EQ(verdict(m), "bad_signature") << name;
  }
  auto m = notification();
  m["signature"][10] = m["signature"][10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verdict(m), "bad_signature");
  EXPECT_EQ(verdict(with(notification(), "signature", "")), "bad_signature");
  EXPECT_EQ(verdict(with(notification(), "signature", "not base64")), "bad_signature");
  EXPECT_EQ(verdict(with(notification(), "signature_version", "v2")), "bad_signature");
  EXPECT_EQ(verdict(with(notification(), "topic_urn", "urn:smn:sa-brazil-1:00aa:alarm-testinh")),
            "bad_signature");
}

TEST(SignedMessage, AnotherKeyIsRefused) {
  const KeyPair other(std::chrono::floor<std::chrono::seconds>(kNow));
  const auto message = read_signed_message(Service::smn, json_of(notification()));
  EXPECT_EQ(check_signature(*message, other.pem(), kNow).error().reason, "bad_signature");
  for (const auto* pem :
       {"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    EXPECT_EQ(check_signature(*message, pem, kNow).error().reason, "bad_certificate");
  EXPECT_EQ(check_signature(*message, keys().pem(), kNow + 2h).error().reason, "bad_certificate");
  EXPECT_EQ(check_signature(*message, keys().pem(), kNow - 2h).error().reason, "bad_certificate");
}

TEST(SignedMessage, ACertificateOfAnyOtherPlaceIsRefused) {
  const auto at = [](const std::string& url) {
    return verdict(with(notification(), "signing_cert_url", url));
  };
  EXPECT_EQ(at("https://SMN.cn-north-4.MyHuaweiCloud.com:443/smn/SMN_cn-north-4_0a.pem"), "yes");
  const std::string path = "/smn/SMN_0a.pem";
  for (const auto* origin :
       {"http://smn.cn-north-4.myhuaweicloud.com", "https://evil.example",
        "https://smn.myhuaweicloud.com.evil.example", "https://smn.cn-a.b.myhuaweicloud.com",
        "https://smn.cn-north-4.myhuaweicloud.com:8443",
        "https://smn.cn-north-4.myhuaweicloud.com:80",
        "https://smn.cn-north-4.myhuaweicloud.com:443:443",
        "https://smn.cn-north-4.myhuaweicloud.com@evil.example",
        "https://evil.example\\@smn.cn-north-4.myhuaweicloud.com", "https://smn..myhuaweicloud.com",
        "https://smn.%63n.myhuaweicloud.com",
        "https://evil.example/smn.cn-north-4.myhuaweicloud.com",
        // Buckets that anybody may name smn.
        "https://smn.obs.myhuaweicloud.com", "https://smn.obs.cn-north-4.myhuaweicloud.com",
        "https://smn.obs-website.otc.t-systems.com", "https://smn.obs.otc.t-systems.com",
        "https://bucket.obs.cn-north-4.myhuaweicloud.com"}) {
    EXPECT_EQ(at(origin + path), "bad_certificate_url") << origin;
  }
  for (const auto* rest :
       {"", "/", "/a.pem", "/smn/a.pem", "/smn/SMN_.pem", "/smn/SMN_a.txt", "/smn/SMN_a.pem?x",
        "/smn/SMN_a?b.pem", "/smn/SMN_a.pem#b.pem", "/smn/SMN_../a.pem", "/smn/SMN_%2e%2e/a.pem",
        "/smn/SMN_a/b.pem", "/x/smn/SMN_a.pem", "//smn/SMN_a.pem"}) {
    EXPECT_EQ(at(std::string("https://smn.cn-north-4.myhuaweicloud.com") + rest),
              "bad_certificate_url")
        << rest;
  }
  EXPECT_EQ(at(""), "bad_certificate_url");
}

TEST(SignedMessage, OfAHostThatTheConfigWritesOutTheCertificateMayStandElsewhere) {
  auto own = allowed();
  own.hosts = {"cloud.example:8443", "smn.<region>.example"};
  const auto at = [&](const std::string& url) {
    return verdict(with(notification(), "signing_cert_url", url), kNow, own);
  };
  EXPECT_EQ(at("https://cloud.example:8443/certs/a.pem"), "yes");
  for (const auto* url :
       {"https://cloud.example:8443/certs/a.txt", "https://cloud.example:8443/../a.pem",
        "https://cloud.example:8443/?x=.pem", "https://cloud.example:8443//a.pem",
        "https://cloud.example:8443/%61.pem", "https://cloud.example/a.pem",
        "https://smn.eu-de.example/a.pem"}) {
    EXPECT_EQ(at(url), "bad_certificate_url") << url;
  }
}

TEST(SignedMessage, AnOldOneAndOneOfTheFutureAreRefused) {
  EXPECT_EQ(verdict(notification(), kNow + 59min), "yes");
  EXPECT_EQ(verdict(notification(), kNow + 61min), "stale_message");
  EXPECT_EQ(verdict(notification(), kNow - 16min), "stale_message");
  EXPECT_EQ(verdict(with(notification(), "timestamp", "yesterday")), "stale_message");
}

TEST(SignedMessage, ATopicThatNobodyAllowedIsRefused) {
  EXPECT_EQ(verdict(with(notification(), "topic_urn", "urn:smn:sa-brazil-1:00ab:alarm-testing")),
            "unknown_topic");
  EXPECT_EQ(verdict(notification(), kNow, config::default_smn()), "unknown_topic");
  EXPECT_TRUE(fits("urn:smn:*:p:*", "urn:smn:cn:p:t"));
  EXPECT_FALSE(fits("urn:smn:*:p:*", "urn:smn:cn:q:t:p:t"));
  EXPECT_TRUE(fits("a*b*c", "axxbyyc"));
  EXPECT_FALSE(fits("a*b*c", "axxcyyb"));
}

// The vendor's Java sample signs an empty subject, its Node sample leaves it out.
TEST(SignedMessage, AnEmptySubjectIsSignedOrLeftOut) {
  const auto text = [](const std::string& subject) {
    return "message\nm\nmessage_id\nm1\n" + subject +
           "timestamp\n2024-01-12T16:51:26Z\ntopic_urn\n" + kTopic + "\ntype\nNotification\n";
  };
  auto m = with(with(notification(), "message", "m"), "subject", "");
  EXPECT_EQ(verdict(with(m, "signature", keys().sign(text("")))), "yes");
  EXPECT_EQ(verdict(with(m, "signature", keys().sign(text("subject\n\n")))), "yes");
  m.erase("subject");
  EXPECT_EQ(verdict(with(m, "signature", keys().sign(text("")))), "yes");
  EXPECT_EQ(verdict(with(m, "signature", keys().sign(text("subject\n\n")))), "bad_signature");
}

TEST(SignedMessage, ASubscriptionIsConfirmedAtTheServiceOnly) {
  auto m = notification();
  m["type"] = "SubscriptionConfirmation";
  const auto signed_for = [&](const std::string& url) {
    m["subscribe_url"] = url;
    m["signature"] = keys().sign("message\n" + m["message"] + "\nmessage_id\nm1\nsubscribe_url\n" +
                                 url + "\ntimestamp\n2024-01-12T16:51:26Z\ntopic_urn\n" + kTopic +
                                 "\ntype\nSubscriptionConfirmation\n");
    return verdict(m);
  };
  EXPECT_EQ(signed_for("https://smn.cn-north-4.myhuaweicloud.com/smn/subscription/confirm?token=1"),
            "yes");
  EXPECT_EQ(signed_for("https://console.huaweicloud.com/smn/subscription/confirm?token=1"), "yes");
  for (const auto* url :
       {"https://smn.cn-north-4.myhuaweicloud.com/x",
        "https://smn.cn-north-4.myhuaweicloud.com/smn/../x",
        "https://smn.cn-north-4.myhuaweicloud.com/smn/%2e%2e/x",
        "https://smn.obs.myhuaweicloud.com/smn/subscription/confirm",
        "https://console.obs.huaweicloud.com/smn/x", "https://evil-console.huaweicloud.com/smn/x",
        "https://smn.cn-north-4.myhuaweicloud.com:8443/smn/x",
        "https://smn.cn-north-4.myhuaweicloud.com/smn/x#y"})
    EXPECT_EQ(signed_for(url), "bad_subscribe_url") << url;
  EXPECT_EQ(signed_for("https://169.254.169.254/latest"), "bad_subscribe_url");
  EXPECT_EQ(signed_for("http://smn.cn-north-4.myhuaweicloud.com/x"), "bad_subscribe_url");
}

TEST(SignedMessage, TheConsolesOfRegionsConfirmToo) {
  const auto allowed_at = [](const std::string& host) {
    return is_allowed_url("https://" + host + "/x", config::default_smn().subscribe_hosts);
  };
  EXPECT_TRUE(allowed_at("af-south-1-console.huaweicloud.com"));
  EXPECT_TRUE(allowed_at("console-intl.huaweicloud.com"));
  for (const auto* host :
       {"evil.af-console.huaweicloud.com", "console.huaweicloud.com.evil.example",
        "af-console.evil.huaweicloud.com", "af-console.huaweicloud.com:8443",
        "afconsole.huaweicloud.com", "af-console-x.huaweicloud.com", "af-console.huaweicloud.org"})
    EXPECT_FALSE(allowed_at(host)) << host;
}

TEST(SignedMessage, TheEndOfASubscriptionIsToldWhereverItsUrlLeads) {
  auto m = with(with(notification(), "type", "UnsubscribeConfirmation"), "subscribe_url",
                "https://anywhere.example/x");
  m["signature"] = keys().sign("message\n" + m["message"] +
                               "\nmessage_id\nm1\nsubscribe_url\nhttps://anywhere.example/"
                               "x\ntimestamp\n2024-01-12T16:51:26Z\ntopic_urn\n" +
                               kTopic + "\ntype\nUnsubscribeConfirmation\n");
  EXPECT_EQ(verdict(m), "yes") << "nobody asks it";
}

TEST(SignedMessage, ARefusalNamesTheHostAndTheKey) {
  const auto said = [](const Members& members, Time now = kNow) {
    const auto message = read_signed_message(Service::smn, json_of(members));
    return message ? check_origin(*message, allowed(), now).error().message
                   : message.error().message;
  };
  EXPECT_EQ(said(with(notification(), "signing_cert_url", "https://evil.example/a.pem")),
            "the certificate is at \"evil.example\", which is none of the hosts that the config's "
            "smn: {hosts: […]} allows");
  EXPECT_NE(said(with(notification(), "signing_cert_url", "http://evil.example/a.pem"))
                .find("\"http://evil.example/a.pem\", which is no https URL"),
            std::string::npos);
  EXPECT_NE(said(with(notification(), "signing_cert_url",
                      "https://smn.cn-north-4.myhuaweicloud.com/a.txt"))
                .find("must be https://HOST/smn/SMN_….pem"),
            std::string::npos);
  const auto confirm = with(notification(), "type", "SubscriptionConfirmation");
  EXPECT_EQ(said(with(confirm, "subscribe_url", "https://evil.example/x")),
            "the subscription is to be confirmed at \"evil.example\", which is none of the hosts "
            "that the config's smn: {subscribe_hosts: […]} allows");
  EXPECT_NE(said(confirm).find("\"subscribe_url\" must be a string"), std::string::npos);
  EXPECT_NE(said(notification(), kNow - 16min)
                .find("2024-01-12T16:51:26Z, more than 15m ahead of our clock"),
            std::string::npos);
  EXPECT_NE(said(notification(), kNow + 61min).find("1h old at most"), std::string::npos);
}

TEST(SignedMessage, WhatIsMissingIsNamed) {
  for (const auto* name : {"type", "message_id", "topic_urn", "message", "timestamp", "signature",
                           "signature_version", "signing_cert_url"}) {
    auto m = notification();
    m.erase(name);
    EXPECT_EQ(verdict(m), "missing_member") << name;
  }
  EXPECT_EQ(verdict(with(notification(), "type", "Gossip")), "bad_member");
  EXPECT_EQ(read_signed_message(Service::smn, "[]").error().reason, "not_an_object");
  EXPECT_EQ(read_signed_message(Service::smn, R"({"type":5})").error().reason, "missing_member");
}

TEST(Confirmed, IsKnownUntilItIsTooOldAndNoMoreThanSoMany) {
  Confirmed confirmed;
  confirmed.add("t", "1", kNow + 1h);
  EXPECT_TRUE(confirmed.contains("t", "1", kNow + 1h));
  EXPECT_FALSE(confirmed.contains("t", "2", kNow));
  EXPECT_FALSE(confirmed.contains("t2", "1", kNow));
  EXPECT_FALSE(confirmed.contains("t", "1", kNow + 61min));
  for (std::size_t i = 0; i <= Confirmed::kMost; ++i)
    confirmed.add("t", std::to_string(i), kNow + 1h);
  EXPECT_FALSE(confirmed.contains("t", "0", kNow)) << "the oldest goes first";
  EXPECT_TRUE(confirmed.contains("t", "1", kNow));
  EXPECT_EQ(too_old_at(*read_signed_message(Service::smn, json_of(notification())), allowed()),
            kNow + 1h);
}

Members sns(const std::string& version) {
  Members m{
      {"Type", "Notification"},
      {"MessageId", "s1"},
      {"TopicArn", "arn:aws:sns:us-east-1:123456789012:T"},
      {"Message", "hello"},
      {"Subject", "S"},
      {"Timestamp", "2024-01-12T16:51:26.655Z"},
      {"SignatureVersion", version},
      {"SigningCertURL", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem"}};
  m["Signature"] = keys().sign(
      "Message\nhello\nMessageId\ns1\nSubject\nS\nTimestamp\n2024-01-12T16:51:26."
      "655Z\nTopicArn\narn:aws:sns:us-east-1:123456789012:T\nType\nNotification\n",
      version == "1" ? EVP_sha1() : EVP_sha256());
  return m;
}

TEST(SignedMessage, SnsSignsWithBothVersions) {
  auto source = config::default_sns();
  source.topics = {"arn:aws:sns:*:123456789012:*"};
  EXPECT_EQ(verdict(sns("1"), kNow, source, Service::sns), "yes");
  EXPECT_EQ(verdict(sns("2"), kNow, source, Service::sns), "yes");
  EXPECT_EQ(verdict(with(sns("1"), "SignatureVersion", "2"), kNow, source, Service::sns),
            "bad_signature");
  EXPECT_EQ(verdict(with(sns("2"), "SignatureVersion", "3"), kNow, source, Service::sns),
            "bad_signature");
  EXPECT_EQ(verdict(with(sns("2"), "Message", "hellO"), kNow, source, Service::sns),
            "bad_signature");
  EXPECT_EQ(verdict(with(sns("2"), "SigningCertURL", "https://mine.s3.amazonaws.com/a.pem"), kNow,
                    source, Service::sns),
            "bad_certificate_url");
  auto subscribe =
      with(with(with(sns("2"), "Type", "SubscriptionConfirmation"), "Token", "t"), "SubscribeURL",
           "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription");
  subscribe["Signature"] = keys().sign(
      "Message\nhello\nMessageId\ns1\nSubscribeURL\nhttps://sns.us-east-1.amazonaws.com/"
      "?Action=ConfirmSubscription\nTimestamp\n2024-01-12T16:51:26.655Z\nToken\nt\nTopicArn\n"
      "arn:aws:sns:us-east-1:123456789012:T\nType\nSubscriptionConfirmation\n");
  EXPECT_EQ(verdict(subscribe, kNow, source, Service::sns), "yes");
  EXPECT_EQ(verdict(with(subscribe, "Token", "u"), kNow, source, Service::sns), "bad_signature");
}

// A bucket may have any name, and so may bear the service's: a known forgery.
TEST(SignedMessage, ABucketThatIsNamedLikeTheServiceIsRefused) {
  auto source = config::default_sns();
  source.topics = {"arn:aws:sns:*:123456789012:*"};
  const auto at = [&](const std::string& url) {
    return verdict(with(sns("2"), "SigningCertURL", url), kNow, source, Service::sns);
  };
  const std::string path = "/SimpleNotificationService-0a1b.pem";
  for (const auto* host : {"sns.us-east-1.amazonaws.com", "sns.ap-southeast-5.amazonaws.com",
                           "sns.us-gov-west-1.amazonaws.com", "sns.cn-northwest-1.amazonaws.com.cn",
                           "SNS.EU-west-1.amazonaws.com:443"})
    EXPECT_EQ(at("https://" + std::string(host) + path), "yes") << host;
  for (const auto* host : {"sns.s3.amazonaws.com",
                           "sns.s3-us-west-2.amazonaws.com",
                           "sns.s3-eu-west-1.amazonaws.com",
                           "sns.s3-website-us-east-1.amazonaws.com",
                           "sns.s3-accelerate.amazonaws.com",
                           "sns.s3.us-east-1.amazonaws.com",
                           "sns.s3-control.amazonaws.com",
                           "sns.s3.cn-north-1.amazonaws.com.cn",
                           "sns.elb.amazonaws.com",
                           "sns.amazonaws.com",
                           "sns.us-east-1.amazonaws.com.cn.evil.example",
                           "sns.us-east-1.amazonaws.com:8443",
                           "sns.us-east-1.amazonaws.com.",
                           "sns.us-east-1.s3.amazonaws.com",
                           "sns.us-1-east.amazonaws.com",
                           "sns.-.amazonaws.com",
                           "sns.us-.amazonaws.com",
                           "sns.us--1.amazonaws.com",
                           "sns.us.amazonaws.com",
                           "xsns.us-east-1.amazonaws.com"}) {
    EXPECT_EQ(at("https://" + std::string(host) + path), "bad_certificate_url") << host;
  }
  for (const auto* rest :
       {"/a.pem", "/SimpleNotificationService-.pem", "/SimpleNotificationService-a/../b.pem",
        "/SimpleNotificationService-a.pem?x=.pem", "/x/SimpleNotificationService-a.pem",
        "/?Action=Publish&Message=.pem"}) {
    EXPECT_EQ(at("https://sns.us-east-1.amazonaws.com" + std::string(rest)), "bad_certificate_url")
        << rest;
  }
  auto subscribe = with(with(sns("2"), "Type", "SubscriptionConfirmation"), "Token", "t");
  for (const auto* url : {"https://sns.s3.amazonaws.com/?Action=ConfirmSubscription",
                          "https://sns.us-east-1.amazonaws.com/?Action=Publish&Message=x",
                          "https://sns.us-east-1.amazonaws.com/?XAction=ConfirmSubscription",
                          "https://sns.us-east-1.amazonaws.com/x?Action=ConfirmSubscription"}) {
    EXPECT_EQ(verdict(with(subscribe, "SubscribeURL", url), kNow, source, Service::sns),
              "bad_subscribe_url")
        << url;
  }
}

}  // namespace
}  // namespace alarum::ingest::push_signed_test
