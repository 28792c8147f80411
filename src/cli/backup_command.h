#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

struct BackupOptions {
  std::string folder;  ///< of the backup
  std::string data{}, config{};
  bool json = false;
};

/// `alarum backup FOLDER`: copies a data folder into an empty one, also while a daemon writes it,
/// so that a start from the copy has everything up to one moment. Checkpoints are copied first,
/// then the book (one of its transactions), then the journal from its end to its beginning: what
/// the book has is in the journal, and a record is there only with all before it. Exit code 0; 1.
int backup_command(const BackupOptions& options, std::ostream& out, std::ostream& err);

/// `alarum restore FOLDER`: copies a backup into an empty data folder, for a daemon to start on.
/// Exit code 0; 1.
int restore_command(const BackupOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
