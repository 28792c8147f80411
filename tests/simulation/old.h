#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/time.h"

namespace alarum::simulation {

/// A data folder that an older alarum left when it was killed (tests/simulation/old/README.md), and
/// what is in it: a life may begin there.
struct OldFolder {
  std::string made_by;  ///< the commit, and the versions of its formats
  /// By the wall clock, when it was killed: a life goes on after it
  Time end;
  std::string rules;   ///< the text of its one rule file
  std::string source;  ///< of all its events
  /// Ids of the events that were answered with 200, each once
  std::vector<std::string> acknowledged;
  /// Alert and subject of all that fires
  std::vector<std::pair<std::string, std::string>> firing;
  /// Subjects that a silence keeps quiet for 300 days from `end`
  std::vector<std::string> silenced;
  /// The subject of the alert that somebody takes care of
  std::string acknowledged_alert;
  /// Notifications of the receiver's second target, which was dead
  std::uint64_t waiting = 0;
};

/// What there is, oldest first. They are in the binary: a life needs nothing but its seed.
const std::vector<std::string>& old_folders();
/// nullptr: there is none of that name.
const OldFolder* old_folder(const std::string& name);

/// Writes its files beneath `data`, all synced. Errors: those of `files`; `not_found`, `bad_file`
/// where the stored folder cannot be read.
Result<OldFolder> put_old_folder(const std::string& name, FileSystem& files,
                                 const std::string& data);

}  // namespace alarum::simulation
