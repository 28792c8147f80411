// The vectors of ../shared/conformance/signing-vectors.json and samples/aksk-signing-vectors.json,
// upstream's own.
#include "receivers/signing.h"

#include <gtest/gtest.h>

#include "base/percent.h"

namespace alarum::receivers {
namespace {

TEST(Signing, StandardWebhooks) {
  EXPECT_EQ(standard_webhooks_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                                        R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signing, GitHub) {
  EXPECT_EQ(github_signature("It's a Secret to Everybody", "Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

TEST(Signing, DingTalkAndFeishu) {
  EXPECT_EQ(dingtalk_sign("this is secret", "1577262236757"),
            "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=");
  EXPECT_EQ(percent_encode(dingtalk_sign("this is secret", "1577262236757")),
            "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D");
  EXPECT_EQ(feishu_sign("demo", "1599360473"), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
}

TEST(Signing, HuaweiCloudSdk) {
  SdkRequest request{"GET",
                     "service.endpoint.myhuaweicloud.com",
                     "/resources",
                     {{"size", "1"}},
                     "20200608T023900Z",
                     ""};
  EXPECT_EQ(sdk_canonical_request(request),
            "GET\n/resources/"
            "\nsize=1\nhost:service.endpoint.myhuaweicloud.com\nx-sdk-date:"
            "20200608T023900Z\n\nhost;x-sdk-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::string head =
      "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature=";
  EXPECT_EQ(sdk_authorization(request, "AccessKey", "SecretKey"),
            head + "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842");
  request.method = "POST";
  request.body = R"({"name":"test","id":1})";
  EXPECT_EQ(sdk_authorization(request, "AccessKey", "SecretKey"),
            head + "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f");
  EXPECT_EQ(sdk_date(*parse_rfc3339("2020-06-08T02:39:00.5Z")), "20200608T023900Z");
}

}  // namespace
}  // namespace alarum::receivers
