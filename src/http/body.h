#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>

#include "http/handler.h"
#include "http/server.h"
#include "http/wire.h"

struct z_stream_s;

namespace alarum::http {

/// Takes the transfer coding `chunked` away (RFC 9112 section 7.1). It begins with the head, as it
/// came.
using ChunkParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// The body as it comes off the wire, its transfer coding taken away.
class WireBody final : public BodyStream {
 public:
  /// `buffer` begins with what came of the body together with the head. `chunks`: nullptr where the
  /// body has `length` bytes.
  struct Framing {
    std::uint64_t length = 0;
    std::unique_ptr<ChunkParser> chunks;
    bool expects_continue = false;
  };
  WireBody(Wire& wire, boost::beast::flat_buffer& buffer, Framing framing, const Limits& limits,
           Counters& counters, asio::thread_pool* helpers);
  ~WireBody() override { counters_.held -= held_; }
  WireBody(const WireBody&) = delete;
  WireBody& operator=(const WireBody&) = delete;
  asio::awaitable<Result<std::string>> read() override;
  asio::awaitable<Result<void>> read_onto(std::string& all) override;
  bool hold(std::size_t bytes) override;
  asio::thread_pool* helpers() override { return helpers_; }
  /// Whether all of it was read, so that the connection can go on.
  bool finished() const { return chunks_ ? chunks_->is_done() : left_ == 0; }

 private:
  static constexpr std::size_t kFirstPiece = 8 * 1024;
  bool too_slow() const;
  asio::awaitable<bool> invite();
  asio::awaitable<Result<void>> receive();
  std::size_t room_behind(std::string& all) const;
  Result<void> received(Moved moved);
  Result<std::string> take();
  Result<std::string> take_chunks();

  Wire& wire_;
  boost::beast::flat_buffer& buffer_;
  const Limits& limits_;
  Counters& counters_;
  asio::thread_pool* const helpers_;
  std::uint64_t left_;  // bytes of the body that were not taken
  const std::unique_ptr<ChunkParser> chunks_;
  bool expects_continue_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t received_ = 0;
  std::size_t piece_ = kFirstPiece;  // bytes of room for the next read: thousands of slow senders
                                     // must not cost a large buffer each
  std::size_t held_ = 0;             // of counters_.held
};

/// The same with its gzip coding taken away (RFC 9110 §8.4.1.3), in pieces that stay small however
/// well it was compressed. One that is nearly all air ends with `body_too_large`, also where a
/// stream has no other bound.
class GzipBody final : public BodyStream {
 public:
  explicit GzipBody(BodyStream& packed);
  ~GzipBody() override;
  asio::awaitable<Result<std::string>> read() override;
  bool hold(std::size_t bytes) override { return packed_.hold(bytes); }
  asio::thread_pool* helpers() override { return packed_.helpers(); }

 private:
  BodyStream& packed_;
  std::unique_ptr<z_stream_s> zlib_;
  asio::awaitable<Result<bool>> refill();

  std::string input_;
  std::uint64_t packed_bytes_ = 0, unpacked_bytes_ = 0;
  bool ended_ = false;  // a member
};

}  // namespace alarum::http
