#pragma once
#include <functional>
#include <string>

#include "ingest/stream/decoder.h"
#include "ingest/stream/feed.h"
#include "ingest/stream/frames.h"

namespace alarum::ingest {

/// Bytes that arrive, from a socket or standard input.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// The next piece, at most kPiece bytes; empty: the end. Error `read_failed`.
  virtual http::asio::awaitable<Result<std::string>> read() = 0;
};

constexpr std::size_t kPiece = 256 << 10;

/// What the connections of one source hold together of messages that have no end yet: bounded, or
/// thousands of them could fill the memory.
struct HeldBytes {
  std::size_t most = 64 << 20;
  std::atomic<std::size_t> now = 0;
};

/// Reads until the end or until the feed stops: cuts, decodes, commits; reads on when that is on
/// disk.
http::asio::awaitable<void> pump(Bytes& bytes, const config::Source& source, const Decoder& decoder,
                                 Feed& feed, HeldBytes& held, std::string sender);

/// A message as it was cut out of what arrived.
struct Message {
  std::string_view text;
  bool too_long = false;  ///< it is not in `text` then
  std::string_view sender;
  std::function<std::string()> place;  ///< where it stands, for people: "line 7"
  bool cut = false;                    ///< the connection ended in the middle of it
};

/// One message into `events`; what is wrong with it is told to the feed.
void take_message(const Message& message, const Decoder& decoder, const Decoder::NewId& new_id,
                  Feed& feed, std::vector<model::Event>& events);
/// The same of a line of a stream.
void take_line(const Lines::Line& line, std::string_view sender, const Decoder& decoder, Feed& feed,
               std::vector<model::Event>& events);

}  // namespace alarum::ingest
