// Receivers that are chat rooms: slack, teams, dingtalk, feishu, wecom. Their rate limits are the vendors' (reference: docs/delivery.md).
#include "config/receivers_kinds.h"

namespace alarum::config {
namespace {

using namespace std::chrono_literals;

// `slack_configs` says api_url, `msteamsv2_configs` webhook_url, as Alertmanager has it; url does as well.
void read_chat(Entry& entry, Integration& into, const char* url_key, std::uint64_t rate, Duration per) {
  if (into.rate == 0 && !entry.find("rate_limit")) into.rate = rate, into.rate_per = per;
  if (!entry.find("concurrency")) into.concurrency = 1;
  const auto has = [&](const std::string& key) { return entry.find(key.c_str()) || entry.find((key + "_file").c_str()); };
  entry.url(!has(url_key) && has("url") ? "url" : url_key, into.url);
  read_http(entry, into.http);
  entry.words(into.words);
}

}  // namespace

void read_slack(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "api_url", "api_url_file", "http_config", "channel", "username", "title", "text", "language"},
             {"color", "pretext", "title_link", "fields", "short_fields", "footer", "fallback_text", "callback_id", "icon_emoji", "icon_url", "image_url", "thumb_url",
              "link_names", "mrkdwn_in", "actions", "app_token", "app_token_file", "app_url", "message_text", "update_message"});
  read_chat(entry, into, "api_url", 1, 1s);
  Slack slack;
  entry.plain_text("channel", slack.channel);
  entry.plain_text("username", slack.username);
  into.as = std::move(slack);
}

void read_teams(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "webhook_url", "webhook_url_file", "http_config", "title", "text", "language"}, {"summary"});
  read_chat(entry, into, "webhook_url", 4, 1s);
  into.as = Teams{};
}

void read_dingtalk(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "secret", "secret_file", "at_mobiles", "at_all", "title", "text", "language"});
  read_chat(entry, into, "url", 20, 1min);
  DingTalk robot;
  entry.secret("secret", robot.secret);
  entry.texts("at_mobiles", robot.at_mobiles);
  entry.flag("at_all", robot.at_all);
  into.as = std::move(robot);
}

void read_feishu(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "secret", "secret_file", "title", "text", "language"});
  read_chat(entry, into, "url", 4, 3s);  // 5 a second and 100 a minute
  Feishu robot;
  entry.secret("secret", robot.secret);
  into.as = std::move(robot);
}

void read_wecom(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "title", "text", "language"});
  read_chat(entry, into, "url", 20, 1min);
  into.as = WeCom{};
}

}  // namespace alarum::config
