#pragma once
#include <string>
#include <vector>

#include "base/file.h"
#include "model/record.h"

namespace alarum::journal {

/// Stores a generation's text once, under `<folder>/generations/<hash>.json.zst`, before a record
/// names it.
Result<void> save_generation(FileSystem& files, const std::string& folder, const std::string& hash,
                             const std::string& text);
/// Errors: `not_found`, `bad_generation` (its hash is not its name).
Result<std::string> load_generation(FileSystem& files, const std::string& folder,
                                    const std::string& hash);
/// A file that is part of generations (their inventory) and stored beside them once, however many
/// have it, under `<folder>/generations/<hash>.csv.zst`, before the first of them. Errors as above;
/// up to 256 MiB.
Result<void> save_attached(FileSystem& files, const std::string& folder, const std::string& hash,
                           std::string_view text);
Result<std::string> load_attached(FileSystem& files, const std::string& folder,
                                  const std::string& hash);
/// The full hash of the generation with this id.
Result<std::string> find_generation(FileSystem& files, const std::string& folder,
                                    model::GenerationId id);
/// Deletes what none of `named` needs: generations, and files that are part of none of those that
/// stay.
void prune_generations(FileSystem& files, const std::string& folder,
                       const std::vector<model::GenerationId>& named);

}  // namespace alarum::journal
