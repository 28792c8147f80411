#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace alarum::cli {

/// One option or argument of a command.
struct OptionText {
  std::string names;                 ///< `-c,--comment`; of an argument `MATCHER`
  std::string value;                 ///< what it takes: `TEXT`, `FILE`; empty: a flag
  std::string help;                  ///< one sentence
  std::vector<std::string> choices;  ///< the values that it takes, when only these
  bool repeats = false;
  bool required = false;
};

/// A command as it is declared: what usage, `--help`, `help CMD`, the guess at a wrong command,
/// completions and man pages are made of. The commands of `alarum` itself are a tree of these.
struct CommandText {
  std::string path;     ///< `alarum silence add`
  std::string summary;  ///< one sentence
  std::string example;  ///< command lines, one a line
  std::string group;    ///< the heading under which its parent lists it
  std::vector<OptionText> arguments, options;
  std::vector<CommandText> commands;

  std::string name() const;  ///< the last word of the path
};

/// The tree below `app`. The example is its footer.
CommandText describe(const CLI::App& app);

/// The command that these words lead to; nullptr: a word is none, or none were given.
const CommandText* find_command(const CommandText& root, const std::vector<std::string>& words);

/// What is wrong with the command words of a line, as a sentence with a guess: `there is no command
/// "alrts" (did you mean "alerts"?)`. Empty: nothing, or that is not known from the words alone.
std::string wrong_command(const CommandText& root, const std::vector<std::string>& words);
/// The same of options: `alarum ack has no option --coment (did you mean "--comment"?)`.
std::string wrong_option(const CommandText& command, const std::vector<std::string>& words);

/// `alarum ack [OPTIONS] ID|MATCHER…`
std::string synopsis(const CommandText& command);
/// What `--help` prints: lines of at most 100 columns.
std::string help_text(const CommandText& command);
/// man(7) source, section 1, of a command and those below it.
std::string man_page(const CommandText& command);

/// Scripts that complete commands, options and fixed values; file names where nothing else is
/// known. `shell`: bash, zsh or fish.
std::string completions(const CommandText& root, const std::string& shell);

}  // namespace alarum::cli
