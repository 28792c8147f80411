#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "base/version.h"
#include "cli/manual.h"

namespace alarum::cli {
namespace {

// As man(7) reads it: backslashes, hyphens of options, a line that begins with a full stop or an
// apostrophe, and what is not ASCII, which groff takes in its own notation only.
std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  while (!text.empty()) {
    const char c = text.front();
    const auto length = std::max<std::size_t>(utf8_sequence(text), 1);
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (length > 1)
      fmt::format_to(std::back_inserter(out), "\\[u{:04X}]",
                     static_cast<std::uint32_t>(utf8_code_point(text.substr(0, length))));
    else
      out += c;
    text.remove_prefix(length);
  }
  return out;
}

std::string paragraph(const std::string& term, const std::string& text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(term), roff(text));
}

std::string options_of(const CommandText& command) {
  std::string out;
  for (const auto& one : command.arguments)
    out += paragraph(one.names + (one.repeats ? "…" : ""), one.help);
  for (const auto& one : command.options)
    out += paragraph(one.names + (one.value.empty() ? "" : ' ' + one.value), one.help);
  return out;
}

std::string example_of(const CommandText& command) {
  return command.example.empty() ? "" : ".nf\n" + roff(command.example) + "\n.fi\n";
}

std::string page_name(const CommandText& command) {
  auto name = command.path;
  for (auto& c : name)
    if (c == ' ') c = '-';
  return name;
}

void add_commands(const CommandText& command, std::string& out) {
  for (const auto& one : command.commands) {
    out += fmt::format(".SS {}\n{}\n", roff(synopsis(one)), roff(one.summary));
    out += options_of(one);
    if (!one.example.empty()) out += ".PP\n" + example_of(one);
    add_commands(one, out);
  }
}

}  // namespace

std::string man_page(const CommandText& command) {
  std::string upper = page_name(command);
  for (auto& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  auto out = fmt::format(".TH {} 1 \"\" \"Alarum {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                         roff(upper), kVersion, roff(page_name(command)), roff(command.summary));
  out += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(synopsis(command)));
  if (const auto options = options_of(command); !options.empty()) out += ".SH OPTIONS\n" + options;
  if (!command.commands.empty()) {
    out += ".SH COMMANDS\n";
    add_commands(command, out);
  }
  if (!command.example.empty()) out += ".SH EXAMPLES\n" + example_of(command);
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\ngood\n.TP\n.B 1\nthe input is at fault, or the daemon refuses "
      "it "
      "or cannot be reached\n.TP\n.B 2\nwrong usage\n.TP\n.B 3\nfindings\n"
      ".SH ENVIRONMENT\n.TP\n.B ALARUM_URL, ALARUM_TOKEN, ALARUM_TOKEN_FILE, ALARUM_CA_FILE\nwhere "
      "the daemon is, and what proves who asks; else as ~/.config/alarum/config.yaml says\n.TP\n"
      ".B NO_COLOR\nno colour on a terminal\n.SH SEE ALSO\n";
  if (command.path != "alarum") out += ".BR alarum (1),\n";
  out += "the pages in /usr/share/doc/alarum\n";
  return out;
}

}  // namespace alarum::cli
