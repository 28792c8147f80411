#include "ingest/stream/tail_lines.h"

namespace alarum::ingest {

TailCut cut_tail(std::string_view chunk, std::size_t longest, bool passing_over, bool final) {
  TailCut out;
  out.passing_over = passing_over;
  while (out.consumed < chunk.size()) {
    const auto end = chunk.find('\n', out.consumed);
    const bool whole = end != std::string_view::npos;
    auto text = chunk.substr(out.consumed, whole ? end - out.consumed : std::string_view::npos);
    const bool too_long = text.size() > longest + 1;
    if (!whole && !final && !too_long && !out.passing_over) break;
    const auto at = out.consumed;
    out.consumed = whole ? end + 1 : chunk.size();
    const bool rest = out.passing_over;  // of a line that was reported as too long before
    out.passing_over = !whole && !final && (rest || too_long);
    if (rest) continue;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() > longest)
      out.lines.push_back({at, {}, true});
    else if (text.find_first_not_of(" \t") != std::string_view::npos)
      out.lines.push_back({at, text, false});
  }
  return out;
}

}  // namespace alarum::ingest
