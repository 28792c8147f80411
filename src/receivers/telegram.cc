// Telegram Bot API, sendMessage: HTML of at most 4096 characters. The bot's token is in the URL; it
// is added at the moment of an attempt. Every answer has `ok`.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Telegram final : public Receiver {
 public:
  explicit Telegram(FieldReader& entry) {
    entry.required_secret("bot_token", bot_token_);
    read_chat(entry);
    entry.count("message_thread_id", thread_, 0, kMostThread);
    entry.flag("disable_notifications", silent_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_html, [](const std::string& text) { return "<b>" + text + "</b>"; },
                        escape_html_link, "\n"};
    const auto& words = setting.how.words;
    auto chat = chat_of(message, setting, markup, kText);
    // A text of the operator's own may be cut within a tag, which Telegram refuses: it goes as it
    // is read.
    const bool cut_short = !words.text.empty() && chat.text.ends_with("…");
    if (cut_short) chat = chat_of(message, setting, plain_markup(), kText);
    const auto title = cut_short ? chat.title : markup.bold(escape_html(chat.title));
    Json body{{"chat_id", chat_}, {"text", title + '\n' + chat.text}};
    if (!cut_short) body["parse_mode"] = "HTML";
    if (thread_ > 0) body["message_thread_id"] = thread_;
    if (silent_) body["disable_notification"] = true;
    body["link_preview_options"] = {{"is_disabled", true}};
    return {dump(body), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url =
        without_slashes(std::move(attempt.url)) + "/bot" + bot_token_.reveal() + "/sendMessage";
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (json.is_object() && json.value("ok", Json()) == true)
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("a 200 without \"ok\": true");
  }

  Verdict judge_refusal(const Answer& answer, Verdict plain) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    const auto parameters = json.is_object() ? json.find("parameters") : json.end();
    if (answer.status != 429 || !json.is_object() || parameters == json.end()) return plain;
    const auto wait = number_in(dump(*parameters), "retry_after").value_or(0);
    const auto most = std::chrono::seconds(std::clamp<std::int64_t>(wait, 0, 3600));
    plain.retry_after = std::max(plain.retry_after, most);
    return plain;
  }

  std::vector<std::string> secrets() const override { return {bot_token_.reveal()}; }
  std::string destination() const override {
    return dump(chat_) + '\n' + std::to_string(thread_) + '\n' + bot_token_.reveal();
  }

 private:
  // 4096 characters after the tags are taken out, of which the title takes 200 at most.
  static constexpr std::size_t kText = 3800;
  static constexpr std::uint64_t kMostThread = 2147483647;

  static std::string escape_html_link(const std::string& url) {
    const auto text = escape_html(url);
    return "<a href=\"" + text + "\">" + text + "</a>";
  }

  // A number, or the name of a public channel.
  void read_chat(FieldReader& entry) {
    const auto* node = entry.find("chat_id");
    if (!node) return entry.fault(entry.node(), entry.where() + " has no \"chat_id\"");
    const auto number = Json::parse(node->text, nullptr, false);
    if (node->scalar() && number.is_number_integer())
      chat_ = number;
    else if (node->is(Node::Kind::string) && node->text.starts_with('@') && node->text.size() > 1)
      chat_ = node->text;
    else
      entry.fault(*node, "\"chat_id\" must be a whole number, or the name of a channel with @");
  }

  config::Secret bot_token_;
  Json chat_;
  std::uint64_t thread_ = 0;  ///< 0: none
  bool silent_ = false;
};

void read_telegram(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://api.telegram.org");
  const bool own = entry.find("api_url") || entry.find("api_url_file");
  read_room_limits(entry, into, 20, 1min);
  if (own) entry.url("api_url", into.url);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const Telegram>(entry);
}

}  // namespace

ReceiverKind telegram_kind() {
  return {
      "telegram",
      {{"telegram_configs", true}},
      {{"bot_token", Form::secret},
       {"chat_id", Form::nullable, Type::any},
       {"api_url", Form::url},
       {"http_config", Form::transport, Type::mapping},
       {"message_thread_id", Form::nullable, Type::number},
       {"disable_notifications", Form::nullable, Type::flag},
       {"title"},
       {"text"},
       {"language", Form::value, Type::language}},
      {"chat_id_file", "message", "parse_mode"},
      {{"telegram_api_url", "api_url"},
       {"telegram_bot_token", "bot_token"},
       {"telegram_bot_token_file", "bot_token_file"}},
      read_telegram,
      config::ReceiverKind::Import{true, {"bot_token", "chat_id"}, false, {{"message", "text"}}}};
}

}  // namespace alarum::receivers
