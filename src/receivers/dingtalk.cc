// DingTalk robot: Markdown; at most 20,000 bytes. Signed in the query at the moment of an attempt;
// success is errcode 0.
#include <memory>

#include "base/percent.h"
#include "receivers/chat.h"
#include "receivers/signing.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class DingTalk final : public Receiver {
 public:
  explicit DingTalk(FieldReader& entry) {
    entry.secret("secret", secret_);
    entry.texts("at_mobiles", at_mobiles_);
    entry.flag("at_all", at_all_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_robot, [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "[" + url + "](" + url + ")"; },
                        "\n\n"};
    const auto chat = chat_of(message, setting, markup, 12 * 1024);
    std::string text = "### " + escape_robot(chat.title) + "\n\n" + chat.text;
    for (const auto& mobile : at_mobiles_)
      text += " @" + mobile;  // the robot only calls numbers that are in the text
    Json body{{"msgtype", "markdown"},
              {"markdown", {{"title", escape_robot(chat.title)}, {"text", text}}}};
    body["at"] = {{"atMobiles", at_mobiles_}, {"isAtAll", at_all_}};
    return {dump(body), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time now) const override {
    if (secret_.empty()) return;
    const auto timestamp = in_milliseconds(now);
    attempt.url += attempt.url.find('?') == std::string::npos ? '?' : '&';
    attempt.url += "timestamp=" + timestamp +
                   "&sign=" + percent_encode(dingtalk_sign(secret_.reveal(), timestamp));
  }

  Verdict judge_success(const Answer& answer) const override {
    return judge_code(answer, {"errcode", {130101, 410100, 90030}, {-1}},
                      number_in(answer.body, "errcode"));
  }

  std::vector<std::string> secrets() const override { return {secret_.reveal()}; }

 private:
  config::Secret secret_;  ///< empty: not signed
  std::vector<std::string> at_mobiles_;
  bool at_all_ = false;
};

void read_dingtalk(FieldReader& entry, Integration& into) {
  read_room(entry, into, "url", 20, 1min);
  into.as = std::make_shared<const DingTalk>(entry);
}

}  // namespace

ReceiverKind dingtalk_kind() {
  return {"dingtalk",
          {{"dingtalk_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"secret", Form::secret},
           {"at_mobiles", Form::value, Type::texts},
           {"at_all", Form::value, Type::flag},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_dingtalk};
}

}  // namespace alarum::receivers
