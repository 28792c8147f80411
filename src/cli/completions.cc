#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "cli/manual.h"

namespace alarum::cli {
namespace {

std::vector<std::string> names_of(const OptionText& option) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < option.names.size();) {
    const auto end = std::min(option.names.find(',', at), option.names.size());
    out.push_back(option.names.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Within single quotes of a shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// What bash may put after the words of a command: `alarum silence add`.
void add_bash(const CommandText& command, std::string& words, std::string& values) {
  std::vector<std::string> next{"--help"};
  for (const auto& one : command.commands) next.push_back(one.name());
  for (const auto& one : command.arguments)
    for (const auto& choice : one.choices) next.push_back(choice);
  for (const auto& option : command.options) {
    for (const auto& name : names_of(option)) {
      next.push_back(name);
      if (!option.choices.empty())
        values += fmt::format("    '{} {}') echo '{}';;\n", command.path, name,
                              fmt::join(option.choices, " "));
    }
  }
  words += fmt::format("    '{}') echo '{}';;\n", command.path, fmt::join(next, " "));
  for (const auto& one : command.commands) add_bash(one, words, values);
}

std::string bash(const CommandText& root) {
  std::string words, values;
  add_bash(root, words, values);
  return "# bash completion of alarum; made by `alarum completions bash`\n"
         "_alarum_words() {\n  case \"$1\" in\n" +
         words + "  esac\n}\n_alarum_values() {\n  case \"$1\" in\n" + values +
         R"sh(  esac
}
_alarum() {
  local at=alarum word here values
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) continue;; esac
    case " $(_alarum_words "$at") " in
      *" $word "*) [ -n "$(_alarum_words "$at $word")" ] && at="$at $word";;
    esac
  done
  here="${COMP_WORDS[COMP_CWORD]}"
  values="$(_alarum_values "$at ${COMP_WORDS[COMP_CWORD-1]}")"
  COMPREPLY=($(compgen -W "${values:-$(_alarum_words "$at")}" -- "$here"))
}
complete -o default -F _alarum alarum
)sh";
}

void add_zsh(const CommandText& command, std::string& out) {
  auto name = "_alarum_at" + command.path.substr(command.path.find(' ') == std::string::npos
                                                     ? command.path.size()
                                                     : command.path.find(' '));
  for (auto& c : name)
    if (c == ' ') c = '_';
  const auto described = [](const std::string& word, const std::string& help) {
    return ' ' + shell_quoted(word + ':' + help);
  };
  out += fmt::format("{}() {{\n  local -a offered\n  offered=(", name);
  for (const auto& one : command.commands) out += described(one.name(), one.summary);
  for (const auto& option : command.options)
    for (const auto& one : names_of(option)) out += described(one, option.help);
  out += described("--help", "what it does, and an example") + ")\n";
  std::string cases;
  for (const auto& option : command.options) {
    if (option.choices.empty()) continue;
    cases += fmt::format("    {}) compadd {}; return;;\n", fmt::join(names_of(option), "|"),
                         fmt::join(option.choices, " "));
  }
  if (!cases.empty()) out += "  case \"${words[CURRENT-1]}\" in\n" + cases + "  esac\n";
  for (const auto& one : command.arguments)
    if (!one.choices.empty()) out += fmt::format("  compadd {}\n", fmt::join(one.choices, " "));
  out += "  _describe alarum offered\n";
  out += command.commands.empty() ? "  _files\n}\n" : "}\n";
  for (const auto& one : command.commands) add_zsh(one, out);
}

std::string zsh(const CommandText& root) {
  std::string functions;
  add_zsh(root, functions);
  return "#compdef alarum\n# zsh completion of alarum; made by `alarum completions zsh`\n" +
         functions + R"sh(_alarum() {
  local at=_alarum_at word
  for word in "${(@)words[2,CURRENT-1]}"; do
    (( $+functions[${at}_$word] )) && at=${at}_$word
  done
  $at
}
if [ "$funcstack[1]" = _alarum ]; then _alarum "$@"; else compdef _alarum alarum; fi
)sh";
}

void add_fish(const CommandText& command, std::string& out) {
  // The words that lead here, each of them typed
  std::string typed;
  for (std::size_t at = command.path.find(' '); at != command.path.npos;) {
    const auto end = command.path.find(' ', at + 1);
    typed += fmt::format("{}__fish_seen_subcommand_from {}", typed.empty() ? "" : "; and ",
                         command.path.substr(at + 1, end - at - 1));
    at = end;
  }
  std::string names;
  for (const auto& one : command.commands) names += ' ' + one.name();
  auto condition = typed;
  if (!names.empty())
    condition += (typed.empty() ? "not __fish_seen_subcommand_from"
                                : "; and not __fish_seen_subcommand_from") +
                 names;
  const auto line = "complete -c alarum -n " + shell_quoted(condition);
  for (const auto& one : command.commands)
    out += fmt::format("{} -f -a {} -d {}\n", line, one.name(), shell_quoted(one.summary));
  for (const auto& one : command.arguments)
    if (!one.choices.empty())
      out += fmt::format("{} -f -a '{}'\n", line, fmt::join(one.choices, " "));
  for (const auto& option : command.options) {
    out += line;
    for (const auto& name : names_of(option))
      out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.choices.empty())
      out += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
    else if (!option.value.empty())
      out += " -r";
    out += " -d " + shell_quoted(option.help) + "\n";
  }
  for (const auto& one : command.commands) add_fish(one, out);
}

std::string fish(const CommandText& root) {
  std::string out = "# fish completion of alarum; made by `alarum completions fish`\n";
  add_fish(root, out);
  return out;
}

}  // namespace

std::string completions(const CommandText& root, const std::string& shell) {
  return shell == "bash" ? bash(root) : shell == "zsh" ? zsh(root) : fish(root);
}

}  // namespace alarum::cli
