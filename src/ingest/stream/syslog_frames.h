#pragma once
#include "ingest/stream/frames.h"

namespace alarum::ingest {

/// Frames of syslog over TCP (RFC 6587) and TLS (RFC 5425). A message that begins with a digit from
/// 1 to 9 is octet-counted, `LEN SP MSG`; any other ends with LF or NUL. Each message is judged by
/// itself, because some senders mix both. A message of more than `longest` bytes is skipped without
/// being buffered, and reported as too_long. Pure.
class SyslogFrames final : public Frames {
 public:
  explicit SyslogFrames(std::size_t longest) : longest_(longest) {}
  void feed(std::string piece) override;
  void end() override { ended_ = true; }
  std::optional<Lines::Line> next() override;
  std::size_t held() const override { return buffer_.size() - at_; }

 private:
  enum class Step { more, again, message };
  Step counted();
  Step line();
  void skip();

  const std::size_t longest_;
  std::string buffer_;
  std::size_t at_ = 0;        // the first byte that was not returned or skipped
  std::size_t searched_ = 0;  // there is no line end before this byte
  std::size_t skipping_ = 0;  // bytes still to skip of a counted message that is too long
  bool skip_line_ = false, ended_ = false;
  std::uint64_t index_ = 0;  // of the next message
  Lines::Line found_;
};

}  // namespace alarum::ingest
