#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace alarum::receivers {

/// Makes text of events harmless for a target: the result cannot begin a tag, a link or a mention
/// there. Control characters become spaces, and bytes that are not UTF-8 become U+FFFD. Pure
/// functions; any thread.
using Escaper = std::string (*)(std::string_view);

std::string escape_plain(std::string_view text);  ///< no markup; line feeds stay
std::string escape_html(std::string_view text);
std::string escape_slack(std::string_view text);  ///< & < > (Slack, "Formatting text")
/// Markdown with backslashes (CommonMark); < becomes an entity.
std::string escape_markdown(std::string_view text);
/// The same, and no `@` that could begin a mention
std::string escape_room_markdown(std::string_view text);
/// Markdown of robots that know no backslash: characters that begin a link or a tag become their
/// full-width forms.
std::string escape_robot(std::string_view text);

/// Shortens `text` to at most `most` bytes, with `mark` at its end if something was cut. It cuts
/// between two characters.
std::string cut(std::string text, std::size_t most, std::string_view mark = "…");

/// The same, where a vendor counts characters: at most so many units of UTF-16, of which a
/// character beyond U+FFFF takes two.
std::string cut_units(std::string text, std::size_t most, std::string_view mark = "…");

}  // namespace alarum::receivers
