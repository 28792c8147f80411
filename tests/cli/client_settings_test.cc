#include "cli/client_settings.h"

#include <gtest/gtest.h>

#include <map>

namespace alarum::cli::client_settings_test {
namespace {

using Texts = std::map<std::string, std::string>;

ClientWorld world_of(Texts environment, Texts files = {}) {
  return {[environment](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
          },
          [files](const std::string& path) -> Result<std::string> {
            const auto found = files.find(path);
            if (found == files.end()) return fail("not_found", path + ": is not there");
            return found->second;
          }};
}

TEST(ClientSettings, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  const Texts files{{"/h/.config/alarum/config.yaml", "url: http://file:1\n"}};
  const auto by_default = client_settings("", world_of({{"HOME", "/h"}}));
  ASSERT_TRUE(by_default);
  EXPECT_EQ(by_default->url, "http://127.0.0.1:9797");
  const auto by_file = client_settings("", world_of({{"HOME", "/h"}}, files));
  ASSERT_TRUE(by_file);
  EXPECT_EQ(by_file->url, "http://file:1");
  EXPECT_EQ(by_file->url_from, "/h/.config/alarum/config.yaml");
  const Texts environment{{"HOME", "/h"}, {"ALARUM_URL", "http://env:1"}};
  EXPECT_EQ(client_settings("", world_of(environment, files))->url_from, "ALARUM_URL");
  EXPECT_EQ(client_settings("http://flag:1", world_of(environment, files))->url, "http://flag:1");
}

TEST(ClientSettings, ASlashAtTheEndIsFineAndASchemeMayBeLeftOut) {
  EXPECT_EQ(client_settings("http://a:1//", world_of({}))->url, "http://a:1");
  EXPECT_EQ(client_settings("a:1", world_of({}))->url, "http://a:1");
  EXPECT_EQ(client_settings("https://a/alarum/", world_of({}))->url, "https://a/alarum");
}

TEST(ClientSettings, WhatIsNoAddressSaysWhoSaidIt) {
  const auto wrong = client_settings("", world_of({{"ALARUM_URL", "ftp://a?token=x"}}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "ALARUM_URL says \"ftp://a\", which is no address of a daemon: write http://HOST:PORT "
            "or https://HOST");
}

TEST(ClientSettings, ATokenComesFromTheEnvironmentOrAFile) {
  EXPECT_EQ(client_settings("", world_of({{"ALARUM_TOKEN", "t"}}))->token, "t");
  const auto of_file =
      client_settings("", world_of({{"ALARUM_TOKEN_FILE", "/t"}}, {{"/t", "abc \r\nrest"}}));
  ASSERT_TRUE(of_file);
  EXPECT_EQ(of_file->token, "abc");
  EXPECT_EQ(of_file->token_from, "ALARUM_TOKEN_FILE (/t)");
  const auto none = client_settings("", world_of({{"ALARUM_TOKEN_FILE", "/t"}}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "the token file that ALARUM_TOKEN_FILE names cannot be read: /t: is not there");
  const Texts files{{"/x/alarum/config.yaml", "token_file: /t\nca_file: /ca\n"}, {"/t", "abc"}};
  const auto of_person = client_settings("", world_of({{"XDG_CONFIG_HOME", "/x"}}, files));
  ASSERT_TRUE(of_person);
  EXPECT_EQ(of_person->token, "abc");
  EXPECT_EQ(of_person->ca_file, "/ca");
}

TEST(ClientSettings, AFaultOfThePersonsFileHasItsPlace) {
  const auto wrong = client_settings(
      "", world_of({{"HOME", "/h"}}, {{"/h/.config/alarum/config.yaml", "\nulr: x\n"}}));
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(
      wrong.error().message.starts_with("/h/.config/alarum/config.yaml:2:1: error: unknown "
                                        "key \"ulr\""))
      << wrong.error().message;
}

TEST(ClientSettings, LoopbackIsKnownByItsNames) {
  for (const auto* url : {"http://127.0.0.1:1", "http://localhost", "http://[::1]:9797"})
    EXPECT_TRUE(client_settings(url, world_of({}))->on_loopback()) << url;
  EXPECT_FALSE(client_settings("http://10.0.0.1", world_of({}))->on_loopback());
}

TEST(ClientSettings, ADaemonIsAskedWhereOneIsNamedAndNoFolder) {
  const auto named = world_of({{"ALARUM_URL", "http://a"}});
  EXPECT_TRUE(asks_daemon("", false, named));
  EXPECT_FALSE(asks_daemon("", true, named));
  EXPECT_TRUE(asks_daemon("http://a", true, named));
  EXPECT_FALSE(asks_daemon("", false, world_of({})));
}

}  // namespace
}  // namespace alarum::cli::client_settings_test
