// Rocket.Chat, chat.postMessage: one attachment, as a user with a personal access token. Success is
// `success` true.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class RocketChat final : public Receiver {
 public:
  explicit RocketChat(FieldReader& entry) {
    entry.required_secret("token", token_);
    entry.required_secret("token_id", token_id_);
    entry.required_text("channel", channel_);
    entry.plain_text("channel", channel_);
    entry.plain_text("emoji", emoji_);
    entry.plain_text("icon_url", icon_url_);
    entry.plain_text("mention", mention_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_room_markdown,
                        [](const std::string& text) { return "*" + text + "*"; },
                        [](const std::string& url) { return url; }, "\n"};
    const auto chat = chat_of(message, setting, markup, kText);
    Json attachment{{"color", colour_of(chat.card)},
                    {"title", escape_room_markdown(chat.title)},
                    {"text", chat.text}};
    if (!chat.card.link.empty()) attachment["title_link"] = chat.card.link;
    Json body{{"channel", channel_}, {"attachments", Json::array({attachment})}};
    if (!mention_.empty()) body["text"] = mention_;
    if (!emoji_.empty()) body["emoji"] = emoji_;
    if (!icon_url_.empty()) body["avatar"] = icon_url_;
    return {dump(body), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url = without_slashes(std::move(attempt.url)) + "/api/v1/chat.postMessage";
    attempt.headers.push_back("X-Auth-Token: " + token_.reveal());
    attempt.headers.push_back("X-User-Id: " + token_id_.reveal());
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (!json.is_object()) return verdict_of_failure("an answer without success");
    if (json.value("success", Json()) == true)
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return {Verdict::Kind::dead, "a 200 without success", {}, false, true};
  }

  // Its limiter answers 400 in old versions, with this word.
  Verdict judge_refusal(const Answer& answer, Verdict plain) const override {
    if (answer.body.find("error-too-many-requests") == std::string_view::npos) return plain;
    return {Verdict::Kind::retry, plain.detail, std::max(plain.retry_after, 60s), true};
  }

  std::vector<std::string> secrets() const override {
    return {token_.reveal(), token_id_.reveal()};
  }
  std::string destination() const override { return channel_; }

 private:
  static constexpr std::size_t kText = 4500;  // a message has 5000 characters unless it is told

  config::Secret token_, token_id_;
  std::string channel_, emoji_, icon_url_, mention_;
};

void read_rocketchat(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://open.rocket.chat");
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  read_room_limits(entry, into, 10, 1min);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const RocketChat>(entry);
}

}  // namespace

ReceiverKind rocketchat_kind() {
  return {
      "rocketchat",
      {{"rocketchat_configs", true}},
      {{"token", Form::secret},
       {"token_id", Form::secret},
       {"channel", Form::nullable},
       {"api_url", Form::url},
       {"http_config", Form::transport, Type::mapping},
       {"emoji", Form::nullable},
       {"icon_url", Form::nullable},
       {"mention"},
       {"title", Form::nullable},
       {"text", Form::nullable},
       {"language", Form::value, Type::language}},
      {"color", "title_link", "fields", "short_fields", "image_url", "thumb_url", "link_names",
       "actions"},
      {{"rocketchat_api_url", "api_url"},
       {"rocketchat_token", "token"},
       {"rocketchat_token_file", "token_file"},
       {"rocketchat_token_id", "token_id"},
       {"rocketchat_token_id_file", "token_id_file"}},
      read_rocketchat,
      config::ReceiverKind::Import{
          false, {"token", "token_id", "channel"}, false, {{"title", "title"}, {"text", "text"}}}};
}

}  // namespace alarum::receivers
