#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receivers/kind.h"
#include "receivers/text/card.h"

// What receivers that are read by people have in common.

namespace alarum::receivers {

/// Reads the URL, under the key `url_key` or `url`, http_config and words of a chat room. `rate`
/// messages in `per`, one at a time, unless the config says otherwise: the vendors' limits
/// (docs/delivery.md).
void read_room(FieldReader& entry, Integration& into, const char* url_key, std::uint64_t rate,
               Duration per);

/// Title and text of a message as a chat target shows them: our own, or the receiver's templates.
struct Chat {
  Card card;
  std::string title;  ///< plain, not escaped, one line
  std::string text;   ///< in the target's markup
};
Chat chat_of(const model::Message& message, const Setting& setting, const Markup& markup,
             std::size_t most_text);

/// Red, orange or green: `#d00000`.
std::string colour_of(const Card& card);

/// The codes in which a robot answers: in a 200, as a member of a JSON object. 0: it was taken.
struct Codes {
  const char* member;
  std::vector<std::int64_t> rate;  ///< asked too often: later
  std::vector<std::int64_t> busy;  ///< theirs to mend: again
};
/// What no document names is the sender's fault: the robot refuses it whenever it comes.
Verdict judge_code(const Answer& answer, const Codes& codes, std::optional<std::int64_t> code);
/// A member that is an integer, of a body that is an object.
std::optional<std::int64_t> number_in(std::string_view body, const char* name);

}  // namespace alarum::receivers
