#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receivers/kind.h"
#include "receivers/text/card.h"

// What kinds that people read in a chat have in common: reading the config, composing the text,
// judging a robot's answer.

namespace alarum::receivers {

/// Reads the config of a chat receiver into `into`: the URL under `url_key` (or `url`),
/// `http_config`, and the keys for texts. Sets the vendor's limits (docs/delivery.md), `rate`
/// messages in `per` and one request at a time, unless the config says otherwise. Faults go to the
/// reader.
void read_room(FieldReader& entry, Integration& into, const char* url_key, std::uint64_t rate,
               Duration per);

/// `resolve_on: confirmed` unless the entry says another: who is woken is not notified of an end
/// that nobody reported.
void read_confirmed_ends(FieldReader& entry, Integration& into);
/// The texts of a list, or of one text with commas between them (so Alertmanager writes lists).
std::vector<std::string> read_comma_list(FieldReader& entry, const char* key);
/// `url` without slashes at its end.
std::string without_slashes(std::string url);

/// The limits of read_room() alone.
void read_room_limits(FieldReader& entry, Integration& into, std::uint64_t rate, Duration per);

/// Title and text of a message as a chat target shows them, by the receiver's templates if it has
/// some.
struct Chat {
  Card card;
  std::string title;  ///< plain, not escaped, one line
  std::string text;   ///< in the target's markup
};
/// Composes them; `text` has at most `most_text` bytes.
Chat chat_of(const model::Message& message, const Setting& setting, const Markup& markup,
             std::size_t most_text);

/// Of text without any markup.
Markup plain_markup();

/// The colour for a card as `#d00000`: red, orange or green.
std::string colour_of(const Card& card);

/// The codes by which a robot answers, in a member of a JSON object with status 200. 0 means that
/// the message was accepted.
struct Codes {
  const char* member;
  std::vector<std::int64_t> rate;  ///< asked too often: tried again later (`slow_down`)
  std::vector<std::int64_t> busy;  ///< the vendor's own fault: tried again
};
/// Judges an answer with this code. A code that is in no list means that the robot refuses the
/// message for good (`this_body`). Without a code (nullopt) it is tried again.
Verdict judge_code(const Answer& answer, const Codes& codes, std::optional<std::int64_t> code);
/// The integer member `name` of a JSON object; nullopt if `body` has none.
std::optional<std::int64_t> number_in(std::string_view body, const char* name);

}  // namespace alarum::receivers
