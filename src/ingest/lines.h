#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

/// Splits a stream of bytes into lines as they arrive (NDJSON: `\n` or `\r\n`; the last line needs
/// no end). What is longer than `longest` is passed over without being kept, and told as such.
/// Memory: one line and one piece.
class Lines {
 public:
  explicit Lines(std::size_t longest) : longest_(longest) {}

  struct Line {
    std::uint64_t index = 0;  ///< of the line in the stream, from 0; empty ones count
    std::string_view text;    ///< valid until the next call; empty where too_long
    bool too_long = false;
    bool open = false;  ///< the stream ended before its end came
    bool cut = false;   ///< … though its beginning says how long it is
  };

  void feed(std::string piece);
  void end() { ended_ = true; }
  /// The next whole line that is not blank; nullopt: feed more, or the end.
  std::optional<Line> next();
  /// Bytes of the line whose end has not come yet.
  std::size_t held() const { return held_.size(); }

 private:
  std::optional<Line> cut(std::string_view text);

  const std::size_t longest_;
  std::string held_;  // a line's beginning from earlier pieces
  std::string line_;  // what the last Line views
  std::string piece_;
  std::size_t at_ = 0;  // in piece_
  std::uint64_t index_ = 0;
  bool passing_over_ = false;
  bool ended_ = false;
};

}  // namespace alarum::ingest
