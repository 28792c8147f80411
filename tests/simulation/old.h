#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/time.h"

namespace alarum::simulation {

/// A data folder that an older version left when it was killed (tests/simulation/old/README.md),
/// and a description of what is in it. A life may begin with it, which tests upgrades.
struct OldFolder {
  std::string made_by;  ///< the commit, and the versions of its formats
  /// Wall clock at which it was killed; a life begins after that
  Time end;
  std::string rules;   ///< the text of its one rule file
  std::string source;  ///< of all its events
  /// Ids of the events that were answered with 200, each once
  std::vector<std::string> acknowledged;
  /// Alert name and subject of all alerts that fire
  std::vector<std::pair<std::string, std::string>> firing;
  /// Subjects that are silenced for 300 days from `end`
  std::vector<std::string> silenced;
  /// The subject of the alert that was acknowledged
  std::string acknowledged_alert;
  /// Notifications that wait for the receiver's second target, which never answered
  std::uint64_t waiting = 0;
};

/// The names of all such folders, oldest first. They are embedded in the binary, so that a life
/// needs nothing but its seed.
const std::vector<std::string>& old_folders();
/// The description of a folder; nullptr if there is none of that name.
const OldFolder* old_folder(const std::string& name);

/// Writes the folder's files below `data`, all synced. Errors: those of `files`; `not_found` or
/// `bad_file` if the embedded folder cannot be read.
Result<OldFolder> put_old_folder(const std::string& name, FileSystem& files,
                                 const std::string& data);

}  // namespace alarum::simulation
