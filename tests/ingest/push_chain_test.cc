#include "ingest/push/chain.h"

#include <gtest/gtest.h>

#include "config/push_ingest.h"

namespace alarum::ingest::push_chain_test {
namespace {

// A signing certificate of AWS as it was in 2022, from the tests of its SDK for Ruby
// (gems/aws-sdk-sns/spec/message_verifier_spec.rb, Apache-2.0).
constexpr const char* kOfAws = R"(-----BEGIN CERTIFICATE-----
MIIF1zCCBL+gAwIBAgIQB9pYWG3Mi7xej22g9pobJTANBgkqhkiG9w0BAQsFADBG
MQswCQYDVQQGEwJVUzEPMA0GA1UEChMGQW1hem9uMRUwEwYDVQQLEwxTZXJ2ZXIg
Q0EgMUIxDzANBgNVBAMTBkFtYXpvbjAeFw0yMTA5MDcwMDAwMDBaFw0yMjA4MTcy
MzU5NTlaMBwxGjAYBgNVBAMTEXNucy5hbWF6b25hd3MuY29tMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAutFqueT3XgP13udzxE6UpbdjOtVO5DwoMpSM
iDNMnGzF1TYH5/R2LPUOBeTB0SkKnR4kpNcUZhicpGD4aKciz/GEZ6wu65xncfT9
H/KBOQwoXYTuClHwp6fYpGzcGFaFoEYMnijL/o4qmTSd+ukglQUgKpsDw4ofw6rU
m2CttJo+GQSNQ9NfGR1h/0J+zsApkeSYrXRx5wNlu87z8os1C/6PBrUHwt3xXeaf
Xzfwut8aRRYsS8BySOA9DAgLfNHlfdQCjKPXKrG/ussgReyWD6n/HH+j7Uha3xos
TzQqJifcxlTq6MxWdPR6fDaJNvqw6DOE7UjUNxHguXHlVfxhlQIDAQABo4IC6TCC
AuUwHwYDVR0jBBgwFoAUWaRmBlKge5WSPKOUByeWdFv5PdAwHQYDVR0OBBYEFAqz
C+vyouneE7mWWLbi9i0UsWUbMBwGA1UdEQQVMBOCEXNucy5hbWF6b25hd3MuY29t
MA4GA1UdDwEB/wQEAwIFoDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIw
OwYDVR0fBDQwMjAwoC6gLIYqaHR0cDovL2NybC5zY2ExYi5hbWF6b250cnVzdC5j
b20vc2NhMWIuY3JsMBMGA1UdIAQMMAowCAYGZ4EMAQIBMHUGCCsGAQUFBwEBBGkw
ZzAtBggrBgEFBQcwAYYhaHR0cDovL29jc3Auc2NhMWIuYW1hem9udHJ1c3QuY29t
MDYGCCsGAQUFBzAChipodHRwOi8vY3J0LnNjYTFiLmFtYXpvbnRydXN0LmNvbS9z
Y2ExYi5jcnQwDAYDVR0TAQH/BAIwADCCAX0GCisGAQQB1nkCBAIEggFtBIIBaQFn
AHYAKXm+8J45OSHwVnOfY6V35b5XfZxgCvj5TV0mXCVdx4QAAAF7vfDVkQAABAMA
RzBFAiEA2XfHuy36aqRFiaL8c3md2mH451go8707+fRE0pEdSRACIE/g5FXTUXUZ
PFcmOhm9TZ+uMY1i4CIQ/CKVWln6C3t+AHYAUaOw9f0BeZxWbbg3eI8MpHrMGyfL
956IQpoN/tSLBeUAAAF7vfDVjAAABAMARzBFAiBF1MhhFP0+FQt3daDFfMYoWwnr
muTInrjNpwfzlvQBugIhAPYadFzr+LaxSJoiZEbEHBvTts7bT0M3eCQONA2O7w6n
AHUAQcjKsd8iRkoQxqE6CUKHXk4xixsD6+tLx2jwkGKWBvYAAAF7vfDVdAAABAMA
RjBEAiAtPapmFAuA71ih4NoSd5hJelzAltNQpxDMcDfDyHyU8gIgWxmaa6+2KbBu
9xdv379zvnJACFR7jc+4asl08Dn4aagwDQYJKoZIhvcNAQELBQADggEBAA54QX0u
oFWXfMmv02CGZv4NWo5TapyeeixQ2kKpZHRdVZjxZrw+hoF6HD7P3kGjH8ztyJll
tDxB0qgMltbPhQdScwhA6iTgoaBYqEUC/VHKd4PmmPT6yIsM36NBZVmkGlzl5uNo
/dBgBaG0SsVJnhr5zro3c2quC7n6fVGEZhf/UgQwRnnvThnvbNKguglDMq4uEqv8
njKyleht+glkcmXO0m9qLKt6BOS0amy6U2GlAwRn0Wx02ndJtnRCSC6kPuRWK/SQ
FEjB7gCK4hdKaAOuWdZpI55vF6ifOeM8toC3g7ofO8qLTnJupAG+ZitY5J3cvHWr
HqOUdKigPDHYLRo=
-----END CERTIFICATE-----
)";
const Time kThen = *parse_rfc3339("2022-07-28T21:23:58Z");

TEST(Chain, AVendorsCertificateComesAloneAndSaysWhereItsIssuerIs) {
  const auto missing = missing_issuer(kOfAws, "", kThen);
  ASSERT_TRUE(missing) << missing.error().message;
  EXPECT_EQ(*missing, "http://crt.sca1b.amazontrust.com/sca1b.crt");
  EXPECT_EQ(missing_issuer("<html>maintenance</html>", "", kThen).error().reason,
            "untrusted_certificate");
  EXPECT_EQ(missing_issuer(kOfAws, "/nowhere.pem", kThen).error().message,
            "/nowhere.pem cannot be read");
  EXPECT_EQ(with_issuer(kOfAws, "<html>maintenance</html>").error().reason,
            "untrusted_certificate");
  // An issuer that is none of this one is no help.
  const auto with_itself = with_issuer(kOfAws, kOfAws);
  ASSERT_TRUE(with_itself);
  EXPECT_EQ(**missing_issuer(*with_itself, "", kThen),
            "http://crt.sca1b.amazontrust.com/sca1b.crt");
}

TEST(Chain, TheCertificateBearsTheServicesName) {
  EXPECT_TRUE(check_names(kOfAws, config::default_sns().certificate_names));
  EXPECT_TRUE(check_names(kOfAws, {}));
  EXPECT_TRUE(check_names(kOfAws, {"other.example", "sns.*.com"}));
  for (const auto* other : {"sns.us-east-1.amazonaws.com", "amazonaws.com", "*.amazonaws",
                            "sns.amazonaws.com.evil.example"})
    EXPECT_EQ(check_names(kOfAws, {other}).error().reason, "untrusted_certificate") << other;
  EXPECT_EQ(check_names("x", {"sns.amazonaws.com"}).error().reason, "untrusted_certificate");
}

}  // namespace
}  // namespace alarum::ingest::push_chain_test
