#include "ingest/stream/pump.h"

#include <fmt/format.h>

#include "http/offload.h"
#include "ingest/random_id.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

// One connection's part of HeldBytes, as long as the connection lives.
class BufferedBytes {
 public:
  explicit BufferedBytes(HeldBytes& all) : all_(all) {}
  BufferedBytes(const BufferedBytes&) = delete;
  BufferedBytes& operator=(const BufferedBytes&) = delete;
  ~BufferedBytes() { all_.now -= mine_; }

  /// False: all connections together hold too much.
  bool set(std::size_t bytes) {
    all_.now += bytes;
    all_.now -= mine_;
    mine_ = bytes;
    return mine_ == 0 || all_.now <= all_.most;
  }

 private:
  HeldBytes& all_;
  std::size_t mine_ = 0;
};

}  // namespace

void take_message(const Message& message, const Decoder& decoder, const Decoder::NewId& new_id,
                  Feed& feed, std::vector<model::Event>& events) {
  const auto refuse = [&](const Error& error) {
    feed.reject(decoder.format(), message.sender, message.place(), error, message.text);
  };
  if (message.too_long)
    return refuse({"event_too_large",
                   fmt::format("longer than the {} bytes of limits.event", decoder.longest())});
  // Half a message must not count as one: the sender will send it again, or cannot know that it
  // arrived.
  if (message.cut)
    return refuse({"unfinished", "the connection ended in the middle of this message"});
  auto decoded = decoder.decode(message.text, message.sender, feed.now(), new_id);
  if (!decoded) return refuse(decoded.error());
  for (auto& event : *decoded) {
    if (event)
      events.push_back(std::move(*event));
    else
      refuse(event.error());
  }
}

void take_line(const Lines::Line& line, std::string_view sender, const Decoder& decoder, Feed& feed,
               std::vector<model::Event>& events) {
  const auto new_id = [&feed] { return random_id(feed.random()); };
  take_message({line.text, line.too_long, sender,
                [&] { return fmt::format("line {}", line.index + 1); }, line.cut},
               decoder, new_id, feed, events);
}

asio::awaitable<void> pump(Bytes& bytes, const config::Source& source, const Decoder& decoder,
                           Feed& feed, HeldBytes& held, std::string sender) {
  const auto frames = frames_of(source);
  BufferedBytes holding(held);
  for (bool last = false; !last;) {
    auto piece = co_await bytes.read();
    last = !piece || piece->empty();
    const bool broken = !piece;
    if (broken && piece.error().reason == "tls_failed")
      feed.refuse("a connection was refused: its TLS handshake failed", sender);
    if (piece) frames->feed(std::move(*piece));
    if (last) frames->end();
    std::vector<model::Event> events;
    for (unsigned count = 1; auto line = frames->next(); ++count) {
      line->cut = line->cut || (broken && line->open);
      take_line(*line, sender, decoder, feed, events);
      if (count % http::kYieldEvery == 0) co_await http::yield_now();
    }
    if (!events.empty()) {
      auto outcomes = co_await feed.commit(std::move(events));
      if (!outcomes) co_return;
    }
    if (!holding.set(frames->held())) {
      feed.reject(decoder.format(), sender, "the end",
                  {"too_much_unfinished",
                   "the open connections hold too many bytes of messages without an end; this one "
                   "is closed"},
                  "");
      co_return;
    }
  }
}

}  // namespace alarum::ingest
