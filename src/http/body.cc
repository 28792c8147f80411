#include "http/body.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "http/offload.h"

namespace alarum::http {
namespace {

namespace beast = boost::beast;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMostAhead = 1 << 20;  // bytes reserved for a body that has not come yet
// A streamed body may have any length. But once it has unpacked to more than kUnasked bytes, it may
// unpack to at most kMostRatio times its packed size.
constexpr std::uint64_t kUnasked = 8 << 20;
constexpr std::uint64_t kMostRatio = 256;

}  // namespace

WireBody::WireBody(Wire& wire, beast::flat_buffer& buffer, Framing framing, const Limits& limits,
                   Counters& counters, asio::thread_pool* helpers)
    : wire_(wire),
      buffer_(buffer),
      limits_(limits),
      counters_(counters),
      helpers_(helpers),
      left_(framing.length),
      chunks_(std::move(framing.chunks)),
      expects_continue_(framing.expects_continue) {
  if (chunks_) chunks_->eager(true);
}

bool WireBody::too_slow() const {
  const auto passed = std::chrono::steady_clock::now() - began_;
  if (passed < limits_.body_piece_time) return false;
  return static_cast<double>(received_) <
         std::chrono::duration<double>(passed).count() * static_cast<double>(limits_.body_rate);
}

bool WireBody::hold(std::size_t bytes) {
  const auto others =
      counters_.held.fetch_add(bytes - held_) - held_;  // unsigned: a smaller one takes away
  held_ = bytes;
  if (others == 0 || others + bytes <= limits_.bodies) return true;
  counters_.held -= std::exchange(held_, 0);
  return false;
}

asio::awaitable<bool> WireBody::invite() {
  std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  expects_continue_ = false;
  wire_.expires_after(limits_.write_time);
  while (!text.empty()) {
    const auto [fault, size] = co_await wire_.write_some(text);
    if (fault) co_return false;
    text.remove_prefix(size);
  }
  co_return true;
}

asio::awaitable<Result<std::string>> WireBody::read() {
  if (finished()) co_return std::string();
  if (expects_continue_ && !co_await invite())
    co_return fail("body_truncated", "the sender went away");
  for (;;) {
    auto piece = chunks_ ? take_chunks() : take();
    if (!piece || !piece->empty() || finished()) co_return piece;
    if (auto more = co_await receive(); !more) co_return std::unexpected(more.error());
  }
}

// First the bytes that came with the head, by read(); then from the socket straight into `all`.
asio::awaitable<Result<void>> WireBody::read_onto(std::string& all) {
  if (chunks_ || finished() || expects_continue_ || buffer_.size() > 0) {
    auto done = co_await BodyStream::read_onto(all);
    co_return done;
  }
  const auto before = all.size();
  const auto room = room_behind(all);
  wire_.expires_after(limits_.body_piece_time);
  const auto moved = co_await wire_.read_some(asio::buffer(all.data() + before, room));
  all.resize(before + moved.size);
  left_ -= moved.size;
  received_ += moved.size;
  co_return received(moved);
}

// Grows `all` by the bytes of the next read, uninitialised, and returns how many those are. The
// announced length alone reserves little: memory grows with what the sender has really sent.
std::size_t WireBody::room_behind(std::string& all) const {
  const auto before = all.size();
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_));
  const auto more = before < kPiece ? std::max(before, room) : std::max(before, kMostAhead);
  if (all.capacity() < before + room)
    all.reserve(before + static_cast<std::size_t>(std::min<std::uint64_t>(left_, more)));
  all.resize_and_overwrite(before + room, [](char*, std::size_t size) { return size; });
  return room;
}

// The bytes that are in the buffer already; empty if there are none.
Result<std::string> WireBody::take() {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>({left_, buffer_.size(), kPiece}));
  std::string piece(static_cast<const char*>(buffer_.data().data()), size);
  buffer_.consume(size);
  left_ -= size;
  received_ += size;
  return piece;
}

Result<std::string> WireBody::take_chunks() {
  std::string piece(std::min(buffer_.size(), kPiece), '\0');
  if (piece.empty()) return piece;
  auto& body = chunks_->get().body();
  body.data = piece.data();
  body.size = piece.size();
  body.more = true;
  boost::system::error_code fault;
  buffer_.consume(chunks_->put(buffer_.data(), fault));
  piece.resize(piece.size() - body.size);
  received_ += piece.size();
  body.data = nullptr;
  body.size = 0;
  if (fault && fault != beast::http::error::need_buffer && fault != beast::http::error::need_more) {
    return fail("bad_chunk", "the body's transfer coding is broken: " + fault.message());
  }
  return piece;
}

asio::awaitable<Result<void>> WireBody::receive() {
  const auto room = std::min(piece_, buffer_.max_size() - buffer_.size());
  if (room == 0)
    co_return fail("bad_chunk",
                   "the body's transfer coding is broken: a chunk's header is too long");
  wire_.expires_after(limits_.body_piece_time);
  const auto moved = co_await wire_.read_some(buffer_.prepare(room));
  buffer_.commit(moved.size);
  co_return received(moved);
}

Result<void> WireBody::received(Moved moved) {
  const auto [fault, size] = moved;
  counters_.bytes_in += size;
  if (size == piece_) piece_ = std::min(piece_ * 2, kPiece);
  if (fault == asio::error::timed_out || too_slow())
    return fail("body_too_slow", "the body comes too slowly");
  if (fault) return fail("body_truncated", "the body ends before its announced length");
  return {};
}

GzipBody::GzipBody(BodyStream& packed) : packed_(packed), zlib_(std::make_unique<z_stream_s>()) {
  inflateInit2(zlib_.get(), 15 + 16);  // 16: the gzip wrapper, and nothing else
}

GzipBody::~GzipBody() {
  inflateEnd(zlib_.get());
}

// Gives zlib_ the next packed bytes if it has none. False at the end of the packed body.
asio::awaitable<Result<bool>> GzipBody::refill() {
  if (zlib_->avail_in > 0) {
    co_await yield_now();  // a piece of the wire may unpack to a thousand times its size
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
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      co_return fail("bad_gzip", "the body is not gzip");
    ended_ = code == Z_STREAM_END;
    if (zlib_->avail_out == piece.size()) continue;
    piece.resize(piece.size() - zlib_->avail_out);
    unpacked_bytes_ += piece.size();
    if (unpacked_bytes_ > kUnasked && unpacked_bytes_ > packed_bytes_ * kMostRatio)
      co_return fail("body_too_large", "the gzip body unpacks to more than " +
                                           std::to_string(kMostRatio) + " times its size");
    co_return piece;
  }
}

}  // namespace alarum::http
