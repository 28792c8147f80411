#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

TEST(Email, IsTextAndHtmlAndNoHeaderCanBeAdded) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "断 \r\nBcc: evil@example.org\r\n\r\n.\r\n";
  const auto mail =
      content_of("email_configs: [{to: 'a@x, b@x', from: alarum@x, smarthost: 'localhost:25'}]",
                 message)
          .body;
  EXPECT_NE(mail.find("To: a@x, b@x\r\n"), std::string::npos);
  EXPECT_NE(mail.find("Content-Type: multipart/alternative"), std::string::npos);
  EXPECT_NE(mail.find("Content-Type: text/html"), std::string::npos);
  EXPECT_EQ(mail.find("Bcc:"), std::string::npos);
  EXPECT_EQ(mail.find("\r\n.\r\n"), std::string::npos);
  EXPECT_NE(mail.find("Date: Thu, 01 Jan 1970 00:01:40 +0000\r\n"), std::string::npos) << mail;
}

TEST(Email, GoesToItsRecipientsByTheServerThatIsNamed) {
  const auto how = integration_of(
      "email_configs: [{to: ['a@x, b@x', c@x], from: d@x, smarthost: 'm:465', auth_username: u, "
      "auth_password: p, require_tls: false}]");
  EXPECT_EQ(how.url.reveal(), "smtps://m:465");
  EXPECT_EQ(how.concurrency, 2u);
  const auto* mail = receiver_of(how).mail();
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->to, (std::vector<std::string>{"a@x", "b@x", "c@x"}));
  EXPECT_EQ(mail->from + ' ' + mail->username + ' ' + mail->password.reveal(), "d@x u p");
  EXPECT_FALSE(mail->require_tls);
}

TEST(Email, FaultsOfItsAddresses) {
  EXPECT_EQ(read_receiver("email_configs: [{to: ops, from: a@x, smarthost: mail}]").said,
            "c.yaml:4:24: error: string \"ops\" is not a mail address: write name@host\n"
            "c.yaml:4:51: error: \"smarthost\" must be host:port, such as mail.example.org:587\n");
  EXPECT_EQ(
      read_receiver("email_configs: [{}]").said,
      "c.yaml:4:19: error: email_configs of receiver \"a\" has no \"to\"\n"
      "c.yaml:4:19: error: email_configs of receiver \"a\" has no \"from\"\n"
      "c.yaml:4:19: error: email_configs of receiver \"a\" has no \"smarthost\" (or \"url\")\n");
}

}  // namespace
}  // namespace alarum::receivers
