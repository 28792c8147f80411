// Slack incoming webhook: one attachment whose bar shows how bad it is. Success is 200 with `ok`.
#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {

model::Content slack_content(const model::Message& message, const config::Slack& slack, const Setting& setting) {
  const Markup markup{escape_slack, [](const std::string& text) { return "*" + text + "*"; }, [](const std::string& url) { return "<" + url + ">"; }, "\n"};
  const auto chat = chat_of(message, setting, markup, 3500);
  Json body{{"text", escape_slack(chat.title)},
            {"attachments", Json::array({Json{{"color", colour_of(chat.card)}, {"text", chat.text}, {"mrkdwn_in", Json::array({"text"})}}})}};
  if (!slack.channel.empty()) body["channel"] = slack.channel;
  if (!slack.username.empty()) body["username"] = slack.username;
  return {dump(body), {}};
}

}  // namespace alarum::deliver
