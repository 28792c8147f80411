// Feishu (Lark) robot: a card; at most 20 KB. Signed in the body at the moment of an attempt;
// success is code 0.
#include <memory>

#include "receivers/chat.h"
#include "receivers/signing.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

// lark_md knows HTML entities and no backslash.
std::string escape_lark(std::string_view text) {
  std::string out;
  for (const char c : escape_html(text)) {
    if (c == '*')
      out += "&#42;";
    else if (c == '[')
      out += "&#91;";
    else if (c == ']')
      out += "&#93;";
    else if (c == '~')
      out += "&#126;";
    else
      out += c;
  }
  return out;
}

class Feishu final : public Receiver {
 public:
  explicit Feishu(FieldReader& entry) { entry.secret("secret", secret_); }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_lark, [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n"};
    const auto chat = chat_of(message, setting, markup, 12 * 1024);
    const auto colour = !chat.card.firing                           ? "green"
                        : chat.card.worst >= model::Severity::major ? "red"
                                                                    : "orange";
    const Json card{
        {"config", {{"wide_screen_mode", true}}},
        {"header",
         {{"template", colour}, {"title", {{"tag", "plain_text"}, {"content", chat.title}}}}},
        {"elements", Json::array({Json{{"tag", "div"},
                                       {"text", {{"tag", "lark_md"}, {"content", chat.text}}}}})}};
    return {dump(Json{{"msg_type", "interactive"}, {"card", card}}), {}};
  }

  // The signature becomes the first members of the body.
  void prepare(Attempt& attempt, const std::string& /*id*/, Time now) const override {
    if (secret_.empty()) return;
    const auto timestamp = in_seconds(now);
    attempt.body = "{\"timestamp\":\"" + timestamp + "\",\"sign\":\"" +
                   feishu_sign(secret_.reveal(), timestamp) + "\"," + attempt.body.substr(1);
  }

  // The newer answer has `code`, the older one `StatusCode`.
  Verdict judge_success(const Answer& answer) const override {
    auto code = number_in(answer.body, "code");
    if (!code) code = number_in(answer.body, "StatusCode");
    return judge_code(answer, {"code", {11232, 99991400}, {}}, code);
  }

  std::vector<std::string> secrets() const override { return {secret_.reveal()}; }

 private:
  config::Secret secret_;  ///< empty: not signed
};

void read_feishu(FieldReader& entry, Integration& into) {
  read_room(entry, into, "url", 4, 3s);  // 5 a second and 100 a minute
  into.as = std::make_shared<const Feishu>(entry);
}

}  // namespace

ReceiverKind feishu_kind() {
  return {"feishu",
          {{"feishu_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"secret", Form::secret},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_feishu};
}

}  // namespace alarum::receivers
