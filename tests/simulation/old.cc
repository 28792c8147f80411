#include "tests/simulation/old.h"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

namespace alarum::simulation {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = ALARUM_OLD_FOLDERS;

Result<std::string> unpacked(const fs::path& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");
  if (!file) return fail("not_found", path.string());
  std::string bytes;
  char buffer[1 << 16];
  int got = 0;
  while ((got = ::gzread(file, buffer, sizeof buffer)) > 0) bytes.append(buffer, static_cast<std::size_t>(got));
  ::gzclose(file);
  if (got < 0) return fail("bad_file", path.string() + " is no gzip file");
  return bytes;
}

/// POSIX ustar, plain files alone: name -> content.
Result<std::map<std::string, std::string>> files_of(const std::string& tar) {
  constexpr std::size_t kBlock = 512;
  std::map<std::string, std::string> files;
  for (std::size_t at = 0; at + kBlock <= tar.size() && tar[at] != 0;) {
    const std::string name(tar.c_str() + at), prefix(tar.c_str() + at + 345);
    const auto size = std::stoull(tar.substr(at + 124, 11), nullptr, 8);
    at += kBlock;
    if (at + size > tar.size()) return fail("bad_file", name + " is cut");
    files[prefix.empty() ? name : prefix + "/" + name] = tar.substr(at, size);
    at += (size + kBlock - 1) / kBlock * kBlock;
  }
  return files;
}

Result<void> put(FileSystem& files, const fs::path& path, const std::string& bytes) {
  const auto folder = path.parent_path().string();
  if (auto done = files.make_folder(folder); !done) return done;
  auto file = files.open(path.string(), true);
  if (!file) return std::unexpected(file.error());
  if (auto done = (*file)->write(0, bytes); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  return files.sync_folder(folder);
}

OldFolder facts_of(const nlohmann::json& json) {
  OldFolder old;
  old.made_by = json.at("made_by");
  old.end = Time(std::chrono::seconds(json.at("end").get<std::int64_t>()));
  old.rules = json.at("rules"), old.source = json.at("source");
  old.acknowledged = json.at("acknowledged"), old.firing = json.at("firing"), old.silenced = json.at("silenced");
  old.acknowledged_alert = json.at("acknowledged_alert");
  old.waiting = json.at("waiting");
  return old;
}

}  // namespace

std::vector<std::string> old_folders() {
  std::vector<std::pair<std::int64_t, std::string>> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") found.emplace_back(nlohmann::json::parse(std::ifstream(entry.path())).at("end"), entry.path().stem());
  }
  std::ranges::sort(found);
  std::vector<std::string> names;
  for (const auto& [end, name] : found) names.push_back(name);
  return names;
}

Result<OldFolder> put_old_folder(const std::string& name, FileSystem& files, const std::string& data) {
  std::ifstream facts(kFolder / (name + ".json"));
  if (!facts) return fail("not_found", name);
  const auto tar = unpacked(kFolder / (name + ".tar.gz"));
  if (!tar) return std::unexpected(tar.error());
  const auto content = files_of(*tar);
  if (!content) return std::unexpected(content.error());
  for (const auto& [path, bytes] : *content) {
    if (auto done = put(files, fs::path(data) / path, bytes); !done) return std::unexpected(done.error());
  }
  return facts_of(nlohmann::json::parse(facts));
}

}  // namespace alarum::simulation
