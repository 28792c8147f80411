// Feishu (Lark) robot: a card; at most 20 KB. Signed in the body at the moment of an attempt; success is code 0.
#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {
namespace {

// lark_md knows HTML entities and no backslash.
std::string escape_lark(std::string_view text) {
  std::string out;
  for (const char c : escape_html(text)) {
    if (c == '*') out += "&#42;";
    else if (c == '[') out += "&#91;";
    else if (c == ']') out += "&#93;";
    else if (c == '~') out += "&#126;";
    else out += c;
  }
  return out;
}

}  // namespace

model::Content feishu_content(const model::Message& message, const Setting& setting) {
  const Markup markup{escape_lark, [](const std::string& text) { return "**" + text + "**"; }, [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n"};
  const auto chat = chat_of(message, setting, markup, 12 * 1024);
  const auto colour = !chat.card.firing ? "green" : chat.card.worst >= model::Severity::major ? "red" : "orange";
  const Json card{{"config", {{"wide_screen_mode", true}}},
                  {"header", {{"template", colour}, {"title", {{"tag", "plain_text"}, {"content", chat.title}}}}},
                  {"elements", Json::array({Json{{"tag", "div"}, {"text", {{"tag", "lark_md"}, {"content", chat.text}}}}})}};
  return {dump(Json{{"msg_type", "interactive"}, {"card", card}}), {}};
}

}  // namespace alarum::deliver
