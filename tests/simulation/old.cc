#include "tests/simulation/old.h"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/simulation/old/embedded.h"

namespace alarum::simulation {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

Result<std::string> unpacked(std::string_view packed) {
  z_stream stream{};
  constexpr int kGzip = 16;
  if (::inflateInit2(&stream, kGzip + MAX_WBITS) != Z_OK) return fail("bad_file", "zlib");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string bytes, part(1 << 16, '\0');
  int done = Z_OK;
  while (done == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    done = ::inflate(&stream, Z_NO_FLUSH);
    bytes.append(part, 0, part.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (done != Z_STREAM_END) return fail("bad_file", "no gzip file");
  return bytes;
}

/// POSIX ustar, plain files alone: name -> content.
Result<Files> files_of(const std::string& tar) {
  constexpr std::size_t kBlock = 512;
  Files files;
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
  old.acknowledged = json.at("acknowledged"), old.firing = json.at("firing"),
  old.silenced = json.at("silenced");
  old.acknowledged_alert = json.at("acknowledged_alert");
  old.waiting = json.at("waiting");
  return old;
}

struct Stored {
  OldFolder facts;
  Result<Files> files;
};

Stored stored(const EmbeddedFolder& one) {
  const auto tar = unpacked(one.packed);
  return {facts_of(nlohmann::json::parse(one.facts)),
          tar ? files_of(*tar) : std::unexpected(tar.error())};
}

const std::map<std::string, Stored>& all() {
  static const auto folders = [] {
    std::map<std::string, Stored> out;
    for (const auto& one : embedded_folders()) out.emplace(one.name, stored(one));
    return out;
  }();
  return folders;
}

}  // namespace

const std::vector<std::string>& old_folders() {
  static const auto names = [] {
    std::vector<std::string> out;
    for (const auto& [name, folder] : all()) out.push_back(name);
    std::ranges::sort(out, {}, [](const auto& name) { return all().at(name).facts.end; });
    return out;
  }();
  return names;
}

const OldFolder* old_folder(const std::string& name) {
  const auto found = all().find(name);
  return found == all().end() ? nullptr : &found->second.facts;
}

Result<OldFolder> put_old_folder(const std::string& name, FileSystem& files,
                                 const std::string& data) {
  const auto found = all().find(name);
  if (found == all().end()) return fail("not_found", name);
  if (!found->second.files) return std::unexpected(found->second.files.error());
  for (const auto& [path, bytes] : *found->second.files) {
    if (auto done = put(files, fs::path(data) / path, bytes); !done)
      return std::unexpected(done.error());
  }
  return found->second.facts;
}

}  // namespace alarum::simulation
