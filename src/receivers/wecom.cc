// WeCom robot: Markdown of at most 4096 bytes. Success is errcode 0.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kContent = 4096;

class WeCom final : public Receiver {
 public:
  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const Markup markup{escape_robot, [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n"};
    const auto chat = chat_of(message, setting, markup, 3400);
    const auto colour = !chat.card.firing                           ? "info"
                        : chat.card.worst >= model::Severity::major ? "warning"
                                                                    : "comment";
    const auto content = "<font color=\"" + std::string(colour) + "\">" + escape_robot(chat.title) +
                         "</font>\n" + chat.text;
    return {
        dump(Json{{"msgtype", "markdown"}, {"markdown", {{"content", cut(content, kContent)}}}}),
        {}};
  }

  Verdict judge_success(const Answer& answer) const override {
    return judge_code(answer, {"errcode", {45009, 45033}, {-1}}, number_in(answer.body, "errcode"));
  }
};

void read_wecom(FieldReader& entry, Integration& into) {
  read_room(entry, into, "url", 20, 1min);
  into.as = std::make_shared<const WeCom>();
}

}  // namespace

ReceiverKind wecom_kind() {
  return {"wecom",
          {{"wecom_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_wecom};
}

}  // namespace alarum::receivers
