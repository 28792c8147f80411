#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body.h"
#include "tests/fuzz/target.h"

// Bytes as a gzip body that comes in pieces. What must hold: no crash, no hang, pieces that stay
// small, the same outcome however it was cut, and no more of it than the bound on what is nearly
// all air lets through. (What stands before a fault may be had or not; and the bound counts what
// was read so far, so that how the pieces fall may move it.)
namespace fuzz::gzip_target {

using namespace alarum;

constexpr std::size_t kMost = 16 << 20;

class Pieces final : public http::BodyStream {
 public:
  Pieces(std::string_view bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  http::asio::awaitable<Result<std::string>> read() override {
    std::string piece(bytes_.substr(0, size_));
    bytes_.remove_prefix(piece.size());
    co_return piece;
  }

 private:
  std::string_view bytes_;
  const std::size_t size_;
};

struct Outcome {
  std::string text, fault;
};

http::asio::awaitable<void> unpack(http::BodyStream& packed, Outcome& out) {
  http::GzipBody body(packed);
  while (out.text.size() < kMost) {
    const auto piece = co_await body.read();
    if (!piece) out.fault = piece.error().reason;
    if (!piece || piece->empty()) co_return;
    must(piece->size() <= 64 << 10);
    out.text += *piece;
  }
}

Outcome unpacked(std::string_view bytes, std::size_t size) {
  Pieces packed(bytes, size);
  http::asio::io_context context;
  Outcome out;
  http::asio::co_spawn(context, unpack(packed, out), http::asio::detached);
  context.run();
  return out;
}

}  // namespace fuzz::gzip_target

ALARUM_FUZZ(gzip) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = unpacked(bytes, size + 1), cut = unpacked(bytes, 7);
  must(whole.text.size() < kMost && cut.text.size() < kMost);
  if (whole.fault == "body_too_large" || cut.fault == "body_too_large") return 0;
  must(whole.fault == cut.fault && (!whole.fault.empty() || whole.text == cut.text));
  return 0;
}
