#include "ingest/stream/sse_frames.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json.h"

namespace alarum::ingest {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace

void SseFrames::feed(std::string piece) {
  piece_ = std::move(piece);
  at_ = 0;
}

std::optional<SseFrames::Event> SseFrames::next() {
  while (cut_line()) {
    const auto line = std::exchange(line_, {});
    const bool long_line = std::exchange(line_too_long_, false);
    if (line.empty()) {
      if (auto event = dispatch()) return event;
    } else {
      take_field(line);
      too_long_ = too_long_ || (long_line && line.front() != ':');
    }
  }
  return std::nullopt;
}

// True: line_ is whole.
bool SseFrames::cut_line() {
  if (std::exchange(after_cr_, false)) {
    if (at_ == piece_.size()) {
      after_cr_ = true;
      return false;
    }
    if (piece_[at_] == '\n') ++at_;
  }
  const auto end = std::min(piece_.find_first_of("\r\n", at_), piece_.size());
  const auto part = std::string_view(piece_).substr(at_, end - at_);
  const auto room = longest_ + kLongestName - std::min(longest_ + kLongestName, line_.size());
  line_too_long_ = line_too_long_ || part.size() > room;
  line_ += part.substr(0, room);
  if (!begun_ && (line_.size() >= kBom.size() || end < piece_.size())) {
    begun_ = true;
    if (line_.starts_with(kBom)) line_.erase(0, kBom.size());
  }
  at_ = end;
  if (end == piece_.size()) return false;
  after_cr_ = piece_[at_++] == '\r';
  return true;
}

void SseFrames::take_field(std::string_view line) {
  if (line.front() == ':') return;
  const auto colon = std::min(line.find(':'), line.size());
  const auto name = line.substr(0, colon);
  auto value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    append(value);
  } else if (name == "id") {
    if (value.find('\0') == value.npos && value.size() <= kLongestId) id_ = value, has_id_ = true;
  } else if (name == "retry") {
    std::uint32_t span = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), span);
    if (fault == std::errc() && end == value.data() + value.size())
      retry_ = std::chrono::milliseconds(span);
  } else if (name != "event" && has_data_ &&
             (goes_on_ || (data_.starts_with('{') && !check_json(data_)))) {
    goes_on_ = true;
    append(line);
  }
}

void SseFrames::append(std::string_view value) {
  if (std::exchange(has_data_, true) && !too_long_) data_ += '\n';
  too_long_ = too_long_ || data_.size() + value.size() > longest_;
  if (too_long_)
    data_.clear();
  else
    data_ += value;
}

std::optional<SseFrames::Event> SseFrames::dispatch() {
  last_id_ = id_;
  given_data_ = std::exchange(data_, {});
  const bool is = std::exchange(has_data_, false), too_long = std::exchange(too_long_, false),
             has_id = std::exchange(has_id_, false);
  goes_on_ = false;
  knows_id_ = knows_id_ || has_id;
  if (!too_long && (!is || given_data_.empty())) return std::nullopt;
  if (too_long) given_data_.clear();
  return Event{given_data_, too_long, has_id};
}

}  // namespace alarum::ingest
