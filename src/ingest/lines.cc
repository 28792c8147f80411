#include "ingest/lines.h"

#include <utility>

namespace alarum::ingest {

void Lines::feed(std::string piece) {
  piece_ = std::move(piece);
  at_ = 0;
}

std::optional<Lines::Line> Lines::next() {
  while (true) {
    const auto rest = std::string_view(piece_).substr(at_);
    const auto end = rest.find('\n');
    if (end == rest.npos && !ended_) {
      at_ = piece_.size();
      if (!passing_over_) held_ += rest;
      if (held_.size() > longest_ + 1) passing_over_ = true;
      if (passing_over_) held_.clear();
      return std::nullopt;
    }
    if (end == rest.npos && rest.empty() && held_.empty() && !passing_over_) return std::nullopt;
    at_ = end == rest.npos ? piece_.size() : at_ + end + 1;
    if (auto line = cut(rest.substr(0, end))) {
      line->open = end == rest.npos;
      return line;
    }
  }
}

std::optional<Lines::Line> Lines::cut(std::string_view text) {
  line_ = std::move(held_);
  line_ += text;
  held_.clear();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  const auto index = index_++;
  if (std::exchange(passing_over_, false) || line_.size() > longest_) return Line{index, {}, true};
  if (line_.find_first_not_of(" \t") == line_.npos) return std::nullopt;
  return Line{index, line_, false};
}

}  // namespace alarum::ingest
