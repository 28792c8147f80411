#pragma once
#include <functional>
#include <string>

#include "ingest/stream/decoder.h"
#include "ingest/stream/feed.h"
#include "ingest/stream/frames.h"

namespace alarum::ingest {

/// Bytes that arrive, from a socket or standard input. Used by one coroutine.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Waits for the next piece, at most kPiece bytes; empty at the end. After the feed has stopped
  /// it ends soon. Errors: `read_failed`, `tls_failed`.
  virtual http::asio::awaitable<Result<std::string>> read() = 0;
};

/// Bytes of one read at most.
constexpr std::size_t kPiece = 256 << 10;

/// The bytes that all connections of one source together buffer of unfinished messages. Without
/// this bound thousands of connections could fill the memory.
struct HeldBytes {
  std::size_t most = 64 << 20;
  std::atomic<std::size_t> now = 0;
};

/// Serves one connection until its end, or until the feed stops: reads a piece, cuts it into
/// messages, decodes them, commits, and reads on when the events are on disk. Of a connection that
/// broke, the unfinished message is rejected. The connection that exceeds `held` is ended. All
/// references must outlive the coroutine. `sender`: recorded with each event.
http::asio::awaitable<void> pump(Bytes& bytes, const config::Source& source, const Decoder& decoder,
                                 Feed& feed, HeldBytes& held, std::string sender);

/// One message of a source, before it is decoded.
struct Message {
  std::string_view text;
  bool too_long = false;  ///< then `text` is empty
  std::string_view sender;
  std::function<std::string()> place;  ///< where it stood, for people: "line 7"
  bool cut = false;                    ///< the connection ended in the middle of it
};

/// Decodes one message and appends its events to `events`. A message, or an event of it, that is
/// wrong goes to feed.reject().
void take_message(const Message& message, const Decoder& decoder, const Decoder::NewId& new_id,
                  Feed& feed, std::vector<model::Event>& events);
/// The same for a line of a stream; an event without an id gets a random one.
void take_line(const Lines::Line& line, std::string_view sender, const Decoder& decoder, Feed& feed,
               std::vector<model::Event>& events);

}  // namespace alarum::ingest
