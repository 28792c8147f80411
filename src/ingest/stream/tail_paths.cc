#include "ingest/stream/tail_paths.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/ascii.h"

namespace alarum::ingest {
namespace {

namespace fs = std::filesystem;

// The folder of the path. For a link also the folder of its target, where the file is rotated.
std::vector<fs::path> folders_of(const std::string& path) {
  std::vector<fs::path> out{fs::path(path).parent_path()};
  std::error_code fault;
  if (fs::is_symlink(path, fault)) {
    auto there = fs::canonical(path, fault).parent_path();
    if (!fault) out.push_back(std::move(there));
  }
  return out;
}

}  // namespace

std::vector<std::string> matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> out;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

void sort_by_age(std::vector<std::string>& paths) {
  std::vector<std::pair<fs::file_time_type, std::string>> dated;
  for (auto& path : paths) {
    std::error_code fault;
    dated.emplace_back(fs::last_write_time(path, fault), std::move(path));
  }
  std::ranges::sort(dated, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second > b.second;
  });
  for (std::size_t i = 0; i < paths.size(); ++i) paths[i] = std::move(dated[i].second);
}

std::vector<std::string> files_beside(const std::string& path) {
  std::vector<std::string> out;
  for (const auto& folder : folders_of(path)) {
    std::error_code fault;
    for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, fault))
      out.push_back(entry.path().string());
  }
  return out;
}

bool is_rotated(const std::string& path, const std::string& from) {
  const auto name = fs::path(path).filename().string(), stem = fs::path(from).filename().string();
  return name.size() > stem.size() + 1 && name.starts_with(stem) &&
         (name[stem.size()] == '.' || name[stem.size()] == '-') && is_digit(name[stem.size() + 1]);
}

}  // namespace alarum::ingest
