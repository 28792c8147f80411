#include "journal/generations.h"

#include <zstd.h>

#include <algorithm>

#include "base/hash.h"

namespace alarum::journal {
namespace {

constexpr std::string_view kEnding = ".json.zst";
constexpr std::size_t kMaxText = 256U << 20;

std::string place(const std::string& folder) { return folder + "/generations"; }

}  // namespace

Result<void> save_generation(FileSystem& files, const std::string& folder, const std::string& hash, const std::string& text) {
  if (auto made = files.make_folder(place(folder)); !made) return made;
  const auto name = hash + std::string(kEnding);
  if (load_generation(files, folder, hash)) return {};
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 9));
  return replace_file(files, place(folder), name, packed);
}

Result<std::string> load_generation(FileSystem& files, const std::string& folder, const std::string& hash) {
  const auto path = place(folder) + '/' + hash + std::string(kEnding);
  const auto way_out = ": put it back from a backup to have the past judged by the rules of its time; deleting it loses nothing more. The daemon goes on under the rules on disk, and ends alerts that those do not know";
  const auto packed = read_file(files, path);
  if (!packed && packed.error().reason == "not_found") return fail("not_found", "the rules " + path + " are gone" + way_out);
  if (!packed) return packed;
  const auto size = ZSTD_getFrameContentSize(packed->data(), packed->size());
  if (size > kMaxText) return fail("bad_generation", "the rules " + path + " are damaged" + way_out);
  std::string text(size, '\0');
  const auto got = ZSTD_decompress(text.data(), text.size(), packed->data(), packed->size());
  if (ZSTD_isError(got) || sha256_hex(text) != hash) return fail("bad_generation", "the rules " + path + " are damaged" + way_out);
  return text;
}

Result<std::string> find_generation(FileSystem& files, const std::string& folder, model::GenerationId id) {
  const auto names = files.list(place(folder));
  if (!names) return std::unexpected(names.error());
  for (const auto& name : *names) {
    if (name.starts_with(hex64(id)) && name.ends_with(kEnding)) return name.substr(0, name.size() - kEnding.size());
  }
  return fail("not_found", "the rules " + hex64(id) + " that the journal names are not in " + place(folder) + ": put the file that begins so back from a backup");
}

void prune_generations(FileSystem& files, const std::string& folder, const std::vector<model::GenerationId>& named) {
  const auto names = files.list(place(folder));
  if (!names) return;
  for (const auto& name : *names) {
    const bool needed = std::any_of(named.begin(), named.end(), [&](auto id) { return name.starts_with(hex64(id)); });
    if (!needed) (void)files.remove(place(folder) + '/' + name);
  }
}

}  // namespace alarum::journal
