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

/// Removes the transfer coding `chunked` (RFC 9112 section 7.1). It must be fed the head first,
/// byte for byte as it arrived, because Beast takes the coding from there.
using ChunkParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// The body as it comes off the wire, without its transfer coding but still compressed. Lives in
/// Session::serve() for one request, on the connection's thread.
///
/// Bounds: no piece may take longer than Limits::body_piece_time, and after that time the average
/// must reach Limits::body_rate; otherwise read() fails with `body_too_slow`. The read buffer
/// starts at 8 KiB and doubles up to 64 KiB while the sender fills it.
class WireBody final : public BodyStream {
 public:
  /// How the head announces the body (RFC 9112 section 6).
  struct Framing {
    /// Bytes of the body if `chunks` is nullptr; otherwise not used.
    std::uint64_t length = 0;
    std::unique_ptr<ChunkParser> chunks;
    /// The sender waits for `100 Continue` (RFC 9110 section 10.1.1); the first read() sends it.
    bool expects_continue = false;
  };
  /// `buffer`: begins with those bytes of the body that arrived together with the head.
  WireBody(Wire& wire, boost::beast::flat_buffer& buffer, Framing framing, const Limits& limits,
           Counters& counters, asio::thread_pool* helpers);
  ~WireBody() override { counters_.held -= held_; }
  WireBody(const WireBody&) = delete;
  WireBody& operator=(const WireBody&) = delete;
  asio::awaitable<Result<std::string>> read() override;
  /// Reads from the socket straight into `all` if the body has a Content-Length; saves a copy.
  asio::awaitable<Result<void>> read_onto(std::string& all) override;
  /// Accounts for the bytes in Counters::held. One body alone may always be stored, whatever its
  /// size; the sum of several may not exceed Limits::bodies.
  bool hold(std::size_t bytes) override;
  asio::thread_pool* helpers() override { return helpers_; }
  /// Whether the whole body was read, so that the connection can be used for another request.
  bool finished() const { return chunks_ ? chunks_->is_done() : left_ == 0; }

 private:
  static constexpr std::size_t kFirstPiece = 8 * 1024;
  bool too_slow() const;
  // Sends `100 Continue`. False if the connection broke.
  asio::awaitable<bool> invite();
  // Waits for more bytes in buffer_.
  asio::awaitable<Result<void>> receive();
  std::size_t room_behind(std::string& all) const;
  // Counts what a read brought, and judges its fault and the sender's speed.
  Result<void> received(Moved moved);
  Result<std::string> take();
  Result<std::string> take_chunks();

  Wire& wire_;
  boost::beast::flat_buffer& buffer_;
  const Limits& limits_;
  Counters& counters_;
  asio::thread_pool* const helpers_;
  std::uint64_t left_;  // bytes of the body that were not read yet, without `chunks_`
  const std::unique_ptr<ChunkParser> chunks_;
  bool expects_continue_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t received_ = 0;       // bytes of the body since `began_`, for body_rate
  std::size_t piece_ = kFirstPiece;  // bytes of room for the next read: thousands of slow senders
                                     // must not cost a large buffer each
  std::size_t held_ = 0;             // this body's part of counters_.held
};

/// A body without its gzip coding (RFC 9110 section 8.4.1.3, RFC 1952). Several gzip members in a
/// row are one body.
///
/// Pieces are at most 64 KiB, however well the body is compressed. A body that unpacks to more than
/// 8 MiB and to more than 256 times its size ends with `body_too_large` (a zip bomb); this bound
/// also holds for handlers that read a stream without a limit of their own. Other errors:
/// `bad_gzip`, and those of the packed body.
class GzipBody final : public BodyStream {
 public:
  /// `packed`: must outlive this.
  explicit GzipBody(BodyStream& packed);
  ~GzipBody() override;
  asio::awaitable<Result<std::string>> read() override;
  bool hold(std::size_t bytes) override { return packed_.hold(bytes); }
  asio::thread_pool* helpers() override { return packed_.helpers(); }

 private:
  BodyStream& packed_;
  std::unique_ptr<z_stream_s> zlib_;
  asio::awaitable<Result<bool>> refill();

  std::string input_;  // what zlib_ reads from: one piece of packed_
  std::uint64_t packed_bytes_ = 0, unpacked_bytes_ = 0;  // for the bound on the ratio
  bool ended_ = false;                                   // the last inflate() ended a gzip member
};

}  // namespace alarum::http
