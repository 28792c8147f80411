// The examples of docs/ do what the page says: each fenced block that has a file's name behind its
// language (```yaml heart.yaml) is written to a folder of its page, each test file run, and every
// rule and alternative of every rule file reached.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/test_command.h"
#include "tests/support/story.h"

namespace alarum::docs_test {
namespace {

namespace fs = std::filesystem;

struct Block {
  std::string language, name, text;
};

std::vector<Block> blocks_of(const fs::path& page) {
  std::vector<Block> blocks;
  std::ifstream in(page);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("```")) {
      if (inside) blocks.back().text += line + '\n';
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    const auto words = support::words_of(line.substr(3));
    blocks.push_back({words.empty() ? "" : words[0], words.size() > 1 ? words[1] : "", ""});
  }
  return blocks;
}

void run(const fs::path& page, std::size_t& tests) {
  const support::Folder folder;
  bool any = false;
  for (const auto& [language, name, text] : blocks_of(page)) {
    EXPECT_FALSE(language == "yaml" && name.empty())
        << page << ": a yaml block without a file name is not tested:\n"
        << text;
    if (name.empty()) continue;
    fs::create_directories(fs::path(folder / name).parent_path());
    std::ofstream(folder / name) << text;
    any |= name.ends_with(".test.yaml");
  }
  if (!any) return;
  ++tests;
  std::ostringstream out, err;
  EXPECT_EQ(cli::test_command({.paths = {folder / "."}, .coverage = true}, out, err), 0)
      << page << '\n'
      << out.str() << err.str();
}

TEST(Docs, HaveExamplesThatDoWhatTheySay) {
  std::size_t tests = 0;
  for (const auto& page : fs::directory_iterator("docs")) {
    if (page.path().extension() == ".md") run(page.path(), tests);
  }
  EXPECT_GE(tests, 20U);
}

}  // namespace
}  // namespace alarum::docs_test
