#include "ingest/stream/syslog_frames.h"

#include <algorithm>

namespace alarum::ingest {
namespace {

constexpr std::size_t kDigits = 9;
constexpr std::string_view kEnds("\n\0", 2);

}  // namespace

void SyslogFrames::feed(std::string piece) {
  buffer_.erase(0, at_);
  searched_ -= std::min(searched_, at_);
  at_ = 0;
  buffer_ += piece;
}

std::optional<Lines::Line> SyslogFrames::next() {
  while (true) {
    skip();
    if (at_ == buffer_.size() || skip_line_ || skipping_ > 0) return std::nullopt;
    const auto step = buffer_[at_] >= '1' && buffer_[at_] <= '9' ? counted() : line();
    if (step == Step::message) return found_;
    if (step == Step::more) return std::nullopt;
  }
}

// What stands between messages, and the rest of one that is too long.
void SyslogFrames::skip() {
  const auto many = std::min(skipping_, buffer_.size() - at_);
  at_ += many;
  skipping_ -= many;
  if (skip_line_) {
    const auto end = buffer_.find_first_of(kEnds, at_);
    skip_line_ = end == std::string::npos;
    at_ = skip_line_ ? buffer_.size() : end + 1;
  }
  while (skipping_ == 0 && !skip_line_ && at_ < buffer_.size() &&
         (kEnds.find(buffer_[at_]) != std::string_view::npos || buffer_[at_] == '\r' ||
          buffer_[at_] == ' '))
    ++at_;
}

SyslogFrames::Step SyslogFrames::counted() {
  std::size_t length = 0, n = 0;
  for (; n < kDigits && at_ + n < buffer_.size() && buffer_[at_ + n] >= '0' &&
         buffer_[at_ + n] <= '9';
       ++n)
    length = length * 10 + static_cast<std::size_t>(buffer_[at_ + n] - '0');
  if (at_ + n == buffer_.size() && n < kDigits) return ended_ ? line() : Step::more;
  if (buffer_[at_ + n] != ' ') return line();  // a number, but no length
  const auto begin = at_ + n + 1, there = buffer_.size() - begin;
  if (length > longest_) {
    at_ = begin;
    skipping_ = length;
    found_ = {index_++, {}, true};
    return Step::message;
  }
  if (there < length && !ended_) return Step::more;
  found_ = {index_++, std::string_view(buffer_).substr(begin, length), false, there < length,
            there < length};
  at_ = begin + std::min(length, there);
  return Step::message;
}

SyslogFrames::Step SyslogFrames::line() {
  const auto end = buffer_.find_first_of(kEnds, std::max(at_, searched_));
  const auto size = std::min(end, buffer_.size()) - at_;
  if (size > longest_) {
    found_ = {index_++, {}, true};
    skip_line_ = end == std::string::npos;
    at_ = skip_line_ ? buffer_.size() : end + 1;
    return Step::message;
  }
  if (end == std::string::npos && !ended_) {
    searched_ = buffer_.size();
    return Step::more;
  }
  auto text = std::string_view(buffer_).substr(at_, size);
  if (text.ends_with('\r')) text.remove_suffix(1);
  found_ = {index_++, text, false, end == std::string::npos};
  at_ = end == std::string::npos ? buffer_.size() : end + 1;
  return Step::message;
}

}  // namespace alarum::ingest
