#pragma once
#include <iosfwd>
#include <memory>
#include <string>

#include "base/file.h"
#include "config/config.h"
#include "engine/engine.h"
#include "journal/view.h"
#include "tools/past.h"

namespace alarum::cli {

/// A data folder that a command reads, beside a running daemon or without one.
struct DataFolder {
  explicit DataFolder(std::string folder);

  const std::string path;
  PosixFileSystem files;
  /// Not nullptr; whether there is a journal is known once it is asked.
  const std::unique_ptr<journal::JournalView> journal;

  engine::FindGeneration generations();  ///< stored beside the journal
  tools::FindHash hashes();
  /// The rules that the journal's last record names. Error `not_found`: there is none.
  Result<std::shared_ptr<const match::Generation>> newest();
};

/// `--data`, else what the config file says, else `./var`. Faults of the config go to `faults`.
std::unique_ptr<DataFolder> open_data(const std::string& data, const std::string& config,
                                      Diagnostics& faults);

/// Says the error to `err`; what a command then returns.
int refuse(const Error& error, std::ostream& err);

}  // namespace alarum::cli
