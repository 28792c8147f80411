#pragma once
#include "ingest/stream/frames.h"

namespace alarum::ingest {

/// RFC 6587 (and RFC 5425 over TLS): octet counting `LEN SP MSG` where a message begins with a
/// digit, else a line that ends with LF or NUL; each message anew. What is longer than `longest` is
/// passed over without being kept, and told as such.
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
  std::size_t at_ = 0;        // the first byte that belongs to no message yet
  std::size_t searched_ = 0;  // no end of a line before it
  std::size_t skipping_ = 0;  // bytes of a counted message that is too long
  bool skip_line_ = false, ended_ = false;
  std::uint64_t index_ = 0;
  Lines::Line found_;
};

}  // namespace alarum::ingest
