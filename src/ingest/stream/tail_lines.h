#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace alarum::ingest {

/// A line of a file and where it begins, counted from the chunk's first byte.
struct TailLine {
  std::size_t at = 0;
  std::string_view text;  ///< without its end; empty where too_long
  bool too_long = false;
};

/// What one chunk of a file gives. Pure.
struct TailCut {
  std::vector<TailLine> lines;  ///< blank ones left out
  std::size_t consumed = 0;     ///< bytes that need not be read again: the next line begins there
  bool passing_over = false;    ///< what follows is the rest of a line that is too long
};

/// Whole lines only; a beginning stays for the next time, unless `final` says that no more will
/// come. `passing_over`: of the cut before.
TailCut cut_tail(std::string_view chunk, std::size_t longest, bool passing_over, bool final);

}  // namespace alarum::ingest
