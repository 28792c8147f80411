#pragma once
#include <string>

#include "deliver/card.h"
#include "deliver/notifier.h"

namespace alarum::deliver {

/// Title and text of a message as a chat target shows them: our own, or the receiver's templates.
struct Chat {
  Card card;
  std::string title;  ///< plain, not escaped, one line
  std::string text;   ///< in the target's markup
};
Chat chat_of(const model::Message& message, const Setting& setting, const Markup& markup, std::size_t most_text);

/// Red, orange or green: `#d00000`.
std::string colour_of(const Card& card);

}  // namespace alarum::deliver
