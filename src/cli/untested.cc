#include "cli/untested.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/node.h"

namespace alarum::cli {
namespace {

namespace fs = std::filesystem;

std::string identity(const std::string& path) {
  std::error_code unused;
  return fs::weakly_canonical(path, unused).string();
}

// Rule files of the folders that are not among the tests' own.
std::vector<rules::Sources::File> unnamed(const std::vector<std::string>& paths,
                                          const std::vector<TestFile>& files) {
  std::set<std::string> named;
  for (const auto& test : files) {
    for (const auto& file : test.sources.files) named.insert(identity(file.path));
  }
  std::vector<std::string> folders;
  std::error_code unused;
  for (const auto& path : paths) {
    if (fs::is_directory(path, unused)) folders.push_back(path);
  }
  Diagnostics unheard;  // what is wrong with them, `check` says
  auto sources = rules::read_sources(folders, unheard);
  std::erase_if(sources.files,
                [&](const auto& file) { return named.contains(identity(file.path)); });
  return std::move(sources.files);
}

void print(const Place& place, const std::string& name, std::ostream& out) {
  out << fmt::format("{}:{}:{}: untested: {}: no test file names {}\n", place.file, place.line,
                     place.column, name, fs::path(place.file).filename().string());
}

std::size_t print_rules(const rules::Sources::File& file, std::ostream& out) {
  Diagnostics unheard;
  const auto root = file.path.ends_with(".json") ? parse_json(file.text, file.path, unheard)
                                                 : parse_yaml(file.text, file.path, unheard);
  std::size_t rules = 0;
  if (const auto* list = root ? root->find("rules") : nullptr) {
    for (const auto& rule : list->items) {
      const auto* name = rule.find("alert");
      print(rule.place, name ? name->text : "a rule", out);
      ++rules;
    }
  }
  if (const auto* overrides = root ? root->find("override") : nullptr) {
    for (const auto& [name, entry] : overrides->members) {
      print(name.place, "override of " + name.text, out);
      ++rules;
    }
  }
  return rules;
}

}  // namespace

std::size_t print_untested(const std::vector<std::string>& paths,
                           const std::vector<TestFile>& files, std::ostream& out) {
  std::size_t rules = 0;
  for (const auto& file : unnamed(paths, files)) rules += print_rules(file, out);
  return rules;
}

}  // namespace alarum::cli
