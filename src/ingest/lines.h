#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

/// Splits a stream of bytes into lines as they arrive (NDJSON: `\n` or `\r\n`; the last line needs
/// no line end). A line of more than `longest` bytes is skipped without being buffered, and
/// reported as too_long. Pure. Memory: one line of `longest` bytes and one piece.
///
/// Call feed(), then next() until it returns nullopt, and so on; at the end of the stream end() and
/// again next().
class Lines {
 public:
  /// `longest`: bytes of a line without its end.
  explicit Lines(std::size_t longest) : longest_(longest) {}

  struct Line {
    std::uint64_t index = 0;  ///< of the line in the stream, from 0; blank lines count
    std::string_view text;    ///< without its end; valid until the next call; empty if too_long
    bool too_long = false;
    bool open = false;  ///< the stream ended before the line's end came
    /// The stream ended within a message whose beginning announced its length (SyslogFrames)
    bool cut = false;
  };

  void feed(std::string piece);
  void end() { ended_ = true; }
  /// The next whole line that is not blank; nullopt if more must be fed, or after the end.
  std::optional<Line> next();
  /// Bytes that are buffered of a line whose end has not come yet.
  std::size_t held() const { return held_.size(); }

 private:
  std::optional<Line> cut(std::string_view text);

  const std::size_t longest_;
  std::string held_;  // the beginning of a line, from earlier pieces
  std::string line_;  // what the view of the last Line points into
  std::string piece_;
  std::size_t at_ = 0;         // the next byte of piece_
  std::uint64_t index_ = 0;    // of the next line
  bool passing_over_ = false;  // in the rest of a line that is too long
  bool ended_ = false;
};

}  // namespace alarum::ingest
