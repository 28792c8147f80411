#pragma once
#include <string>
#include <vector>

namespace alarum::ingest {

// Looks at folders; all functions block on the disk. What cannot be read is left out.

/// The paths that match a pattern (glob(7)).
std::vector<std::string> matching(const std::string& pattern);
/// Sorts by the time of the last write, older ones first, because rotated files have the older
/// events. Files of the same time come as `log.2`, `log.1`, `log`.
void sort_by_age(std::vector<std::string>& paths);
/// All paths in the folder of `path`. If `path` is a link, also those in its target's folder, where
/// the target is rotated.
std::vector<std::string> files_beside(const std::string& path);
/// Whether `path` has the name of a rotated `from`: `log.1` and `log-20260101` for `log`.
bool is_rotated(const std::string& path, const std::string& from);

}  // namespace alarum::ingest
