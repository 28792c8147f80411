#pragma once
#include <string>
#include <vector>

#include "base/file.h"
#include "model/record.h"

namespace alarum::journal {
// Files that hold what records of the journal only name: the text of a generation (all rules and
// tables, docs/formats/generation.md) and its inventory. Each file is compressed with zstd, bears
// the SHA-256 of its text as its name (64 hex digits) and is written once. Functions here are
// synchronous and have no state; they wait for the disk.

/// Stores a generation's text as `<folder>/generations/<hash>.json.zst`, so that a record can name
/// it. It is on disk when the function returns. If a good file is there it is not written again; a
/// damaged one is replaced. Errors: `disk_full`, `io_error`.
Result<void> save_generation(FileSystem& files, const std::string& folder, const std::string& hash,
                             const std::string& text);
/// The text. Errors: `not_found`, `io_error`, `bad_generation` (the file is damaged, or its text
/// does not have the hash that its name says). Each message tells people what they can do.
Result<std::string> load_generation(FileSystem& files, const std::string& folder,
                                    const std::string& hash);
/// The same for an inventory, stored as `<folder>/generations/<hash>.csv.zst`. Several generations
/// may share the file. Call this before save_generation() of the first that uses it. Texts of more
/// than 256 MiB cannot be read back.
Result<void> save_attached(FileSystem& files, const std::string& folder, const std::string& hash,
                           std::string_view text);
/// The text of an inventory. Errors as load_generation() has them.
Result<std::string> load_attached(FileSystem& files, const std::string& folder,
                                  const std::string& hash);
/// The full hash of the generation whose hash begins with this id. Error `not_found`.
Result<std::string> find_generation(FileSystem& files, const std::string& folder,
                                    model::GenerationId id);
/// Deletes generations that are not in `named`, and then every other file of the folder that no
/// remaining generation names as its inventory. Reads each remaining generation to learn its
/// inventory. Errors of a removal are ignored, because the next call tries again.
void prune_generations(FileSystem& files, const std::string& folder,
                       const std::vector<model::GenerationId>& named);

}  // namespace alarum::journal
