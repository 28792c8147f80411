#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

/// Cuts an event stream into its events as the bytes arrive (WHATWG HTML §9.2.6 "Interpreting an
/// event stream"): BOM, CR, LF and CRLF, several `data` lines, comments, `id`, `retry`. One
/// deviation is understood: JSON that goes on in lines without `data:` (Dell's). An event whose
/// blank line has not come when the stream ends is none. Pure. Memory: an event of at most
/// `longest` bytes, a line and a piece.
class SseFrames {
 public:
  explicit SseFrames(std::size_t longest) : longest_(longest) {}

  struct Event {
    std::string_view data;  ///< valid until the next call; empty where too_long
    bool too_long = false;
    bool has_id = false;  ///< it brought an id of its own
  };

  void feed(std::string piece);
  /// The next whole event; nullopt: feed more.
  std::optional<Event> next();

  /// What a reconnection names as `Last-Event-ID`: of the last event that was given out, or that
  /// had an id and no data. Empty: none.
  const std::string& last_id() const { return last_id_; }
  /// Some event brought an id, be it an empty one, which takes the last one back.
  bool knows_id() const { return knows_id_; }
  /// How long the server wants us to wait before we come back.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  std::size_t held() const { return data_.size() + line_.size(); }

 private:
  static constexpr std::size_t kLongestId = 1024;
  static constexpr std::size_t kLongestName = 16;  // more than any field's, its colon and space

  bool cut_line();
  void take_field(std::string_view line);
  void append(std::string_view value);
  std::optional<Event> dispatch();

  const std::size_t longest_;
  // line_: the beginning of a line from earlier pieces, or the whole of the one at hand
  std::string piece_, line_;
  std::size_t at_ = 0;     // in piece_
  bool begun_ = false;     // past a BOM
  bool after_cr_ = false;  // a LF that follows belongs to it
  bool line_too_long_ = false;
  std::string data_, given_data_;
  bool has_data_ = false, too_long_ = false, goes_on_ = false, has_id_ = false, knows_id_ = false;
  std::string id_, last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace alarum::ingest
