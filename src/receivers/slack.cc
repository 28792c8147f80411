// Slack incoming webhook: one attachment whose bar shows how bad it is. Success is 200 with `ok`.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Slack final : public Receiver {
 public:
  explicit Slack(FieldReader& entry) {
    entry.plain_text("channel", channel_);
    entry.plain_text("username", username_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_slack, [](const std::string& text) { return "*" + text + "*"; },
                        [](const std::string& url) { return "<" + url + ">"; }, "\n"};
    const auto chat = chat_of(message, setting, markup, 3500);
    Json body{{"text", escape_slack(chat.title)},
              {"attachments", Json::array({Json{{"color", colour_of(chat.card)},
                                                {"text", chat.text},
                                                {"mrkdwn_in", Json::array({"text"})}}})}};
    if (!channel_.empty()) body["channel"] = channel_;
    if (!username_.empty()) body["username"] = username_;
    return {dump(body), {}};
  }

  Verdict judge_success(const Answer& answer) const override {
    if (answer.body.starts_with("ok"))
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("a 200 without \"ok\"");
  }

  std::string destination() const override { return channel_; }

 private:
  std::string channel_, username_;
};

void read_slack(FieldReader& entry, Integration& into) {
  read_room(entry, into, "api_url", 1, 1s);
  into.as = std::make_shared<const Slack>(entry);
}

}  // namespace

ReceiverKind slack_kind() {
  return {"slack",
          {{"slack_configs", true}},
          {{"url", Form::url},
           {"api_url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"channel", Form::nullable},
           {"username", Form::nullable},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {"color",     "pretext",        "title_link",  "fields",       "short_fields",
           "footer",    "fallback_text",  "callback_id", "icon_emoji",   "icon_url",
           "image_url", "thumb_url",      "link_names",  "mrkdwn_in",    "actions",
           "app_token", "app_token_file", "app_url",     "message_text", "update_message"},
          {{"slack_api_url", "api_url", "url"}, {"slack_api_url_file", "api_url_file", "url"}},
          read_slack};
}

}  // namespace alarum::receivers
