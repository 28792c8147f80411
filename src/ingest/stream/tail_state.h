#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

/// How far a file was read. The file is recognised by device and inode, provided that it still
/// begins with the same bytes, because file systems reuse inodes.
struct TailPlace {
  std::string path;  ///< under which it was last seen
  std::uint64_t device = 0, inode = 0;
  /// A random text, a new one after each truncation. With the offset it is a line's identity
  std::string incarnation;
  std::uint64_t offset = 0;   ///< the first byte whose line is not in the journal yet
  std::uint64_t head = 0;     ///< how many bytes at the beginning `mark` covers; at most kHead
  std::string mark;           ///< a hash (FNV-1a, hex) of those bytes
  bool passing_over = false;  ///< `offset` is within a line that is too long

  static constexpr std::uint64_t kHead = 256;
  friend bool operator==(const TailPlace&, const TailPlace&) = default;
};

/// The text of the position file.
std::string tail_state_json(const std::vector<TailPlace>& places);
/// Reads that text. Error `bad_state`.
Result<std::vector<TailPlace>> read_tail_state(std::string_view json);

}  // namespace alarum::ingest
