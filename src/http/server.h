#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http/router.h"

namespace alarum::http {

/// Bounds on everything that comes from outside. All have working defaults. Every connection has
/// the same; a reload does not change them.
struct Limits {
  std::size_t head = 16 * 1024;  ///< bytes of the request line and headers
  /// Bytes of a body that is read whole, after decompression (413 past it)
  std::size_t body = 16 * 1024 * 1024;
  /// Bytes of bodies that all requests together may store (429 past it); one alone always may
  std::size_t bodies = 256 * 1024 * 1024;
  /// Open at once, all threads together; further ones are closed without an answer
  std::size_t connections = 4096;
  /// From the first byte of a request to the end of its head (408), and for the TLS handshake
  std::chrono::seconds head_time{10};
  std::chrono::seconds idle_time{75};        ///< between two requests; then the connection closes
  std::chrono::seconds body_piece_time{20};  ///< for the next piece of a body to arrive (408)
  /// Bytes a second that a body must reach on average once body_piece_time has passed (408)
  std::size_t body_rate = 256;
  /// For each 64 KiB of an answer to be taken by the client; then the connection is cut
  std::chrono::seconds write_time{30};
};

/// What a server is opened with.
struct Options {
  std::string listen = "127.0.0.1:9797";  ///< `host:port`, `[::1]:port`; port 0 takes a free one
  unsigned threads = 0;                   ///< 0: one a core
  Limits limits;
};

/// Counters for the metrics page. All http threads write them, any thread may read them.
/// `connections`: accepted since the start. `open`: open now. `refused`: connections that were
/// closed, and requests that were rejected, before a route was looked up. `requests`: those with a
/// head that could be read. `bytes_in`: of heads and bodies, after TLS.
struct Counters {
  std::atomic<std::uint64_t> connections{0}, open{0}, refused{0}, requests{0}, bytes_in{0};
  std::atomic<std::size_t> held{0};          ///< bytes of bodies that requests store now
  std::atomic<std::uint64_t> by_class[6]{};  ///< answers by status: 2xx at 2, 4xx at 4 …
};

class Tls;

/// An HTTP/1.1 server (RFC 9110, 9112). Each thread `http` has an acceptor (SO_REUSEPORT) and an
/// io_context; a connection stays on the thread that accepted it. Threads `http-helper`, half as
/// many, do the work that takes long (http/offload.h).
class Server {
 public:
  /// Binds the port but accepts nothing before start(). Error `cannot_listen` with the address and
  /// the system's reason; also if another process of the same user listens there already, although
  /// SO_REUSEPORT would let both.
  static Result<std::unique_ptr<Server>> open(Options options, Router router);
  ~Server();

  /// Certificate and key for connections that are accepted from now on; nullptr: plain TCP. Any
  /// thread, at any time: a reload calls it.
  void set_tls(std::shared_ptr<const Tls> tls);
  /// Values of Host that are answered, in lower case without a port; others get 421 `bad_host`.
  /// Empty, which is the default, allows any. The daemon sets it when it listens on loopback,
  /// against DNS rebinding. Any thread, at any time.
  void set_allowed_hosts(std::vector<std::string> hosts);
  /// Starts the threads. Once.
  void start();
  /// Closes the acceptors and idle connections. Does not wait.
  void begin_stop();
  /// begin_stop(), then waits up to `grace` for requests in flight, then joins all threads. What is
  /// left by then is cut. Blocks the calling thread.
  void stop(std::chrono::milliseconds grace);

  /// Whether every thread has worked since the last call: false when one hangs, or has more to do
  /// than it could begin with since then. One thread at a time, between start() and stop().
  bool responds();
  /// `127.0.0.1:9797`: the address as bound, with the port that the system chose for port 0.
  const std::string& address() const;
  const Counters& counters() const;

 private:
  struct Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::http
