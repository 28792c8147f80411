#include "config/auth.h"

#include <gtest/gtest.h>

#include "config/config.h"
#include "tests/config/parse.h"

namespace alarum::config::auth_test {
namespace {

std::string said(const std::string& text) {
  Diagnostics out;
  (void)parse(text, "c.yaml", out);
  return out.text();
}

bool says(const std::string& text, const std::string& what) {
  const auto all = said(text);
  if (all.find(what) != std::string::npos) return true;
  ADD_FAILURE() << "wanted: " << what << "\nsaid:   " << all;
  return false;
}

TEST(Auth, ReadsEveryKind) {
  Diagnostics out;
  const auto config = parse(R"(json: {ci: {}}
auth:
  ingest: [{bearer_token: a}, {basic_auth: {username: u, password: p}}, {query_token: q}, {header: {name: X-Key, value: h}}]
  admin: [{bearer_token: b, name: kim}]
  routes: {/ingest/json/ci: [{github_secret: g, signature_header: X-Gitea-Signature}, {standard_webhooks_secret: whsec_AAAA}], /V1.0: []}
)",
                            "c.yaml", out);
  ASSERT_TRUE(config) << out.text();
  const auto& ingest = *config->auth->ingest;
  ASSERT_EQ(ingest.size(), 4U);
  EXPECT_EQ(config->auth->admin->front().who, "kim");
  EXPECT_EQ(ingest[1].secret.reveal(), "u:p");
  EXPECT_EQ(ingest[3].name, "X-Key");
  EXPECT_EQ(config->auth->routes.at("/ingest/json/ci")[0].name, "X-Gitea-Signature");
  EXPECT_TRUE(config->auth->routes.at("/V1.0").empty());
}

TEST(Auth, ViewStandsBesideAdmin) {
  Diagnostics out;
  const auto config = parse(
      "auth: {admin: [{bearer_token: a}], view: [{bearer_token: v, name: wall}]}", "c.yaml", out);
  ASSERT_TRUE(config) << out.text();
  EXPECT_EQ(config->auth->view->front().who, "wall");
  for (const auto* without :
       {"auth: {view: [{bearer_token: v}]}", "auth: {admin: [], view: [{bearer_token: v}]}"})
    says(without, "error: \"view\" needs \"admin\" beside it");
  EXPECT_FALSE(asks_for_certificates(*config->auth));
  auto with_certificate = *config->auth;
  with_certificate.view->front().kind = Credential::Kind::certificate;
  EXPECT_TRUE(asks_for_certificates(with_certificate));
}

TEST(Auth, ARouteOfAnUnknownMappingIsAFault) {
  says("json: {ci: {}, zabbix: {}}\nauth: {routes: {/ingest/json/zabix: [{bearer_token: a}]}}",
       "c.yaml:2:17: error: there is no mapping \"zabix\" in \"json\" (did you mean \"zabbix\"?)");
  says("json: {ci: {}, zabbix: {}}\nauth: {routes: {/ingest/json/other: [{bearer_token: a}]}}",
       "there is no mapping \"other\" in \"json\", which has ci, zabbix");
  says("auth: {routes: {/ingest/json/ci: [{bearer_token: a}]}}",
       "there is no mapping \"ci\" in \"json\", which has none");
  EXPECT_EQ(said("json: {ci: {}}\nauth: {routes: {/ingest/json/ci: [{bearer_token: a}]}}")
                .find("no mapping"),
            std::string::npos);
}

TEST(Auth, FaultsNameTheirPlaceAndNoSecret) {
  says("auth: {ingest: [{}]}", "c.yaml:1:17: error: an entry of auth needs one of bearer_token");
  says("auth: {ingest: [{bearer_token: a, query_token: b}]}", "needs one of");
  says("auth: {ingest: {bearer_token: a}}", "must be a list of ways");
  says("auth: {admin: [{bearer_token: a, name: ''}]}",
       "c.yaml:1:40: error: \"name\" must name the owner of the credential");
  says("auth: {admin: [{name: kim}]}", "needs one of bearer_token");
  says("auth: {ingest: [{bearer_tokn: a}]}", "did you mean \"bearer_token\"?");
  says("auth: {ingest: [{bearer_token: \"\"}]}", "must be a string that is not empty");
  says("auth: {ingest: [{bearer_token_file: /nowhere/x}]}", "cannot read /nowhere/x");
  says("auth: {ingest: [{basic_auth: {username: \"a:b\", password: p}}]}", "has no \":\" in it");
  says("auth: {ingest: [{basic_auth: {password: p}}]}", "basic_auth has no \"username\"");
  says("auth: {ingest: [{header: {name: X}}]}", "header has no \"value\"");
  says("auth: {ingest: [{standard_webhooks_secret: \"whsec_\"}]}", "must be base64");
  says("auth: {ingest: [{bearer_token: a, signature_header: X}]}", "goes with github_secret only");
  says("auth: {ingest: [{networks: []}]}", "every sender would be rejected");
  says("auth: {ingest: [{networks: [10.0.0.0/33]}]}", "is no network");
  says("auth: {ingest: [{bearer_token: a, query_token: b, networks: [10.0.0.0/8]}]}",
       "needs one of");
  says("auth: {proxies: {header: Forwarded}}", "the addresses of your proxies");
  says("auth: {proxies: {networks: [10.0.0.1], header: X-Real-IP}}",
       "must be X-Forwarded-For or Forwarded");
  says("auth: {routes: {/ingest/alertmanger: []}}", "did you mean \"/ingest/alertmanager\"?");
  says("auth: {ingest: [{client_certificate: x}]}", "must be a mapping");
  says("auth: {ingest: [{client_certificate: {names: []}}]}", "leave it out to accept");
  says("auth: {ingest: [{client_certificate: {names: [\"*.example.org\"]}}]}", "is written out");
  says("auth: {ingest: [{client_certificate: {}, bearer_token: a}]}", "needs one of");
  const std::string keys = "tls: {cert_file: a, key_file: b";
  for (const auto* entry :
       {"auth: {ingest: [{client_certificate: {}}]}", "auth: {admin: [{client_certificate: {}}]}",
        "auth: {routes: {/V1.0: [{client_certificate: {}}]}}"}) {
    says(entry, "needs tls: {client_ca_file");
    says(keys + "}\n" + entry, "nobody would be asked for one");
    EXPECT_EQ(
        said(keys + ", client_ca_file: c, client_auth_type: VerifyClientCertIfGiven}\n" + entry),
        "");
  }
  says(keys + ", client_auth_type: VerifyClientCertIfGiven}", "goes with \"client_ca_file\"");
  says(keys + ", client_ca_file: c, client_auth_type: NoClientCert}",
       "must be VerifyClientCertIfGiven or RequireAndVerifyClientCert");
  EXPECT_EQ(said("auth: {ingest: [{standard_webhooks_secret: hush-hush}]}").find("hush-hush"),
            std::string::npos);
}

TEST(Auth, BeyondLoopbackBothSidesAreAskedFor) {
  const std::string open = "listen: 0.0.0.0:80\n", ingest = "ingest: [{bearer_token: a}]",
                    admin = "admin: [{bearer_token: b}]";
  says(open, "auth has no \"ingest\"");
  says(open + "auth: {" + ingest + "}", "auth has no \"admin\": say who is allowed to read alerts");
  says(open + "auth: {" + admin + ", ingest: []}", "auth has no \"ingest\"");
  says(open + "auth: {" + ingest + ", " + admin + ", routes: {/ingest/redfish: []}}",
       "leaves /ingest/redfish open");
  EXPECT_EQ(said(open + "auth: {" + ingest + ", " + admin + "}"), "");
  EXPECT_EQ(
      said(open + "tls: {cert_file: a, key_file: b, client_ca_file: c}\nauth: {ingest: "
                  "[{client_certificate: {}}], admin: [{client_certificate: {names: [kim]}}]}"),
      "");
  EXPECT_EQ(said(open + "insecure: true"), "");
}

TEST(SignedSource, FaultsNameTheirPlace) {
  says("smn: {}", "c.yaml:1:6: error: smn has no \"topics\"");
  says("smn: {topics: [\"urn:smn:*:*:t\"]}",
       "must be urn:smn:REGION:PROJECT:TOPIC with PROJECT written out");
  says("smn: {topics: [\"*\"]}", "must be urn:smn:");
  says("sns: {topics: [\"arn:aws:sqs:r:1:t\"]}", "must be arn:aws:sns:REGION:ACCOUNT:TOPIC");
  says("sns: {topics: [\"arn:aws:sns:r:*:t\"]}", "with ACCOUNT written out");
  says("smn: {topics: [], hosts: [\"*.example.com\"]}", "is no host of \"hosts\"");
  says("smn: {topics: [], hosts: [\"https://x\"]}", "is no host of \"hosts\"");
  for (const std::string host : {"*x.com", "*-console.com", "**.example.com", "*-a.*.example.com"})
    says("smn: {topics: [], subscribe_hosts: [\"" + host + "\"]}",
         "smn.*.example.com or *-console.example.com");
  EXPECT_EQ(said("smn: {topics: [], hosts: [\"*-console.example.com\", \"smn.*.example.com\"]}")
                .find("is no host"),
            std::string::npos);
  says("smn: {topics: [], max_age: 2d}", "\"max_age\"");
  says("smn: {topics: [], proxy_url: \"proxy:3128\"}", "\"proxy_url\" must be an http://");
  says("smn: {topics: [], raw: true}", "unknown key \"raw\" in smn");
  says("sns: {topics: [], raw: true}", "are not signed: add auth");
  EXPECT_EQ(said("dedup: {window: 3d}\nsmn: {topics: [\"urn:smn:*:p:*\"], max_age: 2d}\nsns: "
                 "{topics: [], raw: true}\nauth: {routes: {/ingest/sns: [{query_token: q}]}}"),
            "");
}

}  // namespace
}  // namespace alarum::config::auth_test
