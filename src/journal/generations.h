#pragma once
#include <string>
#include <vector>

#include "journal/file.h"
#include "model/record.h"

namespace alarum::journal {

/// Stores a generation's text once, under `<folder>/generations/<hash>.json.zst`, before a record names it.
Result<void> save_generation(FileSystem& files, const std::string& folder, const std::string& hash, const std::string& text);
/// Errors: `not_found`, `bad_generation` (its hash is not its name).
Result<std::string> load_generation(FileSystem& files, const std::string& folder, const std::string& hash);
/// The full hash of the generation with this id.
Result<std::string> find_generation(FileSystem& files, const std::string& folder, model::GenerationId id);
/// Deletes what none of `named` needs.
void prune_generations(FileSystem& files, const std::string& folder, const std::vector<model::GenerationId>& named);

}  // namespace alarum::journal
