#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace alarum::ingest {

/// A line of a chunk.
struct TailLine {
  std::size_t at = 0;     ///< where it begins, in bytes from the beginning of the chunk
  std::string_view text;  ///< without its end; empty if too_long; points into the chunk
  bool too_long = false;
};

/// The lines of one chunk of a file.
struct TailCut {
  std::vector<TailLine> lines;  ///< without blank ones
  std::size_t consumed = 0;     ///< bytes that need not be read again; the next line begins there
  bool passing_over = false;    ///< what follows is the rest of a line that is too long
};

/// Cuts a chunk into whole lines. The beginning of a line at the end of the chunk is not consumed,
/// unless `final` says that no more will come. A line of more than `longest` bytes is skipped, and
/// reported once as too_long. `passing_over`: that of the cut before. Pure.
TailCut cut_tail(std::string_view chunk, std::size_t longest, bool passing_over, bool final);

}  // namespace alarum::ingest
