#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

/// How far a file was read. A file is known again by device and inode, if it still begins with the
/// same bytes: inodes are used again.
struct TailPlace {
  std::string path;  ///< under which it was last seen
  std::uint64_t device = 0, inode = 0;
  /// Random: another one after a truncation. With the offset it is a line's identity
  std::string incarnation;
  std::uint64_t offset = 0;  ///< the first byte whose line is not in the journal yet
  std::uint64_t head = 0;    ///< bytes at the beginning that `mark` is of; at most kHead
  std::string mark;
  bool passing_over = false;

  static constexpr std::uint64_t kHead = 256;
  friend bool operator==(const TailPlace&, const TailPlace&) = default;
};

std::string tail_state_json(const std::vector<TailPlace>& places);
/// Error `bad_state`.
Result<std::vector<TailPlace>> read_tail_state(std::string_view json);

}  // namespace alarum::ingest
