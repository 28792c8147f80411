#include "http/body.h"

#include <zlib.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include "http/apart.h"

namespace alarum::http {
namespace {

namespace beast = boost::beast;
constexpr std::size_t kPiece = 64 * 1024;
// A streamed body may be of any length, but not nearly all air: past so many bytes it unpacks to at most so many times its size.
constexpr std::uint64_t kUnasked = 8 << 20;
constexpr std::uint64_t kMostRatio = 256;

}  // namespace

WireBody::WireBody(Wire& stream, beast::flat_buffer& buffer, Parser& parser, const Limits& limits, Counters& counters, asio::thread_pool* helpers, bool expects_continue)
    : stream_(stream), buffer_(buffer), parser_(parser), limits_(limits), counters_(counters), helpers_(helpers), expects_continue_(expects_continue) {}

bool WireBody::too_slow() const {
  const auto passed = std::chrono::steady_clock::now() - began_;
  if (passed < limits_.body_piece_time) return false;
  return static_cast<double>(received_) < std::chrono::duration<double>(passed).count() * static_cast<double>(limits_.body_rate);
}

bool WireBody::hold(std::size_t bytes) {
  const auto others = counters_.held.fetch_add(bytes - held_) - held_;  // unsigned: a smaller one takes away
  held_ = bytes;
  if (others == 0 || others + bytes <= limits_.bodies) return true;
  counters_.held -= std::exchange(held_, 0);
  return false;
}

asio::awaitable<bool> WireBody::invite() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  expects_continue_ = false;
  stream_.expires_after(limits_.write_time);
  const auto text = asio::buffer(kContinue.data(), kContinue.size());
  const auto [fault, size] = co_await asio::async_write(stream_, text, kTuple);
  co_return !fault;
}

asio::awaitable<Result<std::string>> WireBody::read() {
  if (parser_.is_done()) co_return std::string();
  if (expects_continue_ && !co_await invite()) co_return fail("body_truncated", "the sender went away");
  std::string piece(piece_, '\0');
  auto& body = parser_.get().body();
  body.data = piece.data();
  body.size = piece.size();
  body.more = true;
  stream_.expires_after(limits_.body_piece_time);
  const auto [fault, size] = co_await beast::http::async_read_some(stream_, buffer_, parser_, kTuple);
  counters_.bytes_in += size;
  piece.resize(piece.size() - body.size);
  received_ += piece.size();
  if (piece.size() == piece_) piece_ = std::min(piece_ * 2, kPiece);
  body.data = nullptr;
  body.size = 0;
  if (fault == beast::error::timeout || too_slow()) co_return fail("body_too_slow", "the body comes too slowly");
  if (fault && fault != beast::http::error::need_buffer) {
    if (fault == beast::http::error::partial_message || fault == asio::ssl::error::stream_truncated || fault == beast::http::error::end_of_stream || fault.category() == asio::error::get_system_category() ||
        fault.category() == asio::error::get_misc_category()) {
      co_return fail("body_truncated", "the body ends before its announced length");
    }
    co_return fail("bad_chunk", "the body's transfer coding is broken: " + fault.message());
  }
  if (piece.empty() && !parser_.is_done()) co_return co_await read();
  co_return piece;
}

GzipBody::GzipBody(BodyStream& packed) : packed_(packed), zlib_(std::make_unique<z_stream_s>()) {
  inflateInit2(zlib_.get(), 15 + 16);  // 16: the gzip wrapper, and nothing else
}

GzipBody::~GzipBody() { inflateEnd(zlib_.get()); }

// False: there is no more.
asio::awaitable<Result<bool>> GzipBody::refill() {
  if (zlib_->avail_in > 0) {
    co_await give_way();  // a piece of the wire may unpack to a thousand times its size
    co_return true;
  }
  auto more = co_await packed_.read();
  if (!more) co_return std::unexpected(more.error());
  input_ = std::move(*more);
  packed_bytes_ += input_.size();
  zlib_->next_in = reinterpret_cast<Bytef*>(input_.data());
  zlib_->avail_in = static_cast<uInt>(input_.size());
  co_return !input_.empty();
}

asio::awaitable<Result<std::string>> GzipBody::read() {
  std::string piece(kPiece, '\0');
  for (;;) {
    auto more = co_await refill();
    if (!more) co_return std::unexpected(more.error());
    if (!*more && ended_) co_return std::string();
    if (!*more) co_return fail("bad_gzip", "the gzip body is cut short");
    // Several members in a row are one body (RFC 1952 §2.2).
    if (std::exchange(ended_, false)) inflateReset(zlib_.get());
    zlib_->next_out = reinterpret_cast<Bytef*>(piece.data());
    zlib_->avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(zlib_.get(), Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) co_return fail("bad_gzip", "the body is not gzip");
    ended_ = code == Z_STREAM_END;
    if (zlib_->avail_out == piece.size()) continue;
    piece.resize(piece.size() - zlib_->avail_out);
    unpacked_bytes_ += piece.size();
    if (unpacked_bytes_ > kUnasked && unpacked_bytes_ > packed_bytes_ * kMostRatio)
      co_return fail("body_too_large", "the gzip body unpacks to more than " + std::to_string(kMostRatio) + " times its size");
    co_return piece;
  }
}

}  // namespace alarum::http
