// DingTalk robot: Markdown; at most 20,000 bytes. Signed in the query at the moment of an attempt; success is errcode 0.
#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {

model::Content dingtalk_content(const model::Message& message, const config::DingTalk& robot, const Setting& setting) {
  const Markup markup{escape_robot, [](const std::string& text) { return "**" + text + "**"; },
                      [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n\n"};
  const auto chat = chat_of(message, setting, markup, 12 * 1024);
  std::string text = "### " + escape_robot(chat.title) + "\n\n" + chat.text;
  for (const auto& mobile : robot.at_mobiles) text += " @" + mobile;  // only those that stand in the text are called
  Json body{{"msgtype", "markdown"}, {"markdown", {{"title", escape_robot(chat.title)}, {"text", text}}}};
  body["at"] = {{"atMobiles", robot.at_mobiles}, {"isAtAll", robot.at_all}};
  return {dump(body), {}};
}

}  // namespace alarum::deliver
