#include "cli/data_folder.h"

#include <fmt/format.h>

#include <ostream>

#include "app/recovery.h"
#include "journal/embedded.h"
#include "receivers/list.h"

namespace alarum::cli {

DataFolder::DataFolder(std::string folder)
    : path(std::move(folder)), journal(journal::view_embedded(files, path)) {}

engine::FindGeneration DataFolder::generations() {
  return app::stored_generations(*journal, nullptr);
}

tools::FindHash DataFolder::hashes() {
  return [this](model::GenerationId id) { return journal->find_generation(id); };
}

Result<std::shared_ptr<const match::Generation>> DataFolder::newest() {
  const auto first = tools::first_offset(*journal);
  if (!first) return std::unexpected(first.error());
  model::GenerationId last = 0;
  const auto read =
      tools::read_past(*journal, *first, [&](const model::Record& record) -> Result<bool> {
        last = record.generation;
        return true;
      });
  if (!read) return std::unexpected(read.error());
  if (last == 0) return fail("not_found", "the journal in " + path + " names no rules yet");
  const auto hash = journal->find_generation(last);
  if (!hash) return std::unexpected(hash.error());
  return generations()(*hash);
}

std::unique_ptr<DataFolder> open_data(const std::string& data, const std::string& config,
                                      Diagnostics& faults) {
  auto path = data.empty() ? config::Config{}.data : data;
  if (!config.empty()) {
    const auto read = config::read_file(config, receivers::kinds(), faults);
    if (!read) return nullptr;
    if (data.empty()) path = read->data;
  }
  return std::make_unique<DataFolder>(std::move(path));
}

int refuse(const Error& error, std::ostream& err) {
  err << fmt::format("error: {} ({})\n", error.message, error.reason);
  return 1;
}

}  // namespace alarum::cli
