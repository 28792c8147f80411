#include "config/secret.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/config.h"
#include "tests/config/parse.h"

namespace alarum::config::secret_test {
namespace {

namespace fs = std::filesystem;

class SecretFiles : public testing::Test {
 protected:
  SecretFiles() { fs::create_directories(folder_); }
  ~SecretFiles() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  // The Authorization header of one webhook with this http_config, or what is said of it.
  std::string header(const std::string& http) {
    const auto config = webhook("url: http://a, http_config: " + http);
    return config ? config->receiver().integrations[0].http.authorization.reveal() : said_;
  }

  std::string url(const std::string& fields) {
    const auto config = webhook(fields);
    return config ? config->receiver().integrations[0].url.reveal() : said_;
  }

 private:
  std::optional<Config> webhook(const std::string& fields) {
    Diagnostics out;
    auto config = parse(
        "route: {receiver: r}\nreceivers:\n- {name: r, webhook_configs: [{" + fields + "}]}\n",
        (folder_ / "c.yaml").string(), out);
    said_ = out.text();
    for (auto at = said_.find(folder_.string()); at != std::string::npos;
         at = said_.find(folder_.string()))
      said_.replace(at, folder_.string().size() + 1, "");
    return config;
  }

  fs::path folder_ =
      fs::temp_directory_path() / ("alarum-secrets-" + std::to_string(::getpid()) + "-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  std::string said_;
};

TEST(Secret, PrintsNothingOfItself) {
  std::ostringstream out;
  out << Secret("abc");
  EXPECT_EQ(out.str(), "<secret>");
  EXPECT_EQ(testing::PrintToString(Secret("abc")), "<secret>");
}

TEST_F(SecretFiles, MakeTheAuthorizationHeader) {
  write("token", "abc\r\n\n");
  EXPECT_EQ(header("{bearer_token: xyz}"), "Bearer xyz");
  EXPECT_EQ(header("{bearer_token_file: token}"), "Bearer abc");
  EXPECT_EQ(header("{authorization: {credentials_file: token}}"), "Bearer abc");
  EXPECT_EQ(header("{authorization: {type: Token, credentials: xyz}}"), "Token xyz");
  EXPECT_EQ(header("{basic_auth: {username: Aladdin, password: open sesame}}"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(header("{basic_auth: {username: u, password_file: token}}"), "Basic dTphYmM=");
  EXPECT_EQ(header("{}"), "");
}

TEST_F(SecretFiles, HoldUrlsAsWell) {
  write("url", "https://hooks.example.org/T0/secret\n");
  EXPECT_EQ(url("url_file: url"), "https://hooks.example.org/T0/secret");
}

TEST_F(SecretFiles, FaultsAreToldWithoutTheSecret) {
  write("empty", "\n");
  write("lines", "a\nb\n");
  EXPECT_EQ(header("{bearer_token: 12345}"),
            "c.yaml:3:75: error: \"bearer_token\" must be a string that is not empty (quote it)\n");
  EXPECT_EQ(header("{bearer_token: s3cret, bearer_token_file: gone}"),
            "c.yaml:3:102: error: \"bearer_token\" and \"bearer_token_file\" are both there: keep "
            "one of them\n");
  EXPECT_EQ(
      header("{bearer_token_file: gone}"),
      "c.yaml:3:80: error: \"bearer_token_file\": cannot read gone: No such file or directory\n");
  EXPECT_EQ(header("{bearer_token_file: empty}"),
            "c.yaml:3:80: error: \"bearer_token_file\": empty is empty\n");
  EXPECT_EQ(header("{bearer_token_file: lines}"),
            "c.yaml:3:60: error: a line break or control character in what is sent as the "
            "Authorization header\n");
  EXPECT_EQ(header("{authorization: Bearer s3cret}"),
            "c.yaml:3:76: error: \"authorization\" must be a mapping with \"credentials\"\n");
  EXPECT_EQ(header("{authorization: {}}"),
            "c.yaml:3:76: error: authorization has no \"credentials\" (or \"credentials_file\")\n");
  EXPECT_EQ(header("{basic_auth: {username: 'a:b'}, bearer_token: x}"),
            "c.yaml:3:60: error: http_config has more than one of bearer_token, authorization and "
            "basic_auth: keep one of them\n"
            "c.yaml:3:73: error: basic_auth has no \"password\" (or \"password_file\")\n");
  EXPECT_EQ(header("{follow_redirects: true, oauth2: {}, follow: 1}"),
            "c.yaml:3:79: error: \"follow_redirects\" must be false: a webhook's secrets are sent "
            "to the place you wrote and no other\n"
            "c.yaml:3:85: error: \"oauth2\" is not available in this version (http_config)\n"
            "c.yaml:3:97: error: unknown key \"follow\" in http_config\n");
  EXPECT_EQ(url("url: 'hooks.example.org/s3cret'"),
            "c.yaml:3:37: error: \"url\" must be an http:// or https:// URL with a host\n");
  EXPECT_EQ(url("url: 'https://u:s3cret@hooks.example.org/'"),
            "c.yaml:3:37: error: \"url\" must not hold a user or password: use http_config: "
            "{basic_auth: …}\n");
  EXPECT_EQ(url("url: 'https:///s3cret'"),
            "c.yaml:3:37: error: \"url\" must be an http:// or https:// URL with a host\n");
  EXPECT_EQ(url("url_file: 'https://s3cret'"),
            "c.yaml:3:42: error: \"url_file\" must be the path of a file\n");
  EXPECT_EQ(
      url("send_resolved: true"),
      "c.yaml:3:31: error: webhook_configs of receiver \"r\" has no \"url\" (or \"url_file\")\n");
}

TEST(Secret, IsNotShownWhenItStandsInPlaceOfAList) {
  Diagnostics out;
  EXPECT_FALSE(
      parse("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: 'https://s3cret'}]\n",
            "c.yaml", out));
  EXPECT_EQ(out.text(), "c.yaml:2:40: error: \"webhook_configs\" must be a list\n");
  EXPECT_FALSE(
      parse("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: ['https://s3cret']}]\n",
            "c.yaml", out));
  EXPECT_EQ(out.text().find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace alarum::config::secret_test
