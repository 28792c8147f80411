#include "http/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/asio/buffer.hpp>

#include "base/ascii.h"
#include "base/log.h"
#include "http/authenticator.h"
#include "http/body.h"
#include "http/head.h"
#include "http/target.h"

namespace alarum::http {
namespace {

std::string_view seen(const boost::beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

Request request_of(const Head& head, Target target, const std::string& peer) {
  Request request;
  request.method = head.method;
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  request.headers.reserve(head.fields.size());
  for (const auto& [name, value] : head.fields) request.headers.emplace_back(name, value);
  request.peer = peer;
  return request;
}

// The parser for a body in chunks, which has read the head already; nullptr for another body.
Result<std::unique_ptr<ChunkParser>> chunks_of(const Head& head) {
  if (!head.chunked) return nullptr;
  auto parser = std::make_unique<ChunkParser>();
  parser->header_limit(static_cast<std::uint32_t>(head.text.size()));
  parser->body_limit(boost::none);
  boost::system::error_code fault;
  parser->put(asio::buffer(head.text.data(), head.text.size()), fault);
  if (fault || !parser->is_header_done())
    return fail("bad_request", "the request cannot be read: " + fault.message());
  return parser;
}

// One chunk (RFC 9112 section 7.1). An empty piece makes the last chunk, which ends the body.
std::string chunk_of(const std::string& piece) {
  std::string out = fmt::format("{:x}\r\n", piece.size());
  return out.append(piece).append("\r\n");
}

std::string head_of(const Request& request, const Response& response, bool keep, bool chunks) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                    std::string(phrase(response.status)) + "\r\n";
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!response.content_type.empty() && !bodiless)
    out += "Content-Type: " + response.content_type + "\r\n";
  if (response.more && chunks)
    out += "Transfer-Encoding: chunked\r\n";
  else if (!bodiless && !response.more)
    out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  if (!keep) out += "Connection: close\r\n";
  out += "\r\n";
  if (request.method == "HEAD" || bodiless) return out;
  if (!response.body.empty())
    out += response.more && chunks ? chunk_of(response.body) : response.body;
  return out;
}

asio::awaitable<Response> unpack(const Handler& handler, Request& request, BodyStream& packed) {
  GzipBody unpacked(packed);
  auto response = co_await handler(request, unpacked);
  co_return response;
}

Handler unpacking(const Handler& handler) {
  return
      [&handler](Request& request, BodyStream& packed) { return unpack(handler, request, packed); };
}

// Content-Encoding in lower case; `x-gzip` is the same as gzip (RFC 9110 section 8.4.1.3).
std::string coding_of(const Request& request) {
  std::string out;
  for (const char c : request.header("content-encoding").value_or(""))
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out == "x-gzip" ? "gzip" : out;
}

// An IPv6 socket shows an IPv4 sender as ::ffff:192.0.2.1. The config writes networks and proxies
// without that prefix, so it is removed.
std::string address_text(const asio::ip::address& address) {
  const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
                : address.to_string();
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Shared& shared)
    : wire_(std::move(socket), shared.tls.get()),
      buffer_(shared.options.limits.head + 128 * 1024),
      shared_(shared) {
  boost::system::error_code fault;
  const auto endpoint = wire_.socket().remote_endpoint(fault);
  if (!fault) peer_ = address_text(endpoint.address());
}

asio::awaitable<void> Session::run() {
  wire_.expires_after(shared_.options.limits.head_time);
  if (const bool open = co_await wire_.open(); !open) {
    ++shared_.counters.refused;
    co_return;
  }
  certificate_ = wire_.certificate();
  for (bool go_on = true; go_on && !shared_.stopping;) {
    idle_ = true;
    const auto head = co_await read_head();
    idle_ = false;
    if (!head) {
      co_await refuse(head.error());
      break;
    }
    go_on = *head && co_await serve(**head);
  }
  co_await wire_.close();
}

void Session::stop_when_idle() {
  if (idle_) wire_.cancel();
}

// Reads until the buffer begins with a whole head, and parses it. nullopt if the sender has closed
// the connection, or sent nothing for idle_time.
asio::awaitable<Result<std::optional<Head>>> Session::read_head() {
  wire_.expires_after(shared_.options.limits.idle_time);
  bool first = true;
  for (;;) {
    // Empty lines before a request line are ignored (RFC 9112 section 2.2).
    while (seen(buffer_).starts_with("\r\n")) buffer_.consume(2);
    const auto end = seen(buffer_).find("\r\n\r\n");
    if (end != std::string_view::npos && end + 4 <= shared_.options.limits.head) {
      auto head = parse_head(seen(buffer_).substr(0, end + 4));
      if (!head) co_return std::unexpected(head.error());
      co_return std::move(*head);
    }
    if (auto fine = check_partial_head(seen(buffer_)); !fine)
      co_return std::unexpected(fine.error());
    if (buffer_.size() >= shared_.options.limits.head) {
      co_return fail("head_too_large", "the request's head is larger than " +
                                           std::to_string(shared_.options.limits.head) + " bytes");
    }
    if (buffer_.size() > 0 && std::exchange(first, false))
      wire_.expires_after(shared_.options.limits.head_time);
    const auto [fault, size] = co_await wire_.read_some(buffer_.prepare(4096));
    buffer_.commit(size);
    shared_.counters.bytes_in += size;
    if (fault == asio::error::timed_out && buffer_.size() > 0)
      co_return fail("head_too_slow", "the request's head comes too slowly");
    if (fault && buffer_.size() > 0 && fault == asio::error::eof)
      co_return fail("bad_request", "the request ends inside its head");
    if (fault) co_return std::nullopt;
  }
}

// Handles one request. True if the connection can take another one.
asio::awaitable<bool> Session::serve(const Head& head) {
  ++shared_.counters.requests;
  auto target = parse_target(head.target);
  auto chunks = chunks_of(head);
  if (!target || !chunks) {
    co_await refuse(target ? chunks.error() : target.error());
    co_return false;
  }
  const bool chunks_understood = !head.old_version, keeps = head.keep_alive;
  const auto authority = target->authority;
  auto request = request_of(head, std::move(*target), peer_);
  if (auto fine = check_host(request, authority); !fine) {
    co_await refuse(fine.error());
    co_return false;
  }
  request.certificate = certificate_;
  request.stopping = &shared_.stopping;
  const bool expects = request.header("expect").value_or("") == "100-continue";
  WireBody wire(wire_, buffer_, {head.length, std::move(*chunks), expects}, shared_.options.limits,
                shared_.counters, shared_.helpers);
  buffer_.consume(head.text.size());  // from here on the views in `head` are invalid
  auto response = co_await answer(request, wire);
  // A handler need not read a body that it rejects. A rest of up to four pieces is discarded here,
  // so that the connection can go on; with a larger rest it is closed.
  for (int pieces = 0; !wire.finished() && !expects && !response.close && pieces < 4; ++pieces) {
    const auto rest = co_await wire.read();
    if (!rest) break;
  }
  const bool keep = keeps && wire.finished() && !response.close && !shared_.stopping &&
                    (chunks_understood || !response.more);
  const bool written = co_await write(request, std::move(response), keep, chunks_understood);
  if (written && !keep && !wire.finished()) co_await linger();
  co_return written&& keep;
}

asio::awaitable<Response> Session::answer(Request& request, BodyStream& wire) {
  const auto route = shared_.router.find(request);
  if (!route.handler) {
    auto response = shared_.router.fault(
        request, route.status, route.status == 404 ? "not_found" : "method_not_allowed",
        route.status == 404 ? "there is nothing at " + request.path
                            : request.method + " is not allowed here; allowed: " + route.allow);
    if (route.status == 405) response.headers.emplace_back("Allow", route.allow);
    co_return response;
  }
  const auto coding = coding_of(request);
  if (!coding.empty() && coding != "identity" && coding != "gzip") {
    co_return shared_.router.fault(request, 415, "bad_encoding",
                                   "the only Content-Encoding understood is gzip");
  }
  // Exceptions of libraries end in their adapters. One that slips through is answered 500 and must
  // not end the process.
  std::string fault;
  try {
    const Handler unpacked = coding == "gzip" ? unpacking(*route.handler) : nullptr;
    const Handler& handle = unpacked ? unpacked : *route.handler;
    auto* const gate = shared_.router.gate();
    if (gate) {
      auto response = co_await gate->pass(request, wire, handle, route);
      co_return response;
    }
    auto response = co_await handle(request, wire);
    co_return response;
  } catch (const std::exception& exception) {
    fault = exception.what();
  }
  log::error("http", "a handler failed", {{"path", request.path}, {"error", fault}});
  auto response = shared_.router.fault(request, 500, "internal",
                                       "the request could not be handled; the log says why");
  response.close = true;
  co_return response;
}

// In absolute-form the host of the target counts (RFC 9112 section 3.2.2). Host must name the same
// one, because a proxy that goes by Host would see a different request.
Result<void> Session::check_host(const Request& request, const std::string& authority) const {
  const auto named = host_of(request.header("host").value_or(""));
  if (!named) return fail("bad_request", named.error().message);
  const auto host = authority.empty() ? *named : *host_of(authority);
  if (!named->empty() && *named != host)
    return fail("bad_request", "the request target and Host name different hosts");
  const auto allowed = shared_.hosts.get();
  if (allowed->empty() || host.empty() || std::ranges::find(*allowed, host) != allowed->end())
    return {};
  // Log the first, the second, the fourth and so on.
  if (const auto count = ++shared_.misdirected; std::has_single_bit(count)) {
    log::warn(
        "http",
        "refused: the Host header names another host. Behind a proxy that passes Host on, set "
        "external_url to the URL that people use",
        {{"host", host.substr(0, 200)}, {"peer", request.peer}, {"refused", count}});
  }
  return fail("bad_host",
              "this server does not answer for host \"" + host +
                  "\": on loopback it knows localhost and the host of external_url. Behind a proxy "
                  "that passes Host on, set external_url in the config to the URL that people use");
}

asio::awaitable<bool> Session::write(const Request& request, Response response, bool keep,
                                     bool chunks) {
  ++shared_.counters.by_class[std::min(response.status / 100, 5U)];
  auto text = head_of(request, response, keep, chunks);
  // The kernel takes most answers at once, so that the coroutine need not wait.
  const auto taken = wire_.write_now(text);
  bool open = taken == text.size() || co_await send(std::string_view(text).substr(taken));
  while (open && response.more && request.method != "HEAD") {
    const auto piece = co_await response.more();
    if (!piece)
      log::warn("http", "an answer was cut off",
                {{"path", request.path}, {"peer", request.peer}, {"reason", piece.error().reason}});
    if (!piece || (shared_.stopping && !response.ends_at_stop)) co_return false;
    text = chunks ? chunk_of(*piece) : *piece;
    open = co_await send(text);
    if (piece->empty()) break;
  }
  co_return open;
}

// Each 64 KiB has the full write_time: a long answer may take long if the client goes on reading.
asio::awaitable<bool> Session::send(std::string_view text) {
  constexpr std::size_t kPart = 64 * 1024;
  while (!text.empty()) {
    auto part = text.substr(0, kPart);
    text.remove_prefix(part.size());
    part.remove_prefix(wire_.write_now(part));
    wire_.expires_after(shared_.options.limits.write_time);
    while (!part.empty()) {
      const auto [fault, size] = co_await wire_.write_some(part);
      if (fault) co_return false;
      part.remove_prefix(size);
    }
  }
  co_return true;
}

asio::awaitable<void> Session::refuse(const Error& error) {
  ++shared_.counters.refused;
  const unsigned status = error.reason == "head_too_large"  ? 431
                          : error.reason == "head_too_slow" ? 408
                          : error.reason == "bad_version"   ? 505
                          : error.reason == "bad_host"      ? 421
                                                            : 400;
  const Request request;
  auto response = error_response(status, error.reason, error.message);
  if (co_await write(request, std::move(response), false, false)) co_await linger();
}

// Discards what the sender still writes, for two seconds and 1 MiB at most. If the socket were
// closed at once, the kernel would send a reset, and the sender would lose the answer.
asio::awaitable<void> Session::linger() {
  boost::system::error_code ignored;
  wire_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  wire_.expires_after(std::chrono::seconds(2));
  std::array<char, 16 * 1024> waste;
  for (int pieces = 0; pieces < 64; ++pieces) {
    const auto [fault, size] = co_await wire_.read_some(asio::buffer(waste));
    if (fault) break;
  }
}

}  // namespace alarum::http
