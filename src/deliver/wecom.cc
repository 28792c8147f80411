// WeCom robot: Markdown of at most 4096 bytes. Success is errcode 0.
#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kContent = 4096;

}  // namespace

model::Content wecom_content(const model::Message& message, const Setting& setting) {
  const Markup markup{escape_robot, [](const std::string& text) { return "**" + text + "**"; },
                      [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n"};
  const auto chat = chat_of(message, setting, markup, 3400);
  const auto colour = !chat.card.firing ? "info" : chat.card.worst >= model::Severity::major ? "warning" : "comment";
  const auto content = "<font color=\"" + std::string(colour) + "\">" + escape_robot(chat.title) + "</font>\n" + chat.text;
  return {dump(Json{{"msgtype", "markdown"}, {"markdown", {{"content", cut(content, kContent)}}}}), {}};
}

}  // namespace alarum::deliver
