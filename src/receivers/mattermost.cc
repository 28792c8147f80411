// Mattermost incoming webhook: one attachment. It answers as Slack does, 200 with `ok`.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Mattermost final : public Receiver {
 public:
  explicit Mattermost(FieldReader& entry) {
    for (const char* key : kPlain) {
      std::string value;
      entry.plain_text(key, value);
      if (!value.empty()) plain_.emplace_back(key, value);
    }
    entry.plain_text("mention", mention_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_room_markdown,
                        [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "<" + url + ">"; }, "\n"};
    const auto chat = chat_of(message, setting, markup, kText);
    auto body = Json::object();
    for (const auto& [key, value] : plain_) body[key] = value;
    if (!mention_.empty()) body["text"] = mention_;
    Json attachment{{"fallback", escape_room_markdown(chat.title)},
                    {"color", colour_of(chat.card)},
                    {"title", escape_room_markdown(chat.title)},
                    {"text", chat.text}};
    if (!chat.card.link.empty()) attachment["title_link"] = chat.card.link;
    body["attachments"] = Json::array({attachment});
    return {dump(body), {}};
  }

  Verdict judge_success(const Answer& answer) const override {
    if (answer.body.starts_with("ok"))
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("a 200 without \"ok\"");
  }

  std::string destination() const override {
    std::string all;
    for (const auto& [key, value] : plain_) all += key + '\n' + value + '\n';
    return all;
  }

 private:
  static constexpr const char* kPlain[] = {"channel", "username", "icon_url", "icon_emoji"};
  static constexpr std::size_t kText = 7600;  // what is longer is hidden behind "show more"

  std::vector<std::pair<std::string, std::string>> plain_;
  std::string mention_;
};

void read_mattermost(FieldReader& entry, Integration& into) {
  read_room(entry, into, "webhook_url", 4, 1s);
  into.as = std::make_shared<const Mattermost>(entry);
}

}  // namespace

ReceiverKind mattermost_kind() {
  return {"mattermost",
          {{"mattermost_configs", true}},
          {{"webhook_url", Form::url},
           {"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"channel", Form::nullable},
           {"username", Form::nullable},
           {"icon_url", Form::nullable},
           {"icon_emoji", Form::nullable},
           {"mention"},
           {"title"},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {"attachments", "props", "priority", "type"},
          {{"mattermost_webhook_url", "webhook_url", "url"},
           {"mattermost_webhook_url_file", "webhook_url_file", "url"}},
          read_mattermost,
          config::ReceiverKind::Import{true, {"webhook_url"}, false, {{"text", "text"}}}};
}

}  // namespace alarum::receivers
