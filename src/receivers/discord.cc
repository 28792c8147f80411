// Discord, "Execute Webhook": one embed whose bar shows how bad it is. An embed mentions nobody;
// `content` does, and is the operator's own.
#include <charconv>
#include <cmath>
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Discord final : public Receiver {
 public:
  explicit Discord(FieldReader& entry) {
    entry.plain_text("content", content_);
    entry.plain_text("username", username_);
    entry.plain_text("avatar_url", avatar_url_);
    check(entry, "content", content_, kContent);
    check(entry, "username", username_, kUsername);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_markdown, [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "<" + url + ">"; }, "\n"};
    const auto chat = chat_of(message, setting, markup, kDescription);
    Json embed{{"title", cut_units(escape_markdown(chat.title), kTitle)},
               {"description", chat.text},
               {"color", colour(chat.card)}};
    if (!chat.card.link.empty()) embed["url"] = chat.card.link;
    Json body{{"embeds", Json::array({embed})}};
    if (!content_.empty()) body["content"] = content_;
    if (!username_.empty()) body["username"] = username_;
    if (!avatar_url_.empty()) body["avatar_url"] = avatar_url_;
    if (content_.empty()) body["allowed_mentions"] = {{"parse", Json::array()}};
    return {dump(body), {}};
  }

  // The wait is in the body, in seconds with a fraction; the header, where there is one, is the
  // same rounded.
  Verdict judge_refusal(const Answer& answer, Verdict plain) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (answer.status != 429 || !json.is_object()) return plain;
    const auto wait = json.find("retry_after");
    if (wait == json.end() || !wait->is_number()) return plain;
    const auto seconds = std::min(std::ceil(wait->get<double>()), 3600.0);
    if (seconds > static_cast<double>(plain.retry_after.count()))
      plain.retry_after = std::chrono::seconds(static_cast<long>(seconds));
    return plain;
  }

 private:
  // In characters ("Embed Limits", "Execute Webhook").
  static constexpr std::size_t kTitle = 256, kDescription = 4096, kContent = 2000, kUsername = 80;

  static void check(FieldReader& entry, const char* key, const std::string& text,
                    std::size_t most) {
    if (cut_units(text, most) != text)
      entry.fault(*entry.find(key), "\"" + std::string(key) + "\" has at most " +
                                        std::to_string(most) + " characters");
  }

  static long colour(const Card& card) {
    const auto text = colour_of(card).substr(1);
    long number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return number;
  }

  std::string content_, username_, avatar_url_;
};

void read_discord(FieldReader& entry, Integration& into) {
  read_room(entry, into, "webhook_url", 30, 1min);
  into.as = std::make_shared<const Discord>(entry);
}

}  // namespace

ReceiverKind discord_kind() {
  return {"discord",
          {{"discord_configs", true}},
          {{"webhook_url", Form::url},
           {"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"content", Form::nullable},
           {"username", Form::nullable},
           {"avatar_url", Form::nullable},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {"message"},
          {},
          read_discord,
          config::ReceiverKind::Import{
              true, {"webhook_url"}, false, {{"title", "title"}, {"message", "text"}}}};
}

}  // namespace alarum::receivers
