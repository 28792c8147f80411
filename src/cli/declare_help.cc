#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/declare.h"
#include "cli/manual.h"

namespace alarum::cli {
namespace {

using Words = std::vector<std::string>;
using Render = std::string (*)(const CommandText&);

int print_page(const CommandText& root, const Words& words, Render render) {
  if (const auto* found = words.empty() ? &root : find_command(root, words)) {
    std::cout << render(*found);
    return 0;
  }
  std::cerr << "error: " << wrong_command(root, words) << "\n";
  return 2;
}

void add_page(CLI::App& app, Action& action, const std::shared_ptr<const CommandText>& root,
              const char* name, const char* summary, const char* example, Render render) {
  auto* command = add_command(app, name, summary, example);
  auto words = std::make_shared<Words>();
  command->add_option("COMMAND", *words, "the words of a command (all of `alarum`)");
  command->callback([words, root, render, &action] {
    action = [words, root, render] { return print_page(*root, *words, render); };
  });
}

}  // namespace

void add_help_commands(CLI::App& app, Action& action,
                       const std::shared_ptr<const CommandText>& root) {
  add_page(app, action, root, "help", "what a command does, its options and an example",
           "alarum help silence add", help_text);
  add_page(app, action, root, "man", "a man page, made of what `help` shows",
           "alarum man > /usr/share/man/man1/alarum.1\nalarum man silence | man -l -", man_page);
  auto* complete = add_command(app, "completions", "a script by which a shell completes commands",
                               "alarum completions bash > /etc/bash_completion.d/alarum\n"
                               "alarum completions zsh > \"${fpath[1]}/_alarum\"\n"
                               "alarum completions fish > ~/.config/fish/completions/alarum.fish");
  auto shell = std::make_shared<std::string>();
  complete->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  complete->callback([shell, root, &action] {
    action = [shell, root] { return std::cout << completions(*root, *shell), 0; };
  });
}

}  // namespace alarum::cli
