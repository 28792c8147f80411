// Webex Messages API: Markdown of at most 7439 bytes into a room, with a bot's token.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Webex final : public Receiver {
 public:
  explicit Webex(FieldReader& entry) {
    entry.required_text("room_id", room_id_);
    entry.required_secret("token", token_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_room_markdown,
                        [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "<" + url + ">"; }, "\n\n"};
    const auto chat = chat_of(message, setting, markup, kText);
    const auto title = markup.bold(escape_room_markdown(chat.title));
    return {dump(Json{{"roomId", room_id_}, {"markdown", title + "\n\n" + chat.text}}), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.headers.push_back("Authorization: Bearer " + token_.reveal());
  }

  std::vector<std::string> secrets() const override { return {token_.reveal()}; }
  std::string destination() const override { return room_id_; }

 private:
  static constexpr std::size_t kText = 7439 - 600;  // bytes; an escaped title takes 500 at most

  std::string room_id_;
  config::Secret token_;
};

void read_webex(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://webexapis.com/v1/messages");
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  read_room_limits(entry, into, 1, 1s);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const Webex>(entry);
  into.http.authorization = {};  // the token is the one that is sent
}

}  // namespace

ReceiverKind webex_kind() {
  return {"webex",
          {{"webex_configs", true}},
          {{"room_id", Form::nullable},
           {"token", Form::secret},
           {"api_url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"title"},
           {"text"},
           {"language", Form::value, Type::language}},
          {"message"},
          {{"webex_api_url", "api_url"}},
          read_webex,
          config::ReceiverKind::Import{true, {"room_id", "token"}, false, {{"message", "text"}}}};
}

}  // namespace alarum::receivers
