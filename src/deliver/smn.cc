// Huawei Cloud SMN, publish: subject and text, which the topic's subscribers get by mail, SMS or HTTP. A message is at most 256 KB.
#include <algorithm>

#include "deliver/chat.h"
#include "deliver/json_out.h"

namespace alarum::deliver {

model::Content smn_content(const model::Message& message, const Setting& setting) {
  const auto same = [](const std::string& text) { return text; };
  const auto chat = chat_of(message, setting, {escape_plain, same, same, "\n"}, 200 * 1024);
  // A subject that is longer than 512 bytes is refused.
  return {dump(Json{{"subject", cut(chat.title, 500)}, {"message", chat.title + "\n" + chat.text}}), {}};
}

}  // namespace alarum::deliver
