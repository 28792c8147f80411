#include "journal/generations.h"

#include <zstd.h>

#include <algorithm>
#include <set>

#include "base/hash.h"

namespace alarum::journal {
namespace {

constexpr std::string_view kEnding = ".json.zst";
constexpr std::size_t kMaxText = 256U << 20;

constexpr std::string_view kAttachedEnding = ".csv.zst";

std::string place(const std::string& folder) {
  return folder + "/generations";
}

Result<void> save_packed(FileSystem& files, const std::string& folder, const std::string& name,
                         std::string_view text, int level) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), level));
  return replace_file(files, place(folder), name, packed);
}

// `what` names the file's content in errors.
Result<std::string> load_packed(FileSystem& files, const std::string& path, const std::string& hash,
                                const std::string& what) {
  const auto way_out =
      ": put it back from a backup to have the past judged by the rules of its time; deleting it "
      "loses nothing more. The daemon goes on under the rules on disk, and ends alerts that those "
      "do not know";
  const auto packed = read_file(files, path);
  if (!packed && packed.error().reason == "not_found")
    return fail("not_found",
                what + ' ' + path + (what == "the rules" ? " are gone" : " is gone") + way_out);
  if (!packed)
    return fail(packed.error().reason,
                packed.error().message + "; try again. If it cannot be read at all" + way_out);
  const auto damaged = [&] {
    return fail(
        "bad_generation",
        what + ' ' + path + (what == "the rules" ? " are damaged" : " is damaged") + way_out);
  };
  const auto size = ZSTD_getFrameContentSize(packed->data(), packed->size());
  if (size > kMaxText) return damaged();
  std::string text(size, '\0');
  const auto got = ZSTD_decompress(text.data(), text.size(), packed->data(), packed->size());
  if (ZSTD_isError(got) || sha256_hex(text) != hash) return damaged();
  return text;
}

// Adds the hash of the inventory that a generation names (docs/formats/generation.md). The search
// cannot hit a text in the generation, because quotes in texts are escaped there.
void add_attached(std::string_view generation, std::set<std::string>& out) {
  constexpr std::string_view kName = "\"sha256\":\"";
  const auto at = generation.find(kName);
  if (at != generation.npos) out.emplace(generation.substr(at + kName.size(), 64));
}

}  // namespace

Result<void> save_generation(FileSystem& files, const std::string& folder, const std::string& hash,
                             const std::string& text) {
  if (auto made = files.make_folder(place(folder)); !made) return made;
  const auto name = hash + std::string(kEnding);
  // An earlier save may have failed after the file was written and before its name was durable.
  if (load_generation(files, folder, hash)) return files.sync_folder(place(folder));
  return save_packed(files, folder, name, text, 9);
}

Result<std::string> load_generation(FileSystem& files, const std::string& folder,
                                    const std::string& hash) {
  return load_packed(files, place(folder) + '/' + hash + std::string(kEnding), hash, "the rules");
}

Result<void> save_attached(FileSystem& files, const std::string& folder, const std::string& hash,
                           std::string_view text) {
  if (auto made = files.make_folder(place(folder)); !made) return made;
  if (load_attached(files, folder, hash)) return files.sync_folder(place(folder));
  return save_packed(files, folder, hash + std::string(kAttachedEnding), text, 3);
}

Result<std::string> load_attached(FileSystem& files, const std::string& folder,
                                  const std::string& hash) {
  return load_packed(files, place(folder) + '/' + hash + std::string(kAttachedEnding), hash,
                     "the inventory");
}

Result<std::string> find_generation(FileSystem& files, const std::string& folder,
                                    model::GenerationId id) {
  const auto names = files.list(place(folder));
  if (!names) return std::unexpected(names.error());
  for (const auto& name : *names) {
    if (name.starts_with(hex64(id)) && name.ends_with(kEnding))
      return name.substr(0, name.size() - kEnding.size());
  }
  return fail("not_found", "the rules " + hex64(id) + " that the journal names are not in " +
                               place(folder) + ": put the file that begins so back from a backup");
}

void prune_generations(FileSystem& files, const std::string& folder,
                       const std::vector<model::GenerationId>& named) {
  const auto names = files.list(place(folder));
  if (!names) return;
  std::set<std::string> attached;
  bool all_read = true;
  for (const auto& name : *names) {
    if (!name.ends_with(kEnding)) continue;
    const bool needed = std::any_of(named.begin(), named.end(),
                                    [&](auto id) { return name.starts_with(hex64(id)); });
    if (!needed) {
      (void)files.remove(place(folder) + '/' + name);
      continue;
    }
    const auto text = load_generation(files, folder, name.substr(0, name.size() - kEnding.size()));
    text ? add_attached(*text, attached) : void(all_read = false);
  }
  // A generation that cannot be read now may be readable later, or come back from a backup. Which
  // inventory it needs is not known until then.
  if (!all_read) return;
  for (const auto& name : *names) {
    const bool needed = name.ends_with(kAttachedEnding) &&
                        attached.contains(name.substr(0, name.size() - kAttachedEnding.size()));
    if (!needed && !name.ends_with(kEnding)) (void)files.remove(place(folder) + '/' + name);
  }
}

}  // namespace alarum::journal
