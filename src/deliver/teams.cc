// Microsoft Teams: an Adaptive Card 1.4 for a workflow's URL; at most 28 KB.
#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {

model::Content teams_content(const model::Message& message, const Setting& setting) {
  // A card's TextBlock needs an empty line to begin a new one.
  const Markup markup{escape_markdown, [](const std::string& text) { return "**" + text + "**"; },
                      [](const std::string& url) { return "[" + url + "](" + url + ")"; }, "\n\n"};
  const auto chat = chat_of(message, setting, markup, 18 * 1024);
  const auto colour = !chat.card.firing ? "Good" : chat.card.worst >= model::Severity::major ? "Attention" : "Warning";
  const Json card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                  {"type", "AdaptiveCard"},
                  {"version", "1.4"},
                  {"msteams", {{"width", "Full"}}},
                  {"body",
                   Json::array({Json{{"type", "TextBlock"}, {"text", escape_markdown(chat.title)}, {"weight", "Bolder"}, {"size", "Medium"}, {"color", colour}, {"wrap", true}},
                                Json{{"type", "TextBlock"}, {"text", chat.text}, {"wrap", true}}})}};
  return {dump(Json{{"type", "message"}, {"attachments", Json::array({Json{{"contentType", "application/vnd.microsoft.card.adaptive"}, {"content", card}}})}}), {}};
}

}  // namespace alarum::deliver
