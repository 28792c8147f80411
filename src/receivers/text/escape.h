#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace alarum::receivers {

/// How text of events is made harmless where it goes: it can begin no tag, link or mention there.
/// Control characters become spaces, what is not UTF-8 U+FFFD.
using Escaper = std::string (*)(std::string_view);

std::string escape_plain(std::string_view text);  ///< line feeds stay
std::string escape_html(std::string_view text);
std::string escape_slack(std::string_view text);  ///< & < > (Slack, "Formatting text")
/// Backslashes (CommonMark), and < as an entity
std::string escape_markdown(std::string_view text);
/// Robots whose Markdown knows no backslash: the characters that begin a link or a tag become their
/// full-width forms.
std::string escape_robot(std::string_view text);

/// `text`, or as much of it as leaves room for `mark` within `most` bytes, cut between two
/// characters.
std::string cut(std::string text, std::size_t most, std::string_view mark = "…");

}  // namespace alarum::receivers
