#include "deliver/chat.h"

#include <algorithm>

#include "deliver/names.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kTitle = 200;  // bytes

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

Chat chat_of(const model::Message& message, const Setting& setting, const Markup& markup, std::size_t most_text) {
  const auto& words = setting.how.words;
  const CardStyle style{words.language, setting.external_url};
  Chat chat{card_of(message, style), {}, {}};
  const auto names = message_names(message, style);
  chat.title = words.title.empty() ? chat.card.title : render(words.title, names, escape_plain);
  chat.title = cut(one_line(escape_plain(chat.title)), kTitle);
  chat.text = words.text.empty() ? body_text(chat.card, markup, most_text) : cut(render(words.text, names, markup.escape), most_text);
  return chat;
}

std::string colour_of(const Card& card) {
  if (!card.firing) return "#2e8540";
  return card.worst >= model::Severity::major ? "#d00000" : "#e08a00";
}

}  // namespace alarum::deliver
