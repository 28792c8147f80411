#pragma once
#include <string>
#include <vector>

namespace alarum::ingest {

/// What stands at a pattern (glob(7)).
std::vector<std::string> matching(const std::string& pattern);
/// Older ones first, by the time of their last write: they were rotated away, and what stands in
/// them happened before. Of one time `log.2`, `log.1`, `log`.
void sort_by_age(std::vector<std::string>& paths);
/// What stands in the folder of `path`; of a link also in its target's, since that is where it is
/// rotated.
std::vector<std::string> files_beside(const std::string& path);
/// `log.1`, `log-20260101` of `log`.
bool is_rotated(const std::string& path, const std::string& from);

}  // namespace alarum::ingest
