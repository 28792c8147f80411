#include "ingest/stream/listener.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/stream/socket_address.h"
#include "ingest/stream/socket_bytes.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;

std::string sender_of(const tcp::socket& socket) {
  boost::system::error_code fault;
  const auto address = socket.remote_endpoint(fault).address();
  return fault ? "" : text_of(address);
}
std::string sender_of(const Local::socket&) {
  return "unix";
}

std::unexpected<Error> cannot(const std::string& where, const std::string& why) {
  return fail("cannot_listen", fmt::format("cannot listen on {}: {}", where, why));
}

// Removes the socket file that a killed daemon has left: connecting to it is refused.
void remove_dead_socket(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  asio::io_context context;
  Local::socket probe(context);
  boost::system::error_code fault;
  probe.connect(Local::endpoint(path), fault);
  if (fault == asio::error::connection_refused) ::unlink(path.c_str());
}

// Turns keep-alive on, so that a sender that vanished without closing is noticed.
void watch(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

}  // namespace

Listener::~Listener() {
  if (unix_) ::unlink(config_.path.c_str());
}

Result<void> Listener::open(Workers& workers) {
  context_ = &workers.next();
  if (auto read = renew(); !read) return read;
  use_fresh();
  return config_.kind == config::Source::Kind::tcp ? open_tcp(*context_) : open_unix(*context_);
}

Result<void> Listener::renew() {
  if (!config_.tls) return {};
  auto tls = http::Tls::load(*config_.tls);
  if (!tls)
    return fail(tls.error().reason,
                fmt::format("source {}: {}", config_.name, tls.error().message));
  fresh_ = std::move(*tls);
  return {};
}

void Listener::use_fresh() {
  if (fresh_) tls_.set(std::move(fresh_));
}

Result<void> Listener::open_tcp(asio::io_context& context) {
  const auto ip = bind_address(config_.listen);
  if (!ip) return std::unexpected(ip.error());
  const tcp::endpoint endpoint(*ip, config_.listen.port);
  boost::system::error_code fault;
  auto& acceptor = tcp_.emplace(context);
  acceptor.open(endpoint.protocol(), fault);
  if (!fault) acceptor.set_option(tcp::acceptor::reuse_address(true), fault);
  if (!fault) acceptor.bind(endpoint, fault);
  if (!fault) acceptor.listen(1024, fault);
  if (fault) return cannot(config_.listen.text(), fault.message());
  address_ = config::Address{config_.listen.host, acceptor.local_endpoint().port()}.text();
  return {};
}

Result<void> Listener::open_unix(asio::io_context& context) {
  remove_dead_socket(config_.path);
  boost::system::error_code fault;
  Local::acceptor acceptor(context);
  acceptor.open(Local(), fault);
  if (!fault) acceptor.bind(Local::endpoint(config_.path), fault);
  if (fault) return cannot(config_.path, fault.message());
  unix_.emplace(std::move(acceptor));  // from here on the destructor removes the file
  ::chmod(config_.path.c_str(), 0660);
  unix_->listen(1024, fault);
  if (fault) return cannot(config_.path, fault.message());
  address_ = config_.path;
  return {};
}

void Listener::start(Workers& workers) {
  log::info("ingest", "listening for events", {{"source", config_.name}, {"address", address_}});
  tasks_.keep(*context_, config_.name, [this, &workers] {
    return tcp_ ? accept<tcp>(*tcp_, workers) : accept<Local>(*unix_, workers);
  });
}

template <class Protocol>
asio::awaitable<void> Listener::accept(typename Protocol::acceptor& acceptor, Workers& workers) {
  constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
  while (!feed_.stopping()) {
    auto& context = workers.next();
    typename Protocol::socket socket(context);
    const auto [fault] = co_await acceptor.async_accept(socket, tuple);
    if (feed_.stopping()) break;
    if (fault) {
      // Most likely the process has no descriptors left: wait instead of spinning.
      co_await feed_.sleep(std::chrono::milliseconds(50));
    } else if (admits(sender_of(socket))) {
      serve(std::move(socket), context);
    }
  }
  boost::system::error_code ignored;
  acceptor.close(ignored);
}

bool Listener::admits(const std::string& sender) {
  const bool stranger = !config::admits(config_.allow, sender);
  const bool crowded = feed_.counts().connections >= static_cast<std::int64_t>(config_.connections);
  if (!stranger && !crowded) return true;
  feed_.refuse(stranger ? "a connection was refused: the sender is in no network of \"allow\""
                        : "a connection was refused: as many are open as \"connections\" allows",
               sender);
  return false;
}

void Listener::serve(tcp::socket socket, asio::io_context& context) {
  watch(socket);
  auto sender = sender_of(socket);
  boost::system::error_code ignored;
  auto tls = tls_.get();
  if (!tls) socket.non_blocking(true, ignored);
  if (tls)
    spawn(context, std::move(sender),
          std::make_shared<TlsBytes>(std::move(socket), std::move(tls), config_.handshake, feed_));
  else
    spawn(context, std::move(sender),
          std::make_shared<SocketBytes<tcp::socket>>(std::move(socket), feed_));
}

void Listener::serve(Local::socket socket, asio::io_context& context) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  spawn(context, "unix", std::make_shared<SocketBytes<Local::socket>>(std::move(socket), feed_));
}

void Listener::spawn(asio::io_context& context, std::string sender, std::shared_ptr<Bytes> bytes) {
  ++feed_.counts().connections;
  // Its deleter decreases the counter, however the coroutine ends.
  std::shared_ptr<void> open(nullptr, [this](void*) { --feed_.counts().connections; });
  tasks_.spawn(context, config_.name, [this, open, sender, bytes] {
    return pump(*bytes, config_, decoder_, feed_, held_, sender);
  });
}

}  // namespace alarum::ingest
