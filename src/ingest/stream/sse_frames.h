#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

/// Cuts an event stream into events as the bytes arrive (WHATWG HTML section 9.2.6 "Interpreting an
/// event stream"): BOM, line ends CR, LF and CRLF, several `data` lines, comments, `id` (1 KiB at
/// most) and `retry`. The field `event` is ignored. One deviation is accepted: Dell's BMCs send
/// JSON that goes on in lines without `data:`. As the standard says, an event whose blank line has
/// not come when the stream ends is dropped.
///
/// Pure. One object for each connection. Memory: an event of `longest` bytes, a line and a piece.
class SseFrames {
 public:
  /// `longest`: bytes of an event's data; a longer one is reported as too_long.
  explicit SseFrames(std::size_t longest) : longest_(longest) {}

  struct Event {
    std::string_view data;  ///< valid until the next call; empty if too_long
    bool too_long = false;
    bool has_id = false;  ///< it brought an id, which is last_id() now
  };

  /// To be called only after next() has returned nullopt.
  void feed(std::string piece);
  /// The next whole event; nullopt if more must be fed.
  std::optional<Event> next();

  /// The value for `Last-Event-ID` of a reconnection: the id of the last event that was returned,
  /// or that had an id and no data. Empty if there is none.
  const std::string& last_id() const { return last_id_; }
  /// Whether any event of this connection had an id. An empty id resets the last one.
  bool knows_id() const { return knows_id_; }
  /// How long the server wants clients to wait before they reconnect.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  /// Bytes that are buffered of an event whose end has not come yet.
  std::size_t held() const { return data_.size() + line_.size(); }

 private:
  static constexpr std::size_t kLongestId = 1024;
  static constexpr std::size_t kLongestName = 16;  // more than any field name, colon and space

  bool cut_line();
  void take_field(std::string_view line);
  void append(std::string_view value);
  std::optional<Event> dispatch();

  const std::size_t longest_;
  // line_: the beginning of a line from earlier pieces, or the line that is being read
  std::string piece_, line_;
  std::size_t at_ = 0;     // the next byte of piece_
  bool begun_ = false;     // the place of a BOM has passed
  bool after_cr_ = false;  // a LF that comes next belongs to the CR before it
  bool line_too_long_ = false;
  std::string data_, given_data_;
  bool has_data_ = false, too_long_ = false, goes_on_ = false, has_id_ = false, knows_id_ = false;
  std::string id_, last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace alarum::ingest
